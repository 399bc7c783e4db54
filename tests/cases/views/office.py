"""A site in use: one database and one application for all tests of this folder. Each test has a team of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from uuid import UUID

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from reprisals.audit.models import AuditEntry
from reprisals.cases import queries
from reprisals.cases.actions.work import Work, read_case
from reprisals.cases.models.case import Case, Unfinished
from reprisals.database.session import Database
from reprisals.identity.models import Team
from reprisals.sealing.boxes import CaseFile
from reprisals.sealing.keyring import Keyring
from reprisals.web.tokens import FIELD
from tests.cases.views.sight import URLENCODED, Sight, urlencoded
from tests.client import Client, Page
from tests.makers import Makers, Site, Somebody, act_as, act_with, somebody

LEFT_OUT = {FIELD, "revision", "kept"}


class Office(NamedTuple):
    """The site, its database and the application."""

    site: Site
    database: Database
    app: Flask

    @contextmanager
    def making(self) -> Iterator[Makers]:
        """Makers whose work is committed at the end."""
        with self.database.writing() as session:
            yield Makers(act_with(session, Keyring(self.site.founder)), self.site)
            session.commit()

    def browser(self, who: Somebody) -> Client:
        """A browser in which somebody is signed in."""
        with self.making() as make:
            return Client(self.app, make.live(who))

    def central(self) -> Somebody:
        """The lead of the central team."""
        with self.database.reading() as session:
            return self.site.first_person(session)

    def alternate(self) -> Somebody:
        """The lead of the alternate team."""
        with self.database.reading() as session:
            return somebody(session, self.site.alternate)


class Focal:
    """A focal team at work: a member and the lead, each with a browser."""

    def __init__(self, office: Office) -> None:
        self.office = office
        with office.making() as make:
            made = make.team()
            self.team: Team = made.team
            self.lead, self.member = made.lead, make.member(made.team)
        self.browser, self.other = office.browser(self.member), office.browser(self.lead)

    def begin(self, danger: str = "NO", words: str = "", browser: Client | None = None) -> UUID:
        """A draft, begun on the first page."""
        browser = browser or self.browser
        sent, seen = self._sent(browser, "/cases/new", ("danger", danger), ("danger_words", words))
        assert sent.status == 302, sent.text
        return UUID(dict(seen.fields)["case_id"])

    def ready(self, danger: str = "NO", words: str = "They came at night.") -> UUID:
        """A draft that says what is required, told page by page."""
        case_id = self.begin(danger)
        self.fill(case_id, "what", ("happened", "YES"), ("words", words), ("acts", "DET"))
        self.fill(case_id, "states", ("states-0", "Kenya"))
        self.fill(case_id, "reach", ("how", "through the sister"))
        return case_id

    def submitted(self, danger: str = "NO", words: str = "They came at night.") -> UUID:
        """A case that was submitted."""
        case_id = self.ready(danger, words)
        self.fill(case_id, "check", ("title", "A title"))
        return case_id

    def fill(self, case_id: UUID, step: str, *filled: tuple[str, str], browser: Client | None = None) -> Page:
        """Open a page of a case, fill it, send it, and see that it was taken."""
        sent, _seen = self._sent(browser or self.browser, f"/cases/{case_id}/{step}", *filled)
        assert sent.status == 302, sent.text
        return sent

    @staticmethod
    def _sent(browser: Client, address: str, *filled: tuple[str, str]) -> tuple[Page, Sight]:
        """What a page answers to its form, and the page."""
        seen, names = (
            Sight(browser.browser.get(address, follow_redirects=True)),
            {name for name, _value in filled},
        )
        assert names <= seen.kinds.keys(), f"the form has no {names - seen.kinds.keys()}"
        body = urlencoded([*(pair for pair in seen.fields if pair[0] not in names), *filled])
        answer = browser.browser.post(address, data=body, content_type=URLENCODED)
        if "confirmed" in (asked := Sight(answer)).kinds:
            again = urlencoded(asked.fields)
            answer = browser.browser.post(address, data=again, content_type=URLENCODED)
        return Page(answer), seen

    @contextmanager
    def opened(self, case_id: UUID, who: Somebody | None = None) -> Iterator[Work]:
        """The case as it stands in the database, opened without a browser."""
        who = who or self.member
        with self.office.database.reading() as session:
            act_as(session, who)
            case = queries.find_case(session, who.actor, case_id)
            assert case is not None
            yield read_case(session, who.keyring, who.actor, case, "test")

    def value(self, case_id: UUID, ask: Callable[[Work], Any]) -> Any:
        """What a question about the case is answered."""
        with self.opened(case_id) as work:
            return ask(work)

    def number(self, case_id: UUID) -> int:
        """The number of the case's manifest: it rises with every change."""
        with self.office.database.reading() as session:
            return session.get_one(CaseFile, case_id).manifest_number

    def kept(self, case_id: UUID, page: str) -> dict[str, str]:
        """What is kept of a page that is not finished, of anybody."""
        with self.opened(case_id) as work:
            rows = [document.fields for row, document in work.rows(Unfinished) if row.page == page]
        return {name: value for fields in rows for name, value in fields if name not in LEFT_OUT}

    def cases(self) -> int:
        """How many cases the team has, drafts included."""
        with self.office.database.reading() as session:
            wanted = select(func.count()).select_from(Case).where(Case.owning_team_id == self.team.id)
            return session.scalar(wanted) or 0

    def entries(self, **wanted: Any) -> list[AuditEntry]:
        """The log's entries with these values."""
        with self.office.database.reading() as session:
            return list(session.scalars(select(AuditEntry).filter_by(**wanted).order_by(AuditEntry.seq)))

    def change(self, change: Callable[[Session], None]) -> None:
        """Change the database behind everybody's back."""
        with self.office.database.writing() as session:
            change(session)
            session.commit()


def case_form(page: Page) -> Any:
    """The one form of the page that is sent with a form token."""
    forms = [f for f in page.tree.find(".//main").iter("form") if f.get("method") == "post"]
    assert len(forms) == 1, f"{len(forms)} forms"
    return forms[0]


def names_on(page: Page) -> set[str]:
    """The names of every field of the page's form."""
    return {element.get("name") for element in case_form(page).iter() if element.get("name")}


def send(browser: Client, page: Page, *filled: tuple[str, str], status: int | None = None) -> Page:
    """Send the form of a page as it stands, with some of its fields filled. A name may stand several times."""
    names = {name for name, _value in filled}
    missing = names - names_on(page)
    assert not missing, f"the form has no {missing}"
    action = case_form(page).get("action")
    pairs = [pair for pair in page.fields(action) if pair[0] not in names]
    return browser.send(action or page.response.request.path, [*pairs, *filled], status)


def press(
    browser: Client, page: Page, button: str, *filled: tuple[str, str], status: int | None = None
) -> Page:
    """The same, by a button that has a name."""
    return send(browser, page, *filled, (button, "1"), status=status)
