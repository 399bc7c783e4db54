import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.sealing.documents import canonical, from_bytes, to_bytes


class Kind(StrEnum):
    ONE = "one"


@dataclass(frozen=True)
class Inner:
    words: str = ""


@dataclass(frozen=True)
class Everything:
    text: str
    number: int | None
    yes: bool
    when: datetime
    day: date
    who: UUID
    raw: bytes
    kind: Kind = Kind.ONE
    many: tuple[Inner, ...] = ()
    named: dict[str, tuple[int, str]] = field(default_factory=dict)
    held: frozenset[str] = frozenset()


texts = st.text(st.characters(codec="utf-8"))
everything = st.builds(
    Everything,
    text=texts,
    number=st.none() | st.integers(),
    yes=st.booleans(),
    when=st.datetimes(timezones=st.just(UTC)),
    day=st.dates(),
    who=st.uuids(),
    raw=st.binary(),
    many=st.lists(st.builds(Inner, texts)).map(tuple),
    named=st.dictionaries(texts, st.tuples(st.integers(), texts)),
    held=st.frozensets(texts),
)


@given(document=everything)
def test_a_document_comes_back_as_it_was_written(document):
    back = from_bytes(Everything, to_bytes(document))

    assert back == document
    assert list(back.named) == list(document.named)


@given(text=st.text(st.characters(categories=["Cs"])))
def test_half_a_surrogate_pair_is_kept_as_it_came(text):
    assert from_bytes(Inner, to_bytes(Inner(text))) == Inner(text)


def test_a_field_that_a_stored_document_lacks_takes_its_default():
    assert from_bytes(Inner, b"{}") == Inner("")


def test_a_field_that_is_no_longer_known_is_left_out():
    assert from_bytes(Inner, b'{"words":"a","mood":"b"}') == Inner("a")


def test_what_is_no_such_document_is_refused():
    with pytest.raises(Exception, match="structuring"):
        from_bytes(Everything, b'{"text":"a"}')


@given(value=st.dictionaries(texts, st.integers() | texts | st.none() | st.lists(st.booleans())))
def test_one_value_has_one_canonical_text(value):
    turned = dict(reversed(list(value.items())))

    assert canonical(turned) == canonical(value)
    assert json.loads(canonical(value)) == value


def test_canonical_text_has_sorted_keys_and_no_blanks():
    who = uuid4()

    assert (
        canonical({"b": [1, None], "a": "\u00e9", "c": str(who)})
        == f'{{"a":"é","b":[1,null],"c":"{who}"}}'.encode()
    )
