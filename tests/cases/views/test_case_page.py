"""The page of a case: who can read it, what may be done, its history, and what never stands in an address."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from reprisals import clock as real_clock
from reprisals.database.base import Base
from reprisals.sealing.holders import TeamKind
from reprisals.web.tokens import FIELD
from tests.cases.views.office import Focal, Office, send
from tests.cases.views.sight import Sight
from tests.client import Client, Page, words_of
from tests.conftest import START

ALIAS, LEGAL, WORDS, TITLE = "Alias Blue", "Legal Examplename", "They came at night.", "About somebody"
MOVES = {"audit_entry", "audit_head"}
SEEN = {"seen_at"}


class Told(NamedTuple):
    """A case with one of everything."""

    case_id: UUID
    person: UUID
    link: UUID
    act: UUID
    reference: str

    def address(self, rule: str) -> str:
        """The address of a route for this case."""
        address = rule.replace("<uuid:case_id>", str(self.case_id)).replace(
            "<uuid:person_id>", str(self.person)
        )
        return address.replace("<uuid:row_id>", str(self.link)).replace("<uuid:act_id>", str(self.act))


def tell(focal: Focal, *, submit: bool = True) -> Told:
    """A case with one of everything, a legal name and a title of its own among it."""
    case_id, person, link = focal.ready(danger="YES", words=WORDS), uuid4(), uuid4()
    focal.fill(case_id, f"persons/{person}", ("alias", ALIAS))
    focal.fill(
        case_id,
        "consent",
        ("RECORD", "GIVEN"),
        ("PUBLIC_ANON", "REFUSED"),
        ("giver", "SELF"),
        ("means", "PHONE"),
    )
    focal.fill(case_id, f"persons/{person}", ("legal_name", LEGAL), ("other_names", "Exampelnaam"))
    focal.fill(case_id, f"links/{link}", ("entity", "UNDP"), ("status", "ACTUAL"))
    focal.fill(case_id, "wish", ("wish_words", "to be safe"), ("wishes", "PROTECT"))
    focal.fill(case_id, "title", ("title", TITLE))
    if submit:
        focal.fill(case_id, "check")
    with focal.opened(case_id) as work:
        act = UUID(next(iter(work.opened.manifest.rows["act"])))
        return Told(case_id, person, link, act, work.case.reference)


def rules(app: Flask, method: str = "GET") -> list[str]:
    """Every route of cases that answers to this method."""
    return sorted(
        r.rule
        for r in app.url_map.iter_rules()
        if r.endpoint.startswith("cases.") and method in (r.methods or ())
    )


def shown(app: Flask) -> list[str]:
    """Every page of cases; those of what somebody began and did not finish are another matter."""
    return [rule for rule in rules(app) if "/unfinished/" not in rule]


def dump(office: Office) -> dict[str, list[Any]]:
    """Everything in the database but the log and when somebody was last seen."""
    with office.database.reading() as session:
        return {
            table.name: sorted(
                repr(tuple(session_row))
                for session_row in session.execute(select(*(c for c in table.columns if c.name not in SEEN)))
            )
            for table in Base.metadata.sorted_tables
            if table.name not in MOVES
        }


def addresses(page: Page) -> list[str]:
    """Every address that a page or an answer names."""
    found = [page.headers.get("Location", "")]
    if page.tree is not None:
        found += [
            element.get(name) or "" for element in page.tree.iter() for name in ("href", "action", "src")
        ]
    return found


class Walk(NamedTuple):
    """Every page that a GET shows of two cases, and the database before and after."""

    told: tuple[Told, ...]
    pages: list[tuple[str, Page]]
    before: dict[str, list[Any]]
    after: dict[str, list[Any]]
    opened: int


@pytest.fixture(scope="module")
def walk(office: Office) -> Walk:
    """All routes asked for by a member, for a draft and for a submitted case."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(real_clock, "now", lambda: START)
        focal = Focal(office)
        told = (tell(focal, submit=False), tell(focal))
        patch.setattr(real_clock, "now", lambda: START + timedelta(minutes=2))
        before, logged = dump(office), len(focal.entries(actor_id=focal.member.person.id))
        asked = [(rule, case.address(rule)) for case in told for rule in shown(office.app)]
        pages = [(rule, focal.browser.get(address, status=None)) for rule, address in asked]
        opened = len(focal.entries(actor_id=focal.member.person.id)) - logged
    return Walk(told, pages, before, dump(office), opened)


def test_a_get_changes_nothing_but_the_log_and_when_somebody_was_seen(walk: Walk) -> None:
    assert len(walk.pages) >= 40
    assert {page.status for _rule, page in walk.pages} == {200, 302}
    assert {name for name in walk.before if walk.before[name] != walk.after[name]} == set()
    assert walk.opened >= 30


