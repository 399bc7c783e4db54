"""Sealing: who can read a case is decided by keys, and access checks only stand in front of them.

Standard constructions from `cryptography`, nothing invented: HPKE with X-Wing for keys sealed to people and teams, AES-256-GCM
for content, Argon2id for passphrases, Ed25519 for signatures, SLIP-39 shares for the recovery key. `docs/keys.md` has the
layout of every envelope and the label of every derivation.

This package owns keys, holders, grants and sealed rows. It knows nothing of what a case means: a case file is an identifier,
a key a generation, and rows. Only `audit.opening` may import `opening`, so nothing is opened unrecorded.
"""
