"""A founded site behind the real server, and visitors at browsers. One site and one Chromium serve all tests of a worker."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from reprisals.sealing.bundle import SessionToken
from tests.browser.chromium import running_chromium
from tests.browser.offices import Office, make_office
from tests.browser.visitor import SCRIPTS, Mode, Visitor
from tests.crash.sites import RealSite, found_real_site, serving
from tests.makers import Somebody

VisitorOf = Callable[..., Visitor]


@dataclass(frozen=True)
class Served:
    """A site that a server answers for."""

    real: RealSite
    address: str


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A founded site, served by the real server."""
    folder = tmp_path_factory.mktemp("served")
    real = found_real_site(folder / "site")
    with serving(real, folder):
        yield Served(real, real.settings.site.address)


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """What drives browsers."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def chromium(playwright: Playwright) -> Iterator[Browser]:
    """The browser of this worker."""
    with running_chromium(playwright) as browser:
        yield browser


@pytest.fixture
def real(served: Served) -> RealSite:
    """The site's database and makers."""
    return served.real


@pytest.fixture(scope="session")
def office(served: Served) -> Office:
    """Everything that a page can show, for tests that leave it as it is."""
    with served.real.committing() as make:
        return make_office(make)


@pytest.fixture
def visitor_of(served: Served, chromium: Browser) -> Iterator[VisitorOf]:
    """Makes visitors: `visitor_of(who, mode)`, signed in without a passphrase; without `who`, a stranger."""
    visitors: list[Visitor] = []

    def made(who: Somebody | None = None, mode: Mode = SCRIPTS) -> Visitor:
        visitors.append(Visitor(chromium, served.address, mode, token_of(served.real, who) if who else None))
        return visitors[-1]

    yield made
    for visitor in visitors:
        visitor.close()


def token_of(real: RealSite, who: Somebody) -> SessionToken:
    """The token of a new session of somebody."""
    with real.committing() as make:
        return make.live(who)