def test_no_name_and_no_reference_stands_in_an_address_or_a_title_of_a_page(walk: Walk) -> None:
    secrets = {ALIAS, LEGAL, WORDS, TITLE, "Kenya", "Examplename", *(told.reference for told in walk.told)}
    secrets = {secret.removeprefix("REP-").lower() for secret in secrets}
    for rule, page in walk.pages:
        for address in addresses(page):
            if not address.startswith("/static/"):
                assert not [secret for secret in secrets if secret in address.lower()], (rule, address)
        if page.tree is not None:
            title = page.tree.find(".//title").text
            assert not [secret for secret in secrets if secret in title.lower()], (rule, title)


def test_what_is_sent_answers_with_addresses_that_name_nobody(focal: Focal) -> None:
    told = tell(focal)
    steps = [
        "danger",
        "what",
        "states",
        "wish",
        "reach",
        "title",
        "consent",
        f"persons/{told.person}",
        f"links/{told.link}",
    ]
    for step in [*steps, f"acts/{told.act}"]:
        sent = send(focal.browser, focal.browser.get(f"/cases/{told.case_id}/{step}"))
        assert sent.status == 302, step
        address = sent.headers["Location"]
        assert not [
            secret for secret in (ALIAS, LEGAL, TITLE, told.reference) if secret.lower() in address.lower()
        ]


@pytest.mark.parametrize("submit", [False, True])
def test_every_page_of_a_case_is_sound_in_arabic(focal: Focal, office: Office, submit: bool) -> None:
    told = tell(focal, submit=submit)
    for rule in shown(office.app):
        page = focal.browser.get(f"{told.address(rule)}?language=ar", status=None)
        assert page.status in {200, 302}, rule
        if page.tree is not None:
            assert (page.tree.get("dir"), page.tree.get("lang")) == ("rtl", "ar"), rule
            assert told.reference not in page.words or '<bdi class="reference">' in page.text, rule


def test_another_teams_case_and_one_that_does_not_exist_look_alike_and_are_recorded(
    focal: Focal, office: Office
) -> None:
    told, stranger = tell(focal), Focal(office)
    guessed, token = told._replace(case_id=uuid4()), stranger.browser.form_token()
    asked = [
        (rule, method)
        for method in ("GET", "POST")
        for rule in rules(office.app, method)
        if "case_id" in rule
    ]
    before = len(stranger.entries(actor_id=stranger.member.person.id, action="page.not-found"))
    for rule, method in asked:
        answers = []
        for target in (told, guessed):
            data = {FIELD: token} if method == "POST" else None
            answer = stranger.browser.browser.open(target.address(rule), method=method, data=data)
            answers.append((answer.status_code, "".join(Sight(answer).words)))
        assert answers[0] == answers[1], (rule, method)
        assert answers[0][0] == 404, (rule, method)

    refused = stranger.entries(actor_id=stranger.member.person.id, action="page.not-found")[before:]
    assert [entry.details["route"] for entry in refused] == [
        rule for rule, _method in asked for _target in "12"
    ]
    assert {entry.outcome for entry in refused} == {"refused"}
    assert focal.value(told.case_id, lambda work: work.case.stage) == "SUBMITTED"


def test_the_case_page_says_who_can_read_it_and_what_may_be_done(focal: Focal) -> None:
    told = tell(focal)
    page = focal.browser.get(f"/cases/{told.case_id}")
    who = " ".join("".join(page.tree.find(".//section[@aria-labelledby='who-can-read']").itertext()).split())
    uses = " ".join("".join(page.tree.find(".//ul[@class='uses plain']").itertext()).split())

    with focal.office.database.reading() as session:
        central = focal.office.site.team(session, TeamKind.CENTRAL).name
    assert focal.team.name in who
    assert central in who
    assert "since 2 March 2026" in who
    assert "Keep the legal name: allowed" in uses
    assert "Report, without the name: not allowedRefused." in uses
    text = "".join(page.tree.find(".//body").itertext())
    assert all(
        said in text
        for said in (ALIAS, LEGAL, WORDS, TITLE, told.reference, "In danger now", "Kenya", "in 4 hours")
    )


def test_what_may_be_done_is_seen_in_one_look_with_the_reasons_folded_below(focal: Focal) -> None:
    box = focal.browser.get(f"/cases/{tell(focal).case_id}").tree.find(
        ".//section[@aria-labelledby='may-be-done']"
    )
    look = [words_of(line) for line in box.find("ul")]

    assert "✓ Allowed: Keep the legal name" in look
    assert "✕ Not allowed: Report, without the name" in look
    assert len(look) == len(box.find("details").findall(".//li")) == 8
    assert box.find("details").get("open") is None


