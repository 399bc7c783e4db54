"""The recovery key and its three shares, of which any two bring it back (SLIP-39)."""

from shamir_mnemonic import combine_mnemonics, generate_mnemonics

from reprisals.sealing.envelope import KEY_BYTES, label
from reprisals.sealing.keys import BOX_SECRET_BYTES, BoxSecret, derive

SHARES, NEEDED = 3, 2


def recovery_box(seed: bytes) -> BoxSecret:
    """The key pair of a 32-byte recovery seed. The seed exists only on paper, in shares."""
    return BoxSecret(derive(seed, label("recovery"), BOX_SECRET_BYTES))


def backup_box(seed: bytes) -> BoxSecret:
    """The key pair of a 32-byte backup seed, printed at `init`."""
    return BoxSecret(derive(seed, label("backup"), BOX_SECRET_BYTES))


def make_shares(seed: bytes) -> tuple[str, ...]:
    """Three shares of 33 words each of a 32-byte seed."""
    if len(seed) != KEY_BYTES:
        raise ValueError("a recovery seed is 32 bytes")
    return tuple(generate_mnemonics(1, [(NEEDED, SHARES)], seed)[0])


def join_shares(shares: list[str]) -> bytes:
    """The seed of two shares. Raises shamir_mnemonic.MnemonicError where they do not belong together."""
    return bytes(combine_mnemonics(shares))
