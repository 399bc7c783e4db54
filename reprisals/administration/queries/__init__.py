"""Reading the log for the auditor, and the people for the administrator. Nothing here opens anything sealed."""
