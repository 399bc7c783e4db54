"""How texts are folded, compared and searched.

`folding`: one form for all ways to write the same words. `names`: keys that a name shares with its spellings
in Latin, Arabic and Cyrillic letters. `lines`: the search text of a case, and the search in it.
"""
