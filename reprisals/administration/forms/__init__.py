"""Forms of the administrator and of the auditor."""
