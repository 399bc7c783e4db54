"""Consent: what each person concerned has agreed to, and what may therefore be done now.

The ledger is append-only: an answer is never changed, another one follows it, and the latest counts. One
function, `rules.uses.may`, decides every use anywhere in the system, at the time of the use; `cases.actions.uses`
alone asks it, for actions and pages alike. A case may be used as far as the least of its persons allows.
"""
