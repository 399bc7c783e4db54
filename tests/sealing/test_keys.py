import math
import threading
import unicodedata
from collections import Counter
from uuid import UUID, uuid4

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from shamir_mnemonic.wordlist import WORDLIST

from reprisals.sealing import keys
from reprisals.sealing.envelope import CannotOpen
from reprisals.sealing.keys import (
    FLOOR,
    Argon2Parameters,
    BadSignature,
    BoxPublic,
    BoxSecret,
    SigningKey,
    check_signature,
    derive,
    draw_passphrase,
    make_fingerprint,
    stretch,
)

CHEAP = Argon2Parameters(memory_kib=64, passes=1, lanes=1)
BOX, OTHER = BoxSecret(bytes(range(96))), BoxSecret(bytes(range(1, 97)))
SIGNING = SigningKey(bytes(range(32)))
PERSON = UUID(int=7)


@given(content=st.binary(max_size=200), context=st.binary(max_size=60), elsewhere=st.binary(max_size=60))
@settings(max_examples=30)
def test_what_is_sealed_to_a_key_opens_with_it_in_its_context_alone(content, context, elsewhere):
    assume(context != elsewhere)
    sealed = BOX.public.seal(content, context)

    assert BOX.open(sealed, context) == content
    assert len(sealed) == 1 + 1120 + len(content) + 16
    with pytest.raises(CannotOpen):
        BOX.open(sealed, elsewhere)
    with pytest.raises(CannotOpen):
        OTHER.open(sealed, context)


@given(where=st.data())
@settings(max_examples=50)
def test_a_flipped_bit_in_what_is_sealed_to_a_key_is_found(where):
    sealed = bytearray(BOX.public.seal(b"content", b"here"))
    sealed[where.draw(st.integers(0, len(sealed) - 1))] ^= 1 << where.draw(st.integers(0, 7))

    with pytest.raises(CannotOpen):
        BOX.open(bytes(sealed), b"here")


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + bytes(1119), b"\x02" + bytes(1200), bytes(2000)])
def test_what_is_too_short_or_of_another_version_is_refused(sealed):
    with pytest.raises(CannotOpen):
        BOX.open(sealed, b"here")


@pytest.mark.parametrize("length", [0, 32, 1215, 1217])
def test_nothing_is_sealed_to_what_is_no_public_key(length):
    with pytest.raises(CannotOpen):
        BoxPublic(bytes(length)).seal(b"content", b"here")


def test_a_key_pair_is_kept_as_96_bytes_and_has_a_public_half_of_1216():
    drawn = BoxSecret.draw()

    assert len(drawn.seeds) == 96
    assert len(drawn.public.raw) == 1216
    assert BoxSecret(drawn.seeds).public == drawn.public
    assert BoxSecret.draw().seeds != drawn.seeds


@pytest.mark.parametrize("secret", [BOX, SIGNING])
def test_a_private_key_shows_nothing_of_itself(secret):
    raw = secret.seeds if secret is BOX else secret.seed

    assert repr(secret) == f"{type(secret).__name__}(...)"
    assert raw.hex()[:16] not in f"{secret}{secret!r}"


