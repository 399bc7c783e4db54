"""Cases: the file of one allegation, from the first call to its end.

A case is logged as a draft of its author's team, submitted, decided on, acted upon and followed up. Its
rooms: `persons` (who is concerned), `happenings` (when), `consent` (what may be done), `references` (how it
is called), `search` (how it is found again).

What may happen to a case is decided in `rules` alone: plain functions on plain values, without a database,
a clock or a key.
"""
