"""The cases of a team: danger first, page by page, narrowed by filters, and one damaged case does not hide the others."""

from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text, update
from sqlalchemy.orm import Session

from reprisals import clock as real_clock
from reprisals.audit.actions import commit
from reprisals.cases import queries
from reprisals.cases.actions import drafts, parts
from reprisals.cases.actions.work import danger_mark, states_mark
from reprisals.cases.models.case import Case
from reprisals.cases.rules.outline import Danger
from reprisals.sealing.holders import TeamKind
from reprisals.web.forms import clean
from tests.cases.views.office import Focal, Office
from tests.client import Client, Page
from tests.makers import act_as

HOSTILE = ["\x00", "ZZZ", "%00", "x" * 5_000, "' OR 1=1 --", "\u202e", "<b>", "{{7*7}}"]
AFTER = [
    "",
    "0",
    "0..",
    "9.2026-01-01T00:00:00+00:00." + str(UUID(int=0)),
    "0.9999-12-31T23:59:59-23:59." + str(UUID(int=0)),
    "0.0001-01-01T00:00:00+23:59." + str(UUID(int=0)),
    "0.2026-01-01." + str(UUID(int=0)),
    "9" * 5000 + ".x.y",
    "\x00",
]


def begin_many(focal: Focal, number: int, states: str = "KEN") -> list[UUID]:
    """Drafts without a browser, quickly: every tenth with somebody in danger."""
    made = []
    with focal.office.database.writing() as session:
        act_as(session, focal.member)
        for place in range(number):
            case_id = uuid4()
            work = drafts.begin_draft(
                session, focal.member.keyring, focal.member.actor, case_id, focal.team.id
            )
            parts.save_danger(work, Danger.YES if place % 10 == 0 else Danger.NO, "", danger_mark(work))
            parts.save_states(work, frozenset({states}), states_mark(work))
            made.append(case_id)
        commit(session)
    return made


def references(page: Page) -> list[str]:
    """The references on a page of the list, in their order."""
    table = page.tree.find(".//main//table")
    found = [] if table is None else table.iter("bdi")
    return [bdi.text for bdi in found if bdi.get("class") == "reference"]


def all_pages(browser: Client, address: str = "/cases") -> list[list[str]]:
    """Every page of a list, from the first to the last."""
    pages = []
    while address:
        page = browser.get(address)
        pages.append(references(page))
        nexts = [a.get("href") for a in page.tree.iter("a") if a.get("rel") == "next"]
        address = nexts[0] if nexts else ""
    return pages


def order_of(focal: Focal) -> list[str]:
    """All of the team's references in the order of the list, as the rows say."""
    with focal.office.database.reading() as session:
        cases = session.query(Case).filter_by(owning_team_id=focal.team.id).all()
        return [
            case.reference for case in sorted(cases, key=lambda case: (case.urgency, case.sort_at, case.id))
        ]