def test_two_derivations_at_once_both_finish():
    done = []
    parameters = Argon2Parameters(memory_kib=8 * 1024, passes=1, lanes=1)
    threads = [
        threading.Thread(target=lambda n=n: done.append(stretch(f"{n}", bytes(16), parameters)), daemon=True)
        for n in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert len(set(done)) == 4


def test_a_process_derives_one_at_a_time(monkeypatch):
    running: Counter[str] = Counter()
    most: list[int] = []

    class Watched:
        def __init__(self, **_parameters):
            pass

        def derive(self, _passphrase):
            running["now"] += 1
            most.append(running["now"])
            threading.Event().wait(0.01)
            running["now"] -= 1
            return bytes(32)

    monkeypatch.setattr(keys, "Argon2id", Watched)
    threads = [threading.Thread(target=stretch, args=("a", bytes(16), CHEAP)) for _thread in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)

    assert most == [1] * 8


@pytest.mark.parametrize(
    ("memory", "passes", "lanes", "reaches"),
    [
        (65536, 3, 1, True),
        (65537, 4, 1, True),
        (65535, 3, 1, False),
        (65536, 2, 1, False),
        (65536, 3, 2, False),
        (65536, 3, 0, False),
    ],
)
def test_parameters_reach_the_floor_with_one_lane_exactly(memory, passes, lanes, reaches):
    assert (FLOOR.memory_kib, FLOOR.passes, FLOOR.lanes) == (64 * 1024, 3, 1)
    assert Argon2Parameters(memory, passes, lanes).reaches(FLOOR) is reaches


def test_blanks_around_and_between_the_words_of_a_passphrase_do_not_matter():
    assert stretch("  one \t two\n", bytes(16), CHEAP) == stretch("one two", bytes(16), CHEAP)
    assert stretch("one two", bytes(16), CHEAP) != stretch("onetwo", bytes(16), CHEAP)


def test_a_passphrase_holds_80_bits():
    assert len(set(WORDLIST)) == 1024
    assert math.log2(len(WORDLIST)) * keys.PASSPHRASE_WORDS == 80


def test_passphrases_are_drawn_evenly_from_the_whole_list():
    drawn = [draw_passphrase().split() for _time in range(4000)]
    counted = Counter(word for words in drawn for word in words)
    even = 4000 * 8 / 1024

    assert {len(words) for words in drawn} == {8}
    assert set(counted) == set(WORDLIST)
    chi = sum((counted[word] - even) ** 2 / even for word in WORDLIST)
    assert 700 < chi < 1400, "1,023 degrees of freedom: seven deviations either way"


def test_words_are_plain_letters_that_can_be_typed_on_any_keyboard():
    assert all(
        word.isascii() and word.islower() and unicodedata.is_normalized("NFKC", word) for word in WORDLIST
    )


@given(message=st.binary(max_size=100), other=st.binary(max_size=100))
@settings(max_examples=30)
def test_a_signature_holds_for_its_statement_and_signer_alone(message, other):
    assume(message != other)
    signature = SIGNING.sign(message)

    check_signature(SIGNING.public, signature, message)
    for wrong in (
        (SIGNING.public, signature, other),
        (SigningKey(bytes(32)).public, signature, message),
        (SIGNING.public, signature[:-1], message),
        (SIGNING.public, b"", message),
        (b"short", signature, message),
    ):
        with pytest.raises(BadSignature):
            check_signature(*wrong)


def test_a_drawn_signing_key_is_new_each_time():
    assert SigningKey.draw().seed != SigningKey.draw().seed


def test_derivations_under_other_labels_or_salts_have_nothing_in_common():
    made = {
        derive(b"secret", b"a"),
        derive(b"secret", b"b"),
        derive(b"secret", b"a", salt=b"s"),
        derive(b"other", b"a"),
    }

    assert len(made) == 4
    assert len(derive(b"secret", b"a", 96)) == 96


def test_a_fingerprint_is_20_digits_over_both_keys_and_the_person():
    fingerprint = make_fingerprint(PERSON, SIGNING.public, BOX.public.raw)

    assert len(fingerprint) == 20
    assert fingerprint.isdecimal()
    assert fingerprint.isascii()
    assert make_fingerprint(PERSON, SIGNING.public, BOX.public.raw) == fingerprint
    others = {
        make_fingerprint(uuid4(), SIGNING.public, BOX.public.raw),
        make_fingerprint(PERSON, bytes(32), BOX.public.raw),
        make_fingerprint(PERSON, SIGNING.public, OTHER.public.raw),
    }
    assert len(others | {fingerprint}) == 4


def test_a_fingerprint_costs_as_much_as_a_passphrase_so_that_alike_keys_cannot_be_searched_for(monkeypatch):
    spent = []

    def watched(_text, _salt, parameters):
        spent.append(parameters)
        return bytes(31) + b"\x05"

    monkeypatch.setattr(keys, "stretch", watched)

    assert make_fingerprint(PERSON, SIGNING.public, BOX.public.raw) == "00000000000000000005"
    assert spent == [FLOOR]
