"""The decisions about consent.

`ledger`: what the answers in the ledger amount to for each person, and whether an answer may be added.
`uses`: the one function that decides whether a use is allowed now, and the summary for the case page.
"""
