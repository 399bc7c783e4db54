"""Those concerned by a case: individuals, organizations, groups and communities.

One row stands for one individual, or for a number of organizations, or for a group whose number may be known
exactly, about, at least, more than, or not at all. "31 named and some 600 others" is two kinds of rows.
"""
