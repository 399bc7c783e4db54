"""What is done to a case. Each action asks whether it is allowed, changes, and records itself; none commits."""
