"""A browser for tests: follows forms as they stand on a page, and checks every page that it is served.

Its fixtures are imported by the conftest.py of a folder that asks for pages.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask

from reprisals.app import create_app
from reprisals.database.session import Database
from reprisals.sealing.bundle import SessionToken
from reprisals.web.tokens import FIELD
from tests.makers import Site, Somebody
from tests.pages import check_headers, check_page

HTML = "text/html"
INLINE = {"a", "b", "bdi", "span", "strong", "time"}


class Page:
    """An answer, checked, with its tree where it is a page."""

    def __init__(self, response: Any) -> None:
        self.response = response
        self.status: int = response.status_code
        self.headers = response.headers
        self.text: str = response.get_data(as_text=True)
        self.tree: Any = None
        if response.mimetype == HTML and response.status_code not in range(300, 400):
            self.tree = check_page(response)
        elif not response.request.path.startswith("/static/"):
            check_headers(response)

    @property
    def words(self) -> str:
        """What stands in the main part, without tags."""
        return words_of(self.tree.find(".//main"))

    @property
    def heading(self) -> str:
        """The words of the h1."""
        return "".join(self.tree.find(".//h1").itertext()).strip()

    @property
    def links(self) -> list[str]:
        """Every address that the main part links to."""
        return [link.get("href") for link in self.tree.find(".//main").iter("a")]

    @property
    def navigation(self) -> list[str]:
        """Every address of the navigation."""
        nav = self.tree.find(".//nav[@class='side-start']")
        return [link.get("href") for link in nav.iter("a")] if nav is not None else []

    def form(self, action: str | None = None) -> Any:
        """The one form of the main part, or the one that posts to an address with these words in it."""
        forms = [
            form
            for form in self.tree.find(".//main").iter("form")
            if (action or "") in (form.get("action") or "")
        ]
        assert len(forms) == 1, f"{len(forms)} forms"
        return forms[0]

    def fields(self, action: str | None = None) -> list[tuple[str, str]]:
        """What the form would send as it stands."""
        return [pair for element in self.form(action).iter() for pair in _sent(element)]

    def errors(self) -> dict[str, str]:
        """The words of the error beside each field, by the field's identifier."""
        found = [p for p in self.tree.iter("p") if p.get("class") == "error"]
        return {str(p.get("id")).removesuffix("-error"): words_of(p).removeprefix("!Error: ") for p in found}


class Client:
    """A browser of somebody. `status=` of a call is what the answer must have."""

    def __init__(self, app: Flask, token: SessionToken | None = None) -> None:
        self.app = app
        self.browser = app.test_client()
        self.tokens: dict[tuple[str | None, str | None], str] = {}
        if token is not None:
            self.browser.set_cookie("session", urlsafe_b64encode(token.raw).rstrip(b"=").decode())

    def get(self, path: str, status: int | None = 200, **options: Any) -> Page:
        """Ask for a page."""
        return self._checked(self.browser.get(path, **options), status)

    def post(self, path: str, data: Any = (), status: int | None = None, **options: Any) -> Page:
        """Post fields with a form token of this browser, without looking at a page first."""
        pairs = list(data.items() if hasattr(data, "items") else data)
        return self.send(path, [*pairs, (FIELD, self.form_token())], status, **options)

    def send(self, path: str, data: Any = (), status: int | None = None, **options: Any) -> Page:
        """Post fields as they are, without a form token."""
        fields: dict[str, list[str]] = {}
        for name, value in data.items() if hasattr(data, "items") else data:
            fields.setdefault(name, []).append(value)
        return self._checked(self.browser.post(path, data=fields, **options), status)

    def submit(
        self, page: Page, filled: Any = (), action: str | None = None, status: int | None = None
    ) -> Page:
        """Send a form of a page as it stands, with some of its fields filled."""
        form, filled = page.form(action), dict(filled)
        names = {element.get("name") for element in form.iter() if element.get("name")}
        assert filled.keys() <= names, f"the form has no {filled.keys() - names}"
        pairs = [(name, value) for name, value in page.fields(action) if name not in filled] + list(
            filled.items()
        )
        return self.send(form.get("action") or page.response.request.path, pairs, status)

    def follow(self, page: Page, status: int | None = 200) -> Page:
        """Go where an answer sends the browser."""
        assert 300 <= page.status < 400, page.status
        return self.get(page.headers["Location"], status)

    def form_token(self) -> str:
        """A form token as the pages of this browser carry it: one for as long as its cookies stay the same."""
        if not (self.cookie("session") or self.cookie("visit")):
            self.get("/sign-in")
        cookies = (self.cookie("session"), self.cookie("visit"))
        if cookies not in self.tokens:
            page = self.get("/no-such-page", status=None)
            self.tokens[cookies] = str(page.tree.find(f".//input[@name='{FIELD}']").get("value"))
        return self.tokens[cookies]

    def cookie(self, name: str) -> str | None:
        """The value of a cookie that the browser holds."""
        found = self.browser.get_cookie(name)
        return found.value if found else None

    def _checked(self, response: Any, status: int | None) -> Page:
        page = Page(response)
        assert status is None or page.status == status, f"{page.status}: {page.text[:3000]}"
        return page


def words_of(element: Any) -> str:
    """The words of an element as they are read, cells and lines apart."""
    return " ".join("".join(_pieces(element)).split())


def _pieces(element: Any) -> Iterator[str]:
    yield element.text or ""
    for child in element:
        yield from _pieces(child)
        yield child.tail or ""
    if element.tag not in INLINE:
        yield " "


def _sent(element: Any) -> list[tuple[str, str]]:
    name, kind = element.get("name"), element.get("type", "text")
    if not name:
        return []
    if element.tag == "textarea":
        return [(name, element.text or "")]
    if element.tag == "select":
        chosen = [o for o in element.iter("option") if "selected" in o.attrib] or list(
            element.iter("option")
        )[:1]
        return [(name, option.get("value", "")) for option in chosen]
    if element.tag != "input" or (kind in {"checkbox", "radio"} and "checked" not in element.attrib):
        return []
    return [(name, element.get("value", ""))]


@pytest.fixture
def app(site: Site, database: Database) -> Flask:
    """The application on a database of this test."""
    made = create_app(site.settings, database)
    made.config["TESTING"] = False
    return made


@pytest.fixture
def stranger(app: Flask) -> Client:
    """A browser in which nobody is signed in."""
    return Client(app)


@pytest.fixture
def browser_of(app: Flask, committing: Any, clock: Any) -> Callable[[Somebody], Client]:
    """Makes browsers in which somebody is signed in, without deriving anything from a passphrase."""

    def signed_in(who: Somebody) -> Client:
        with committing() as make:
            token = make.live(who)
        return Client(app, token)

    return signed_in


@pytest.fixture
def first(browser_of: Callable[[Somebody], Client], committing: Any) -> Client:
    """The browser of the first person: lead of the central and the drafting team, administrator and custodian."""
    with committing() as make:
        who = make.founder
    return browser_of(who)