def test_more_cases_than_a_page_holds_are_listed_page_by_page_none_twice_none_left_out(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_many(focal, queries.PAGE + 3)
    pages = all_pages(focal.browser)
    assert [len(page) for page in pages] == [50, 3]

    monkeypatch.setattr(queries, "PAGE", 12)
    pages = all_pages(focal.browser)
    assert [len(page) for page in pages] == [12, 12, 12, 12, 5]
    assert [reference for page in pages for reference in page] == order_of(focal)
    assert "53 results" in focal.browser.get("/cases").words


def test_a_page_that_is_just_full_has_no_next_one(focal: Focal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 3)
    begin_many(focal, 3)

    assert [len(page) for page in all_pages(focal.browser)] == [3]


def test_danger_comes_first_and_then_the_next_deadline(focal: Focal, clock: Any) -> None:
    normal = focal.submitted()
    clock.advance(minutes=1)
    unknown = focal.submitted(danger="UNKNOWN")
    clock.advance(minutes=1)
    draft = focal.begin()
    danger = focal.submitted(danger="YES")
    with focal.office.database.reading() as session:
        wanted = [session.get_one(Case, case_id).reference for case_id in (danger, unknown, normal, draft)]

    assert references(focal.browser.get("/cases")) == wanted


def test_a_list_is_narrowed_by_state_stage_priority_and_kind(focal: Focal) -> None:
    kenyan, peruvian = begin_many(focal, 1), begin_many(focal, 1, "PER")
    submitted = focal.submitted()
    with focal.office.database.reading() as session:
        name = {
            case_id: session.get_one(Case, case_id).reference for case_id in (*kenyan, *peruvian, submitted)
        }

    def found(query: str) -> set[str]:
        return set(references(focal.browser.get(f"/cases?{query}")))

    assert found("state=Peru") == found("state=PER") == {name[peruvian[0]]}
    assert found("state=Kenya&stage=DRAFT") == {name[kenyan[0]]}
    assert found("stage=SUBMITTED") == {name[submitted]}
    assert found("priority=URGENT") == {name[kenyan[0]], name[peruvian[0]]}
    assert found("record_type=PERSONS") == {name[submitted]}
    assert found("record_type=SITUATION") == set()


def test_filters_stay_from_page_to_page(focal: Focal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 3)
    begin_many(focal, 5)
    begin_many(focal, 3, "PER")

    assert [len(page) for page in all_pages(focal.browser, "/cases?state=Kenya")] == [3, 2]


def test_each_filter_in_use_is_a_chip_that_takes_it_away(focal: Focal) -> None:
    begin_many(focal, 1)
    page = focal.browser.get("/cases?state=Peru&stage=DRAFT")
    chips = page.tree.find(".//ul[@class='chips']")

    assert [a.find("bdi").text for a in chips.iter("a") if a.find("bdi") is not None] == [
        "Peru",
        "Draft by the focal point",
    ]
    assert [a.get("href") for a in chips.iter("a")] == ["/cases?stage=DRAFT", "/cases?state=Peru", "/cases"]
    assert "No case fits these filters" in page.words


def test_a_team_without_cases_is_told_what_to_do(focal: Focal) -> None:
    page = focal.browser.get("/cases")

    assert "has not logged a case yet" in page.words
    assert any(link.startswith("/cases/new") for link in page.links)


@pytest.mark.parametrize("name", ["state", "stage", "priority", "record_type"])
def test_a_filter_that_means_nothing_finds_nothing_and_says_what_was_asked(focal: Focal, name: str) -> None:
    begin_many(focal, 1)
    for value in HOSTILE:
        page = focal.browser.get(f"/cases?{name}={quote(value)}")
        if clean(value):
            assert "No case fits these filters" in page.words, value
        assert "<b>" not in page.text, value


def test_a_page_that_nobody_was_sent_to_begins_at_the_front(focal: Focal) -> None:
    begin_many(focal, 1)
    for after in AFTER:
        assert len(references(focal.browser.get(f"/cases?after={quote(after)}"))) <= 1, after


DAMAGE = {
    "a facet": lambda session, case_id: session.execute(
        update(Case).where(Case.id == case_id).values(danger="NO")
    ),
    "a stage that does not exist": lambda session, case_id: session.execute(
        update(Case).where(Case.id == case_id).values(stage="ZZZ", priority="ZZZ")
    ),
    "the sealed title": lambda session, case_id: session.execute(
        text("UPDATE case_record SET content = :raw WHERE id = :id"),
        {"raw": b"\x01" * 600, "id": as_stored(session, case_id)},
    ),
    "the grant": lambda session, case_id: session.execute(
        text("UPDATE case_grant SET sealed_key = :raw WHERE case_id = :id"),
        {"raw": b"\x01" * 61, "id": as_stored(session, case_id)},
    ),
}


def as_stored(session: Session, case_id: UUID) -> object:
    """An identifier as the database holds it."""
    return case_id if session.get_bind().dialect.name == "postgresql" else case_id.hex


@pytest.mark.parametrize("kind", DAMAGE)
def test_one_damaged_case_does_not_hide_the_others(focal: Focal, kind: str) -> None:
    damaged, sound = begin_many(focal, 1)[0], focal.submitted()
    focal.change(lambda session: DAMAGE[kind](session, damaged))
    page = focal.browser.get("/cases")

    assert len(references(page)) == 2
    assert "This case does not open." in page.words
    assert "A title" in page.words
    refused = focal.browser.get(f"/cases/{damaged}", status=409)
    assert "not as it was written" in refused.heading
    focal.browser.get(f"/cases/{sound}")
    listed = focal.entries(actor_id=focal.member.person.id, action="cases.listed")[-1]
    assert listed.details["failed"] == [str(damaged)]


def test_a_list_is_one_entry_of_the_log_that_names_what_it_opened(focal: Focal) -> None:
    made = begin_many(focal, 3)
    before = len(focal.entries(actor_id=focal.member.person.id))
    focal.browser.get("/cases")
    new = focal.entries(actor_id=focal.member.person.id)[before:]

    assert [entry.action for entry in new] == ["cases.listed"]
    assert sorted(new[0].details["cases"]) == sorted(str(case_id) for case_id in made)


def test_nothing_of_another_teams_drafts_is_seen_anywhere(focal: Focal, office: Office) -> None:
    focal.begin(words="nobody else knows this")
    others = [Focal(office).browser, office.browser(office.central()), office.browser(office.alternate())]

    for browser in others:
        page = browser.get("/cases")
        with focal.office.database.reading() as session:
            own = {case.reference for case in session.query(Case).filter_by(owning_team_id=focal.team.id)}
        assert not own & set(references(page))
        assert "waiting" not in "".join(
            browser.get("/cases").tree.find(".//nav[@class='side-start']").itertext()
        )


def test_what_the_office_is_kept_out_of_stands_in_none_of_its_lists_and_counts(
    focal: Focal, office: Office
) -> None:
    case_id = focal.ready(danger="YES")
    focal.fill(
        case_id,
        "check",
        ("title", "About one of them"),
        ("office_concerned", "y"),
        ("office_reason", "It is about one of them."),
    )
    focal.fill(case_id, "check/alternate")
    reference = focal.value(case_id, lambda work: work.case.reference)
    central, alternate = office.browser(office.central()), office.browser(office.alternate())

    assert reference not in central.get("/cases").text
    assert reference not in central.get("/cases?priority=URGENT").text
    for step in ("", "/history", "/submitted", "/check", "/consent"):
        central.get(f"/cases/{case_id}{step}", status=404)
    assert "About one of them" in alternate.get(f"/cases/{case_id}").words
    with office.database.reading() as session:
        name = office.site.team(session, TeamKind.CENTRAL).name
    assert f"Kept out: {name}" in focal.browser.get(f"/cases/{case_id}").words


def test_without_an_alternate_team_that_has_keys_the_case_stays_a_draft_and_says_why(
    focal: Focal, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    case_id = focal.ready()
    monkeypatch.setattr(drafts, "team_has_keys", lambda _session, _team_id: False)
    page = focal.browser.get(f"/cases/{case_id}/check")
    sent = focal.browser.submit(
        page, {"title": "About one of them", "office_concerned": "y", "office_reason": "because"}, status=422
    )

    assert "stays a draft" in sent.words
    assert {("title", "About one of them"), ("office_concerned", "y"), ("office_reason", "because")} <= set(
        sent.fields()
    )
    assert focal.value(case_id, lambda work: work.case.stage) == "DRAFT"
    assert focal.value(case_id, lambda work: work.opened.manifest.exclusions) == frozenset()


def test_the_clock_of_a_list_is_that_of_the_site(focal: Focal, clock: Any) -> None:
    focal.submitted(danger="YES")
    page = focal.browser.get("/cases")

    assert "in 4 hours" in page.words
    assert real_clock.now() == clock.now()
