"""The audit log: who opened, changed and exported what, and when.

An entry is committed before the first byte of plaintext leaves. Entries are numbered and chained by their hashes just before a
commit, under the lock of the head row, and signed by the session that acts, or by the service where nobody is signed in. An
edit, a gap or a reordering is found by walking the chain, a cut tail by a head kept elsewhere.

`opening` is the only door to content, `actions.commit` the only one that commits.
"""
