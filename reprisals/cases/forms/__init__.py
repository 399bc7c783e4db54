"""The forms of a case. Each ends in one method that returns a frozen dataclass for the action."""
