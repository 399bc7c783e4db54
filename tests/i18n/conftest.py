"""A language that somebody has just begun, and browsers."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.client import app, browser_of, first, stranger
from tests.i18n.trees import FRENCH, catalogue_of
from tools.update_catalogues import ROOT, extract, update, written

__all__ = ["app", "browser_of", "first", "stranger"]


@pytest.fixture
def french(tmp_path: Path) -> Iterator[None]:
    """A catalogue of five French texts, as a person would begin it; there is no other."""
    begun = update(extract(ROOT), "fr", extract(ROOT))
    for message in begun:
        message.string = FRENCH.get(message.id if isinstance(message.id, str) else message.id[0], "")
    with catalogue_of("fr", written(begun), tmp_path):
        yield
