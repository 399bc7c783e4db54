from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from reprisals.sealing.envelope import (
    LEAST_PADDED,
    CannotOpen,
    Cell,
    label,
    pad,
    padded_length,
    seal,
    unpad,
    unseal,
    unwrap,
    wrap,
)

KEY = bytes(range(32))
contents = st.binary(max_size=3000)
names = st.text(st.characters(exclude_characters="|", exclude_categories=["Cs"]), min_size=1, max_size=20)
cells = st.builds(
    Cell, names, st.uuids(), names, st.uuids(), generation=st.integers(1, 9), revision=st.integers(1, 99)
)


@given(content=contents, cell=cells, elsewhere=cells)
def test_a_sealed_row_opens_only_where_it_was_written(content, cell, elsewhere):
    assume(cell != elsewhere)
    sealed = seal(KEY, content, cell.label())

    assert unseal(KEY, sealed, cell.label()) == content
    with pytest.raises(CannotOpen):
        unseal(KEY, sealed, elsewhere.label())


@pytest.mark.parametrize("field", ["table", "row", "column", "case", "generation", "revision"])
def test_every_part_of_a_cell_is_bound(field):
    cell = Cell("a", UUID(int=1), "c", UUID(int=2), generation=1, revision=1)
    other = Cell("b", UUID(int=3), "d", UUID(int=4), generation=2, revision=2)
    sealed = seal(KEY, b"content", cell.label())

    with pytest.raises(CannotOpen):
        unseal(KEY, sealed, replace(cell, **{field: getattr(other, field)}).label())


@given(content=contents, key=st.binary(min_size=32, max_size=32))
def test_no_other_key_opens_an_envelope(content, key):
    assume(key != KEY)

    with pytest.raises(CannotOpen):
        unseal(key, seal(KEY, content, b"here"), b"here")


@given(content=contents, where=st.data())
def test_an_envelope_with_any_flipped_bit_does_not_open(content, where):
    sealed = bytearray(seal(KEY, content, b"here"))
    place = where.draw(st.integers(0, len(sealed) - 1))
    sealed[place] ^= 1 << where.draw(st.integers(0, 7))

    with pytest.raises(CannotOpen):
        unseal(KEY, bytes(sealed), b"here")


@given(content=contents, length=st.integers(0, 600))
def test_a_cut_envelope_does_not_open(content, length):
    sealed = seal(KEY, content, b"here")

    with pytest.raises(CannotOpen):
        unseal(KEY, sealed[: min(length, len(sealed) - 1)], b"here")


def test_an_envelope_of_an_unknown_version_is_refused():
    with pytest.raises(CannotOpen):
        unseal(KEY, b"\x02" + seal(KEY, b"content", b"here")[1:], b"here")


def test_sealing_twice_gives_different_bytes():
    assert len({seal(KEY, b"content", b"here") for _time in range(100)}) == 100


def test_a_refusal_says_nothing_of_the_content():
    with pytest.raises(CannotOpen) as refused:
        unseal(KEY, seal(KEY, b"content", b"here"), b"there")
    assert str(refused.value) == ""
    assert refused.value.__suppress_context__


@given(content=contents)
def test_padding_comes_off_as_it_went_on(content):
    assert unpad(pad(content)) == content
    assert len(pad(content)) == padded_length(len(content) + 1)


@given(length=st.integers(0, 10**9))
def test_padding_reaches_512_bytes_and_adds_at_most_an_eighth(length):
    padded = padded_length(length)

    assert padded >= max(length, LEAST_PADDED)
    assert padded == LEAST_PADDED or padded - length <= length * 0.12
    assert padded_length(padded) == padded


@given(short=st.binary(max_size=511), other=st.binary(max_size=511))
def test_short_texts_all_have_one_length(short, other):
    assert len(seal(KEY, short, b"here")) == len(seal(KEY, other, b"here")) == 1 + 12 + 512 + 16


def test_lengths_fall_into_few_classes():
    assert len({padded_length(length) for length in range(512, 1 << 20)}) < 300


@pytest.mark.parametrize("padded", [b"", bytes(512), b"text", b"text\x80\x00\x01"])
def test_what_is_no_padding_is_refused(padded):
    with pytest.raises(CannotOpen):
        unpad(padded)


@given(secret=st.binary(max_size=100))
def test_a_wrapped_key_opens_in_its_context_alone_and_grows_by_29_bytes(secret):
    wrapped = wrap(KEY, secret, b"here")

    assert len(wrapped) == len(secret) + 29
    assert unwrap(KEY, wrapped, b"here") == secret
    with pytest.raises(CannotOpen):
        unwrap(KEY, wrapped, b"there")


@given(one=st.lists(names, min_size=1, max_size=4), other=st.lists(names, min_size=1, max_size=4))
def test_two_contexts_never_have_one_label(one, other):
    assume(one != other)

    assert label(*one) != label(*other)


def test_a_label_refuses_a_part_that_holds_the_separator():
    with pytest.raises(ValueError, match="separator"):
        label("grant", "a|b")
