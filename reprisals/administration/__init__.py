"""Pages of the administrator and of the auditor. Neither of them reads a case.

The administrator invites and suspends, and can admit nobody. The auditor reads who did what and when, walks the
chain of the log, and takes entries away; taking them away is recorded, too.
"""
