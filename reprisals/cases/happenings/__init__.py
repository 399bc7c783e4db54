"""When something happened: a day, a month, a year, or about then.

People remember a week before a holiday, not a date. What they know is kept as it is, never filled up to a day
that nobody said.
"""
