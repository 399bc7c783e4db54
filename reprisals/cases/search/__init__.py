"""Finding a case again by its words, in any script and spelling.

Each case carries a sealed search text: its title, names, narrative and notes, folded beforehand, because a
server without a key can never fold them later. A search opens these texts and looks for the words of the
query; nothing of an index lies in the clear.
"""
