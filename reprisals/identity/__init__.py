"""People, teams, memberships and sessions. Knows nothing of the web.

Signing in is opening one's own bundle. The administrator invites and suspends; only a lead, who hears the fingerprint by voice,
admits. A session holds the bundle under a key that only the cookie carries.
"""
