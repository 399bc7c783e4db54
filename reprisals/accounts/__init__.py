"""Pages of a person's own account and of the teams: signing in and leaving, sessions, kept forms, invitations, admitting.

Nobody is let in by a click: a lead types the digits that the newcomer reads out. A passphrase is shown once, in the answer that
drew it, and stands in no address, no log and no other page.
"""
