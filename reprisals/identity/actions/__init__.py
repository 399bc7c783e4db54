"""What is done to people, teams and sessions. Each action records itself; none commits."""
