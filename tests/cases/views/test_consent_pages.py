"""The consent page, what it asks before a withdrawal, and the ledger of a person. All of it without scripts."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from reprisals.cases.models.account import ConsentAnswer
from tests.cases.views.office import Focal, press, send
from tests.client import Page, words_of

ALIAS = "Alias Blue"
SELF = (("giver", "SELF"), ("means", "PHONE"))


def with_persons(focal: Focal, *aliases: str) -> tuple[UUID, list[UUID]]:
    """A draft with these persons."""
    case_id, persons = focal.begin(), [uuid4() for _alias in aliases]
    for person, alias in zip(persons, aliases, strict=True):
        focal.fill(case_id, f"persons/{person}", ("alias", alias))
    return case_id, persons


def answers(focal: Focal, case_id: UUID) -> int:
    """How many answers stand in the ledger."""
    rows = focal.value(case_id, lambda work: work.opened.manifest.rows.get("consent_answer", {}))
    return len(rows)


def section(page: Page, name: str) -> str:
    """The words of a part of the page by the heading that names it."""
    return words_of(page.tree.find(f".//section[@aria-labelledby='{name}']"))


def test_another_entity_keeps_all_that_was_typed_on_the_page_and_when_one_comes_back(focal: Focal) -> None:
    case_id, (first, _second) = with_persons(focal, ALIAS, "Green")
    typed = [
        ("persons", str(first)),
        ("SHARE_UN", "GIVEN"),
        ("CONTACT", "REFUSED"),
        ("entities-0", "UNHCR"),
        *SELF,
        ("obtained_by", "The lawyer"),
        ("given_on-day", "1"),
        ("given_on-month", "3"),
        ("given_on-year", "2026"),
        ("text", "Only these two."),
    ]
    page = send(
        focal.browser, focal.browser.get(f"/cases/{case_id}/consent"), *typed, ("add", "entities"), status=200
    )

    assert set(typed) <= set(page.fields())
    assert [value for name, value in page.fields() if name == "persons"] == [str(first)]
    assert ("entities-1", "") in page.fields()
    assert set(typed) <= set(focal.browser.get(f"/cases/{case_id}/consent").fields())
    assert answers(focal, case_id) == 0
    send(focal.browser, page, ("entities-1", "UNDP"), status=302)
    assert answers(focal, case_id) == 2
    assert "Only these two." not in str(focal.browser.get(f"/cases/{case_id}/consent").fields())


def test_all_that_is_wrong_is_said_at_once_beside_its_field_with_the_scopes_and_persons(focal: Focal) -> None:
    case_id, (first, second) = with_persons(focal, ALIAS, "Green")
    focal.fill(case_id, "consent", ("persons", str(second)), ("CONTACT", "GIVEN"), *SELF)
    wrong = [
        *(("persons", str(person)) for person in (first, second)),
        ("RECORD", "GIVEN"),
        ("SHARE_UN", "GIVEN"),
        ("CONTACT", "WITHDRAWN"),
        ("given_on-month", "1"),
        ("given_on-year", "2026"),
    ]
    page = send(focal.browser, focal.browser.get(f"/cases/{case_id}/consent"), *wrong, status=422)
    errors = page.errors()

    assert list(errors) == ["entities", "CONTACT", "giver", "means", "given_on"]
    assert errors["CONTACT"].endswith(f"This concerns: {ALIAS}.")
    assert errors["entities"] == "Name the entities that the person agrees to share with."
    for field in ("giver", "means"):
        named = errors[field].partition("It is about: ")[2]
        assert named.count(",") + named.count(" and ") == 2, named
    summary = words_of(page.tree.find(".//div[@data-error-summary]"))
    assert all(text in summary for text in errors.values())
    assert page.tree.find(".//main").find(".//li/a[@href='#giver']") is not None
    assert answers(focal, case_id) == 1


def test_a_page_from_before_an_answer_cannot_take_it_back_by_asking_for_another_entity(focal: Focal) -> None:
    case_id, _persons = with_persons(focal, ALIAS)
    before = focal.browser.get(f"/cases/{case_id}/consent")
    focal.fill(case_id, "consent", ("CONTACT", "REFUSED"), *SELF, browser=focal.other)
    page = refused = send(focal.browser, before, ("CONTACT", "GIVEN"), *SELF, ("add", "entities"), status=200)
    for again in (page, focal.browser.get(f"/cases/{case_id}/consent")):
        refused = send(focal.browser, again, ("giver", "SELF"), status=422)
        assert "since you opened this page" in refused.errors()["CONTACT"]

    assert answers(focal, case_id) == 1
    send(focal.browser, refused, status=302)
    assert answers(focal, case_id) == 2


def test_going_back_records_nothing_and_keeps_what_was_typed(focal: Focal) -> None:
    case_id, _persons = with_persons(focal, ALIAS)
    page = focal.browser.get(f"/cases/{case_id}/consent")
    back = send(focal.browser, page, ("go", "back"), status=302)
    assert back.headers["Location"] == f"/cases/{case_id}/wish"
    assert focal.kept(case_id, "consent") == {}

    send(focal.browser, page, ("CONTACT", "GIVEN"), ("go", "back"), status=302)
    assert answers(focal, case_id) == 0
    assert ("CONTACT", "GIVEN") in focal.browser.get(f"/cases/{case_id}/consent").fields()


def shared(focal: Focal) -> tuple[UUID, UUID]:
    """A case in which one person agreed to sharing with two entities and to their name."""
    case_id, (person,) = with_persons(focal, ALIAS)
    focal.fill(case_id, "consent", ("RECORD", "GIVEN"), ("SHARE_UN", "GIVEN"), ("entities-0", "UNHCR"), *SELF)
    focal.fill(case_id, "consent", ("SHARE_UN", "GIVEN"), ("entities-0", "UNDP"), *SELF)
    return case_id, person


def test_sharing_that_is_allowed_names_the_entities(focal: Focal) -> None:
    case_id, person = shared(focal)
    unhcr = "Office of the United Nations High Commissioner for Refugees"
    both = f"(United Nations Development Programme and {unhcr})"

    for address in (f"/cases/{case_id}/consent", f"/cases/{case_id}/consent/{person}"):
        words = focal.browser.get(address).words
        assert f"Share with an entity outside OHCHR: allowed {both}" in words, address


def test_a_withdrawal_is_recorded_only_after_it_was_said_what_it_changes(focal: Focal) -> None:
    case_id, _person = shared(focal)
    page = focal.browser.get(f"/cases/{case_id}/consent")
    withdrawing = [("RECORD", "WITHDRAWN"), ("SHARE_UN", "WITHDRAWN"), *SELF, ("text", "She called.")]
    asked = send(focal.browser, page, *withdrawing, status=200)

    assert asked.heading == "Record the withdrawal?"
    stops = section(asked, "stops")
    assert ALIAS in stops
    assert "Keep the legal name" in stops
    assert "Sharing with United Nations Development Programme" in stops
    assert "Share with an entity outside OHCHR" not in stops
    assert "A legal name that may no longer be kept stays sealed." in stops
    assert "Report" not in stops
    assert "stays known to those who learned of it" in section(asked, "stays")
    assert focal.team.name in section(asked, "who-can-read")
    assert answers(focal, case_id) == 3

    assert set(withdrawing) <= set(focal.browser.get(f"/cases/{case_id}/consent").fields())
    for _click in range(2):
        send(focal.browser, asked, status=302)
    assert answers(focal, case_id) == 5
    assert focal.entries(case_id=case_id, action="consent.withdrawn")[0].outcome == "done"
    assert "She called." not in str(focal.browser.get(f"/cases/{case_id}/consent").fields())


def test_a_withdrawal_of_a_case_in_use_names_the_wider_uses_that_end_with_it(focal: Focal) -> None:
    case_id, _persons = with_persons(focal, ALIAS)
    public = ("PUBLIC_ANON", "DETAILS", "PUBLIC_NAMED")
    focal.fill(case_id, "consent", *((scope, "GIVEN") for scope in public), *SELF)
    page = focal.browser.get(f"/cases/{case_id}/consent")
    asked = send(focal.browser, page, ("PUBLIC_ANON", "WITHDRAWN"), *SELF, status=200)

    stops = section(asked, "stops")
    assert "legal name" not in stops
    assert all(use in stops for use in ("without the name", "with identifying details", "with the name"))


def test_the_ledger_says_who_recorded_each_answer_when_by_whom_and_what_replaced_it(
    focal: Focal, clock: Any
) -> None:
    case_id, person = shared(focal)
    clock.advance(minutes=5)
    told = [("giver", "REP"), ("means", "WRITTEN"), ("obtained_by", "A colleague"), ("text", "Not UNDP.")]
    said = [("SHARE_UN", "WITHDRAWN"), ("entities-0", "UNDP"), *told]
    focal.fill(case_id, "consent", *said, browser=focal.other)
    page = focal.browser.get(f"/cases/{case_id}/consent/{person}")
    boxes = [words_of(box) for box in page.tree.find(".//main").findall("section")]
    (sharing,) = [box for box in boxes if "Replaced by" in box]
    latest, replaced, first = sharing.split("Recorded by")[0:3]

    assert "Withdrawn: United Nations Development Programme counts now Not UNDP." in latest
    assert f"{focal.lead.person.name} 2 March 2026, 09:05 UTC" in replaced
    assert "A colleague" in latest
    assert "Given: United Nations Development Programme replaced" in replaced
    assert "United Nations High Commissioner for Refugees counts now" in first
    assert f"{focal.member.person.name} 2 March 2026, 09:00 UTC" in first
    assert "Replaced by Withdrawn 2 March 2026" in replaced + first
    assert "Given by Lawyer or representative How In writing" in latest


def test_each_person_has_a_page_of_what_was_answered_and_what_follows(focal: Focal) -> None:
    case_id, (person,) = with_persons(focal, ALIAS)
    focal.fill(case_id, "consent", ("RECORD", "GIVEN"), *SELF)
    page = focal.browser.get(f"/cases/{case_id}/consent/{person}")

    assert page.heading == ALIAS
    assert "Keep the legal name: allowed" in page.words
    assert "By telephone" in page.words
    focal.browser.get(f"/cases/{case_id}/consent/{uuid4()}", status=302)


CONSENT = {
    "sharing without an entity": ([("SHARE_UN", "GIVEN"), ("giver", "SELF"), ("means", "PHONE")], "entities"),
    "an entity without an answer": ([("entities-0", "UNHCR")], "SHARE_UN"),
    "an entity that does not exist": ([("SHARE_UN", "GIVEN"), ("entities-0", "Atlantis")], "entities-0"),
    "nobody said who answered": ([("CONTACT", "GIVEN"), ("means", "PHONE")], "giver"),
    "nobody said how": ([("CONTACT", "GIVEN"), ("giver", "SELF")], "means"),
    "a month alone": (
        [
            ("CONTACT", "GIVEN"),
            ("giver", "SELF"),
            ("means", "PHONE"),
            ("given_on-month", "1"),
            ("given_on-year", "2026"),
        ],
        "given_on",
    ),
    "a day to come": (
        [("CONTACT", "PENDING"), ("given_on-day", "9"), ("given_on-month", "9"), ("given_on-year", "2026")],
        "given_on",
    ),
    "somebody of another case": ([("persons", str(UUID(int=9))), ("CONTACT", "PENDING")], "persons"),
    "a withdrawal of what was never given": (
        [("CONTACT", "WITHDRAWN"), ("giver", "SELF"), ("means", "PHONE")],
        "CONTACT",
    ),
    "words without an answer": ([("text", "He said yes to something.")], "text"),
}


@pytest.mark.parametrize("kind", CONSENT)
def test_an_answer_that_does_not_hold_is_refused_beside_its_field_and_nothing_is_added(
    focal: Focal, kind: str
) -> None:
    filled, field = CONSENT[kind]
    case_id = focal.begin()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", ALIAS))
    sent = send(focal.browser, focal.browser.get(f"/cases/{case_id}/consent"), *filled, status=422)

    assert next(iter(sent.errors()), None) == field
    assert sent.tree.find(".//div[@data-error-summary]") is not None
    assert {pair for pair in filled if pair[0] != "persons"} <= set(sent.fields())
    assert focal.value(case_id, lambda work: "consent_answer" in work.opened.manifest.rows) is False


def given(focal: Focal, case_id: UUID) -> dict[str, str]:
    """What stands in the ledger, by the question."""
    found: dict[str, str] = focal.value(
        case_id, lambda work: {row.scope: row.answer for row in work.opened.load(ConsentAnswer)}
    )
    return found


def test_one_answer_counts_for_each_question_that_has_none_of_its_own(focal: Focal) -> None:
    case_id, _persons = with_persons(focal, ALIAS)
    focal.fill(case_id, "consent", ("same", "REFUSED"), ("RECORD", "GIVEN"), ("CONTACT", "UNSAFE"), *SELF)

    refused = dict.fromkeys(("SHARE_UN", "RAISE_CONF", "PUBLIC_ANON", "DETAILS", "PUBLIC_NAMED"), "REFUSED")
    assert given(focal, case_id) == refused | {"RECORD": "GIVEN", "CONTACT": "UNSAFE"}


@pytest.mark.parametrize("answer", ["GIVEN", "WITHDRAWN"])
def test_nothing_is_agreed_to_or_withdrawn_by_one_answer_for_all(focal: Focal, answer: str) -> None:
    case_id, _persons = with_persons(focal, ALIAS)
    page = focal.browser.get(f"/cases/{case_id}/consent")
    refused = send(focal.browser, page, ("same", answer), *SELF, status=422)

    assert refused.errors()["same"] == "Choose from the list."
    assert given(focal, case_id) == {}


def test_more_answers_are_recorded_one_after_the_other(focal: Focal) -> None:
    case_id, first, second = focal.begin(), uuid4(), uuid4()
    for person, alias in ((first, ALIAS), (second, "Green")):
        focal.fill(case_id, f"persons/{person}", ("alias", alias))
    page = focal.browser.get(f"/cases/{case_id}/consent")
    given = [("persons", str(first)), ("RECORD", "GIVEN"), ("giver", "SELF"), ("means", "PHONE")]
    page = focal.browser.follow(press(focal.browser, page, "more", *given))

    assert "Saved." in page.words
    assert "Keep the legal name: not allowed" in page.words
    assert "Keep the legal name: allowed" in focal.browser.get(f"/cases/{case_id}/consent/{first}").words
