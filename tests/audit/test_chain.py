import hashlib
import json
from dataclasses import asdict, fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.audit.chain import GENESIS, LABEL, Broken, Entry, Link, find_break, hash_entry

texts = st.text(max_size=20)
details = st.dictionaries(texts, st.integers() | texts | st.lists(texts, max_size=3), max_size=3)
entries = st.builds(
    Entry,
    seq=st.integers(1, 10**9),
    at=texts,
    actor=texts,
    action=texts,
    outcome=st.sampled_from(["done", "refused"]),
    case=texts,
    subject=texts,
    details=details,
    manifest_number=st.none() | st.integers(1, 99),
    manifest_hash=texts,
    previous=texts,
)
logs = st.lists(entries, min_size=1, max_size=6).map(lambda made: chained(made))  # noqa: PLW0108 - it stands below


def chained(entries):
    """The entries as they would be written: numbered, each with the hash of the one before, signed by `sign`."""
    links, previous = [], GENESIS
    for number, entry in enumerate(entries, start=1):
        numbered = replace(entry, seq=number, previous=previous.hex())
        links.append(Link(numbered, hash_entry(numbered), sign(hash_entry(numbered))))
        previous = links[-1].hash
    return links


def sign(hashed):
    return b"signed" + hashed


def is_signed(link):
    return link.signature == sign(link.hash)


@given(log=logs)
def test_a_log_as_it_was_written_holds_to_its_end(log):
    assert find_break(log, is_signed) == (None, len(log), log[-1].hash)


def test_an_empty_log_holds():
    assert find_break([], is_signed) == (None, 0, GENESIS)


@given(log=logs, where=st.data())
def test_any_edit_of_an_entry_is_found_at_that_entry(log, where):
    at = where.draw(st.integers(0, len(log) - 1))
    name = where.draw(
        st.sampled_from([field.name for field in fields(Entry) if field.name not in {"seq", "previous"}])
    )
    other = where.draw(entries.filter(lambda entry: getattr(entry, name) != getattr(log[at].entry, name)))
    edited = replace(log[at], entry=replace(log[at].entry, **{name: getattr(other, name)}))

    broken, seq, last = find_break([*log[:at], edited, *log[at + 1 :]], is_signed)

    assert broken == Broken(at + 1, "altered")
    assert (seq, last) == (at, log[at - 1].hash if at else GENESIS)


@given(log=logs, where=st.data())
def test_an_edit_with_its_hash_made_anew_is_found_by_its_signature(log, where):
    at = where.draw(st.integers(0, len(log) - 1))
    edited = replace(log[at].entry, action=log[at].entry.action + "x")
    forged = Link(edited, hash_entry(edited), log[at].signature)

    assert find_break([*log[:at], forged, *log[at + 1 :]], is_signed)[0] == Broken(at + 1, "signature")


@given(log=logs.filter(lambda log: len(log) > 1), where=st.data())
def test_an_entry_signed_anew_by_whoever_can_is_found_at_the_next(log, where):
    at = where.draw(st.integers(0, len(log) - 2))
    edited = replace(log[at].entry, action=log[at].entry.action + "x")
    forged = Link(edited, hash_entry(edited), sign(hash_entry(edited)))

    assert find_break([*log[:at], forged, *log[at + 1 :]], is_signed)[0] == Broken(at + 2, "order")


@given(log=logs.filter(lambda log: len(log) > 1), where=st.data())
def test_an_entry_removed_is_found_even_when_the_rest_is_numbered_anew(log, where):
    at = where.draw(st.integers(0, len(log) - 2))
    rest = log[at + 1 :]

    assert find_break([*log[:at], *rest], is_signed)[0] == Broken(at + 1, "missing")
    closed = [replace(link, entry=replace(link.entry, seq=link.entry.seq - 1)) for link in rest]
    assert find_break([*log[:at], *closed], is_signed)[0] == Broken(at + 1, "order")


@given(log=logs.filter(lambda log: len(log) > 1), where=st.data())
def test_two_entries_in_another_order_are_found(log, where):
    one, two = where.draw(
        st.lists(st.integers(0, len(log) - 1), min_size=2, max_size=2, unique=True).map(sorted)
    )
    turned = list(log)
    turned[one], turned[two] = log[two], log[one]
    numbered = [replace(link, entry=replace(link.entry, seq=n)) for n, link in enumerate(turned, start=1)]

    assert find_break(turned, is_signed)[0] == Broken(one + 1, "missing")
    broken = find_break(numbered, is_signed)[0]
    assert broken is not None
    assert broken.seq == one + 1


@given(one=entries, other=entries)
def test_different_entries_have_different_hashes(one, other):
    assert (hash_entry(one) == hash_entry(other)) == (
        json.dumps(asdict(one), sort_keys=True) == json.dumps(asdict(other), sort_keys=True)
    )


def test_the_hash_is_sha_256_over_a_label_and_canonical_json():
    entry = Entry(1, "now", "service", "a", "done", "", "", {"b": 1, "a": "é"}, None, "", GENESIS.hex())
    text = (
        '{"action":"a","actor":"service","at":"now","case":"","details":{"a":"é","b":1},"manifest_hash":"",'
        f'"manifest_number":null,"outcome":"done","previous":"{GENESIS.hex()}","seq":1,"subject":""}}'
    )

    assert hash_entry(entry) == hashlib.sha256(b"reprisals/v1|audit-entry\n" + text.encode()).digest()
    assert LABEL == b"reprisals/v1|audit-entry\n"


def test_details_must_be_what_json_can_say():
    with pytest.raises(TypeError):
        hash_entry(Entry(1, "", "", "", "", "", "", {"set": {1}}, None, "", ""))
