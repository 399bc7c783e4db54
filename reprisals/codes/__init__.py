"""Reference data: code lists, States, United Nations entities, reporting periods and groupings, with names
in six languages.

Everything is package data (`data/*.csv`, UTF-8) that no table of the database repeats, so a code means the
same on every site and in every year. It is read once, when first asked for, and never changes while the
program runs.

A code is for ever: it stands in sealed rows, facets and exports. A label may be corrected, a code may not
be reused. `reviewed` names the languages whose wording a person has reviewed; the others are proposals and
are shown as such. Names of States are those of the United Nations. The order of names in each language was
worked out beforehand by `tools/make_ranks.py`, because correct collation of Arabic and Chinese needs a
library that a server need not carry.
"""
