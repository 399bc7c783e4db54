"""The log in words, and what it is written as when it is taken away. Plain Python."""
