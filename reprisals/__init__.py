"""Reprisals: one safe place for allegations of reprisal against those who cooperate with the United Nations.

Focal points log allegations, the reprisals team triages and routes them, drafters compile the annual report.
Confidential content is sealed to the people who may read it; an unattended server cannot open it.
`docs/design.md` says what is promised and how the parts fit.
"""
