"""What every page shares: a request's life from its cookie to its commit, forms and their tokens, errors, filters.

A request reads in one session and writes in another kind; what it opened is committed to the log before its first byte leaves.
"""
