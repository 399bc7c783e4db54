import struct
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprisals.sealing import bundle as bundles
from reprisals.sealing.bundle import Bundle, SessionToken, WeakParameters, open_bundle, seal_bundle
from reprisals.sealing.envelope import CannotOpen
from reprisals.sealing.keyring import Keyring
from reprisals.sealing.keys import FLOOR, Argon2Parameters

SECRET, PASSPHRASE = bytes(range(32)), "eight words"
EXPIRES = datetime(2026, 3, 2, 19, 0, 0, 123456, tzinfo=UTC)
BUNDLE = Bundle.draw(uuid4(), root_public=bytes(32))


@pytest.fixture(scope="module")
def sealed():
    return seal_bundle(BUNDLE, PASSPHRASE, SECRET)


@pytest.fixture
def no_derivation(monkeypatch):
    def refuse(*_arguments):
        raise AssertionError("derived")

    monkeypatch.setattr(bundles, "stretch", refuse)


def with_header(sealed, memory=65536, passes=3, lanes=1, version=b"\x01"):
    return struct.pack(">cIBB", version, memory, passes, lanes) + sealed[7:]


def test_a_bundle_opens_with_its_passphrase_and_the_site_secret(sealed):
    assert open_bundle(sealed, BUNDLE.person, PASSPHRASE, SECRET) == BUNDLE


@pytest.mark.parametrize(
    ("person", "passphrase", "secret"),
    [
        (BUNDLE.person, "other words", SECRET),
        (BUNDLE.person, PASSPHRASE, bytes(32)),
        (uuid4(), PASSPHRASE, SECRET),
    ],
    ids=["another passphrase", "another site secret", "another person"],
)
def test_a_bundle_opens_with_nothing_else(sealed, person, passphrase, secret):
    with pytest.raises(CannotOpen) as refused:
        open_bundle(sealed, person, passphrase, secret)
    assert type(refused.value) is CannotOpen


@pytest.mark.parametrize(
    "header",
    [
        {"memory": 65535},
        {"memory": 8},
        {"memory": 0},
        {"passes": 2},
        {"passes": 0},
        {"lanes": 2},
        {"lanes": 0},
    ],
)
def test_parameters_below_the_floor_or_other_than_one_lane_are_refused_before_anything_is_derived(
    sealed, no_derivation, header
):
    with pytest.raises(WeakParameters):
        open_bundle(with_header(sealed, **header), BUNDLE.person, PASSPHRASE, SECRET)


@pytest.mark.parametrize(
    "header", [{"memory": 1024 * 1024 + 1}, {"memory": 2**32 - 1}, {"passes": 21}, {"passes": 255}]
)
def test_absurdly_high_parameters_are_refused_before_anything_is_derived(sealed, no_derivation, header):
    with pytest.raises(CannotOpen):
        open_bundle(with_header(sealed, **header), BUNDLE.person, PASSPHRASE, SECRET)


@pytest.mark.parametrize("damaged", [b"", b"\x01" * 22, b"\x02"])
def test_a_cut_bundle_or_one_of_another_version_is_refused_before_anything_is_derived(
    sealed, no_derivation, damaged
):
    with pytest.raises(CannotOpen):
        open_bundle(damaged + (sealed[1:] if damaged == b"\x02" else b""), BUNDLE.person, PASSPHRASE, SECRET)


def test_higher_parameters_are_taken_as_they_were_stored_and_cannot_be_changed(monkeypatch):
    asked = []

    def cheap(passphrase, salt, parameters):
        asked.append(parameters)
        return passphrase.encode().ljust(32)

    monkeypatch.setattr(bundles, "stretch", cheap)
    higher = Argon2Parameters(2 * 65536, 4, 1)
    sealed = seal_bundle(BUNDLE, PASSPHRASE, SECRET, higher)

    assert open_bundle(sealed, BUNDLE.person, PASSPHRASE, SECRET) == BUNDLE
    assert asked == [higher, higher]
    with pytest.raises(CannotOpen):
        open_bundle(with_header(sealed), BUNDLE.person, PASSPHRASE, SECRET)


@given(where=st.data())
def test_a_flipped_bit_anywhere_in_a_bundle_is_found(where):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            bundles, "stretch", lambda passphrase, salt, _parameters: (passphrase.encode() + salt)[:32]
        )
        sealed = bytearray(seal_bundle(BUNDLE, PASSPHRASE, SECRET))
        sealed[where.draw(st.integers(0, len(sealed) - 1))] ^= 1 << where.draw(st.integers(0, 7))

        with pytest.raises(CannotOpen):
            open_bundle(bytes(sealed), BUNDLE.person, PASSPHRASE, SECRET)


def test_an_unknown_account_costs_as_much_as_a_known_one(monkeypatch):
    spent = []

    def watched(*arguments):
        spent.append(arguments)
        return bytes(32)

    monkeypatch.setattr(bundles, "stretch", watched)

    bundles.spend_as_much(PASSPHRASE, SECRET)

    [(passphrase, salt, parameters)] = spent
    assert (passphrase, len(salt), parameters) == (PASSPHRASE, 16, FLOOR)


def test_a_bundle_shows_the_person_alone():
    shown = repr(replace(BUNDLE, root_seed=b"root"))

    assert shown == f"Bundle(person={BUNDLE.person!r})"


def test_drawn_keys_are_new_each_time():
    again = Bundle.draw(BUNDLE.person, root_public=bytes(32))

    assert (again.box_seeds, again.signing_seed) != (BUNDLE.box_seeds, BUNDLE.signing_seed)


@pytest.mark.parametrize("root", [None, bytes(range(32))])
def test_a_keyring_holds_the_site_root_of_custodians_alone_and_shows_nothing(root):
    keyring = Keyring(replace(BUNDLE, root_seed=root))

    assert (keyring.root.seed if keyring.root else None) == root
    assert repr(keyring) == "Keyring(...)"


def test_a_session_opens_for_its_person_until_its_end_with_its_token_alone():
    token = SessionToken.draw()
    sealed = token.seal_bundle(BUNDLE, EXPIRES)

    assert token.open_bundle(sealed, BUNDLE.person, EXPIRES) == BUNDLE
    for other, person, expires in (
        (SessionToken.draw(), BUNDLE.person, EXPIRES),
        (token, uuid4(), EXPIRES),
        (token, BUNDLE.person, EXPIRES + timedelta(seconds=1)),
    ):
        with pytest.raises(CannotOpen):
            other.open_bundle(sealed, person, expires)


def test_what_is_derived_from_a_token_differs_by_label():
    token = SessionToken.draw()
    made = [
        token.raw,
        token.lookup,
        token.form_key,
        token._wrap_key,
        token.receipt(BUNDLE.person, bytes(1216)),
    ]

    assert len(set(made)) == len(made)
    assert {len(value) for value in made} == {32}
    assert repr(token) == "SessionToken()"


def test_a_receipt_is_bound_to_the_person_and_their_public_key():
    token = SessionToken.draw()
    receipts = {
        token.receipt(BUNDLE.person, bytes(1216)),
        token.receipt(uuid4(), bytes(1216)),
        token.receipt(BUNDLE.person, bytes(1215) + b"\x01"),
        SessionToken.draw().receipt(BUNDLE.person, bytes(1216)),
    }

    assert len(receipts) == 4
