"""The decisions about a case as a whole.

`stages`: which decision leads from where to where, and who may take it. `outline`: what a case must say
before it can be submitted, what kind of record it is, how it is called. `clocks`: how urgent it is, and by
when somebody answers.
"""
