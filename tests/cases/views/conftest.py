"""One site for all tests of this folder, so that they need one database and one application on each kind of server."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any

import pytest

from reprisals.app import create_app
from reprisals.database.session import Database
from tests.cases.views.office import Focal, Office
from tests.stores import Store


@pytest.fixture(scope="session")
def office(
    new_database: Callable[[], AbstractContextManager[Database]], founded: tuple[Any, Any], store: Store
) -> Iterator[Office]:
    """A founded site in a database of these tests, and the application on it."""
    with new_database() as database:
        settings = replace(founded[1].settings, database=store.settings(database.engine))
        site = replace(founded[1], settings=settings)
        yield Office(site, database, create_app(settings, database))


@pytest.fixture
def focal(office: Office, clock: Any) -> Focal:
    """A focal team with nothing logged yet, at the time of the clock."""
    return Focal(office)
