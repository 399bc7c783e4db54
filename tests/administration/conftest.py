"""Browsers for the tests of this folder."""

from tests.client import app, browser_of, first, stranger

__all__ = ["app", "browser_of", "first", "stranger"]
