"""The database: SQLCipher by default, PostgreSQL by configuration.

Two ways in: a *reading* session sees one consistent moment and can write nothing; a *writing* session takes its turn
at the start, so that what it decided on cannot have changed by the time it commits. Commits are durable.
"""
