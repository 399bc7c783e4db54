import secrets
from itertools import combinations

import pytest
from shamir_mnemonic import MnemonicError

from reprisals.sealing.envelope import CannotOpen
from reprisals.sealing.shares import backup_box, join_shares, make_shares, recovery_box

SEED = bytes(range(32))


@pytest.fixture(scope="module")
def shares():
    return make_shares(SEED)


def test_there_are_three_shares_of_33_words(shares):
    assert [len(share.split()) for share in shares] == [33, 33, 33]


def test_any_two_of_three_shares_bring_the_seed_back(shares):
    for two in combinations(shares, 2):
        assert join_shares(list(two)) == SEED


@pytest.mark.parametrize("number", [0, 1, 2])
def test_one_share_brings_nothing_back(shares, number):
    with pytest.raises(MnemonicError):
        join_shares([shares[number]])


def test_the_same_share_twice_brings_nothing_back(shares):
    with pytest.raises(MnemonicError):
        join_shares([shares[0], shares[0]])


def test_shares_of_two_sites_do_not_belong_together(shares):
    with pytest.raises(MnemonicError):
        join_shares([shares[0], make_shares(secrets.token_bytes(32))[1]])


def test_a_mistyped_word_is_found(shares):
    words = shares[0].split()
    words[5] = "academic" if words[5] != "academic" else "acid"

    with pytest.raises(MnemonicError):
        join_shares([" ".join(words), shares[1]])


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_only_a_seed_of_32_bytes_is_shared(length):
    with pytest.raises(ValueError, match="32 bytes"):
        make_shares(bytes(length))


def test_the_seed_of_the_recovery_key_opens_what_is_sealed_to_it_and_the_backup_seed_does_not():
    sealed = recovery_box(SEED).public.seal(b"secret", b"here")

    assert recovery_box(SEED).open(sealed, b"here") == b"secret"
    with pytest.raises(CannotOpen):
        backup_box(SEED).open(sealed, b"here")