def test_a_case_that_says_little_tells_in_each_part_what_to_do_about_it(focal: Focal) -> None:
    words = focal.browser.get(f"/cases/{focal.submitted()}").words

    assert "An alias is enough; only then can consent be asked for." in words
    assert "No link is recorded yet. Say with whom" in words
    assert "Ask before anything is done in their name." in words
    assert "Add the person first." in words
    assert "not recorded" not in words


def test_a_draft_opens_on_its_last_page_for_its_team(focal: Focal) -> None:
    told = tell(focal, submit=False)

    assert (
        focal.browser.get(f"/cases/{told.case_id}", status=302).headers["Location"]
        == f"/cases/{told.case_id}/check"
    )
    assert (
        focal.browser.get(f"/cases/{told.case_id}/submitted", status=302)
        .headers["Location"]
        .endswith("/check")
    )


def test_a_name_whose_consent_was_withdrawn_stands_on_no_page(focal: Focal, office: Office) -> None:
    told = tell(focal)
    focal.fill(told.case_id, "what", ("words", "They came again."))
    focal.fill(told.case_id, f"persons/{told.person}", ("alias", "Green"))
    focal.fill(told.case_id, "consent", ("RECORD", "WITHDRAWN"), ("giver", "SELF"), ("means", "PHONE"))

    for browser in (focal.browser, office.browser(office.central())):
        for rule in rules(office.app):
            shown = browser.browser.get(told.address(rule)).get_data(as_text=True)
            assert LEGAL not in shown, rule
            assert "Exampelnaam" not in shown, rule
    assert "A legal name is sealed here." in focal.browser.get(f"/cases/{told.case_id}").words


def test_a_name_that_was_typed_while_its_consent_was_withdrawn_is_refused_and_stays_on_the_page(
    focal: Focal,
) -> None:
    told = tell(focal)
    page = focal.browser.get(f"/cases/{told.case_id}/persons/{told.person}")
    focal.fill(
        told.case_id,
        "consent",
        ("RECORD", "WITHDRAWN"),
        ("giver", "SELF"),
        ("means", "PHONE"),
        browser=focal.other,
    )
    sent = send(focal.browser, page, ("legal_name", "Another"), ("other_names", "Spelled so"), status=422)

    assert "legal_name" in sent.errors()
    assert {("legal_name", "Another"), ("other_names", "Spelled so")} <= set(sent.fields())


def test_those_who_triage_read_and_correct_a_submitted_case(focal: Focal, office: Office) -> None:
    told = tell(focal)
    central: Client = office.browser(office.central())
    sent = send(
        central, central.get(f"/cases/{told.case_id}/what"), ("words", "They came at dawn."), status=302
    )

    assert "They came at dawn." in central.follow(sent).words
    central.get(f"/cases/{told.case_id}/check", status=302)
    assert "They came at dawn." in focal.browser.get(f"/cases/{told.case_id}").words


def test_details_of_an_act_that_was_taken_out_meanwhile_are_not_lost(focal: Focal) -> None:
    told = tell(focal)
    page = focal.browser.get(f"/cases/{told.case_id}/acts/{told.act}")
    focal.fill(told.case_id, "what", ("acts", "THR"), browser=focal.other)
    sent = send(focal.browser, page, ("description", "two men in a car"), status=422)

    assert "no longer in the case" in sent.words
    assert ("description", "two men in a car") in sent.fields()
    focal.browser.get(f"/cases/{told.case_id}/acts/{told.act}", status=404)


def test_what_is_shown_is_text_and_never_runs(focal: Focal) -> None:
    case_id, bad = focal.begin(), "<script>alert(1)</script>{{1234567*7}}</title><img src=x>"
    focal.fill(case_id, "what", ("happened", "YES"), ("words", bad), ("acts", "DET"), ("place", bad))
    focal.fill(case_id, "states", ("states-0", "Kenya"))
    focal.fill(case_id, "reach", ("how", bad), ("never", bad))
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", bad), ("situation", bad))
    focal.fill(case_id, "check", ("title", bad))
    focal.fill(case_id, "what", ("words", "other"))

    for step in ("", "/history", "/consent", "/who", "/submitted"):
        page = focal.browser.get(f"/cases/{case_id}{step}")
        assert page.tree.findall(".//img") == []
    assert bad in focal.browser.get(f"/cases/{case_id}").words
    assert "8641969" not in focal.browser.get(f"/cases/{case_id}").words
    assert focal.browser.get("/cases").words.count("{{1234567*7}}") == 1
