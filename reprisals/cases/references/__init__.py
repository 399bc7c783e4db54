"""How a case is called, and how a published communication is.

The reference of a case is drawn at random, so that it tells neither how many cases there are nor in which
order they came, and it survives being read out over a bad line: no letter looks or sounds like a digit, and a
check sign finds the usual slips.
"""
