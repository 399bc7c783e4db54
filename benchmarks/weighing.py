"""What the pages weigh on the wire: every page that a link leads to, for each kind of person, in English and in Arabic.

The first page of a visit brings the style sheet, the script and the icon with it; later ones come alone. All is compressed as
the application compresses it, and headers are counted.
"""

from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

import html5lib
from werkzeug.exceptions import HTTPException

from benchmarks.figures import Figure
from benchmarks.filling import fill
from benchmarks.offices import Answer, Browser, Office, found_office, sign_in_as
from benchmarks.telling import tell_draft, tell_long_case
from tests.makers import Makers, Somebody, act_as, bundle_of
from tests.stores import Store

LANGUAGES = ("en", "ar")
MOST_FIRST, MOST_LATER = 60_000, 20_000
LISTED, MOST_ALIKE = 60, 4
BEGINNINGS = ("/", "/sign-in", "/no-such-page")


@dataclass(frozen=True)
class Weighed:
    """A page: its route, its bytes alone, and with what it brings along on a first visit."""

    route: str
    later: int
    first: int


def measure_weight(store: Store) -> list[Figure]:
    """The heaviest page of each language, first and later."""
    office = found_office(store)
    try:
        tell_draft(office)
        tell_long_case(office)
        fill(office, range(LISTED))
        browsers = list(_browsers(office))
        figures: list[Figure] = []
        for language in LANGUAGES:
            pages = [page for browser in browsers for page in Walk(browser.speaking(language)).pages()]
            figures += _heaviest(language, pages)
    finally:
        office.close()
    return figures


def _heaviest(language: str, pages: list[Weighed]) -> list[Figure]:
    first, later = max(pages, key=lambda page: page.first), max(pages, key=lambda page: page.later)
    how = f"heaviest of {len(pages)} pages on {len({page.route for page in pages})} routes"
    return [
        Figure(
            f"{name} page on the wire, {language}",
            weight / 1e3,
            "{:.1f} kB",
            most / 1e3,
            "",
            f"{route}; {how}",
        )
        for name, weight, most, route in (
            ("first", first.first, MOST_FIRST, first.route),
            ("later", later.later, MOST_LATER, later.route),
        )
    ]


def _browsers(office: Office) -> Iterator[Browser]:
    """A stranger, a focal point, a lead, an auditor, and the founder, who administers and leads the central team."""
    yield Browser(office.app)
    yield office.browser()
    with office.acting() as (session, _member):
        makers = Makers(act_as(session, office.site.first_person(session)), office.site)
        people: list[Somebody] = [makers.officer("AUDITOR"), makers.team().lead, makers.founder]
        session.flush()
    for who in people:
        yield sign_in_as(office, bundle_of(who.keyring))


class Walk:
    """Goes to every page that a link leads to, a few of each route."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.waiting, self.seen = deque(BEGINNINGS), set(BEGINNINGS)
        self.alike: Counter[str] = Counter()
        self.statics: dict[str, int] = {}

    def pages(self) -> Iterator[Weighed]:
        """Each page, weighed."""
        while self.waiting:
            address = self.waiting.popleft()
            answer = self.browser.get(address)
            assert answer.status < HTTPStatus.INTERNAL_SERVER_ERROR, address
            if answer.header("Location"):
                self._note(answer.header("Location"))
            elif answer.header("Content-Type").startswith("text/html"):
                yield self._weigh(_route(self.browser, address), answer)

    def _weigh(self, route: str, answer: Answer) -> Weighed:
        tree = html5lib.parse(answer.text, namespaceHTMLElements=False)
        for link in _values(tree, "a", "href"):
            self._note(link)
        along = {*_values(tree, "link", "href"), *_values(tree, "script", "src")}
        for file in along - self.statics.keys():
            self.statics[file] = self.browser.get(file).weight
        return Weighed(route, answer.weight, answer.weight + sum(self.statics[file] for file in along))

    def _note(self, link: str) -> None:
        found = urlsplit(link)
        target = found.path + (f"?{found.query}" if found.query else "")
        if found.netloc or not target.startswith("/") or "language=" in target or target in self.seen:
            return
        route = _route(self.browser, target)
        self.alike[route] += 1
        if self.alike[route] <= MOST_ALIKE:
            self.seen.add(target)
            self.waiting.append(target)


def _values(tree: Any, tag: str, name: str) -> Iterator[str]:
    for element in tree.iter(tag):
        if element.get(name):
            yield element.get(name)


def _route(browser: Browser, address: str) -> str:
    adapter = browser.app.url_map.bind("127.0.0.1")
    try:
        rule, _values = adapter.match(urlsplit(address).path, return_rule=True)
    except HTTPException:
        return "no route"
    return str(rule.rule)
