"""Whom the answers are about: nobody is chosen for anybody, and nothing that already stands is added again."""

from uuid import UUID, uuid4

import pytest

from reprisals.cases.models.account import ConsentAnswer
from tests.cases.views.office import Focal, send
from tests.cases.views.test_consent_pages import ALIAS, SELF, answers, with_persons
from tests.client import Page, words_of

WHO = "persons"


def offered(page: Page) -> list[str]:
    """The values of the boxes, in their order."""
    return [str(box.get("value")) for box in page.tree.iterfind(f".//input[@name='{WHO}']")]


def ticked(page: Page) -> list[str]:
    return [value for name, value in page.fields() if name == WHO]


def opened(focal: Focal, case_id: UUID) -> Page:
    return focal.browser.get(f"/cases/{case_id}/consent")


def asked(focal: Focal, case_id: UUID) -> set[UUID]:
    """Who has an answer."""
    found: set[UUID] = focal.value(
        case_id, lambda work: {row.person_id for row in work.opened.load(ConsentAnswer)}
    )
    return found


def test_of_several_persons_nobody_is_ticked_and_the_only_one_is(focal: Focal) -> None:
    several, _persons = with_persons(focal, ALIAS, "Green")
    alone, (only,) = with_persons(focal, ALIAS)

    assert ticked(opened(focal, several)) == []
    assert ticked(opened(focal, alone)) == offered(opened(focal, alone)) == [str(only)]


def test_an_answer_without_a_person_is_refused_beside_the_field_and_all_that_was_typed_is_kept(
    focal: Focal,
) -> None:
    case_id, _persons = with_persons(focal, ALIAS, "Green")
    typed = [("CONTACT", "GIVEN"), *SELF, ("text", "Only by letter.")]
    page = send(focal.browser, opened(focal, case_id), *typed, status=422)

    assert "Choose whom the answers are about." in words_of(page.tree.find(f".//fieldset[@id='{WHO}']"))
    assert set(typed) <= set(page.fields())
    assert set(typed) <= set(opened(focal, case_id).fields())
    assert answers(focal, case_id) == 0


def test_one_tap_chooses_all_of_them(focal: Focal) -> None:
    case_id, persons = with_persons(focal, ALIAS, "Green", "Red")
    page = opened(focal, case_id)
    everybody, *others = offered(page)
    assert others == [str(person) for person in persons]
    send(focal.browser, page, (WHO, everybody), ("CONTACT", "GIVEN"), *SELF, status=302)

    assert asked(focal, case_id) == set(persons)
    assert answers(focal, case_id) == 3


def test_all_and_one_of_them_is_one_answer_each(focal: Focal) -> None:
    case_id, persons = with_persons(focal, ALIAS, "Green")
    page = opened(focal, case_id)
    send(focal.browser, page, *((WHO, value) for value in offered(page)), ("CONTACT", "PENDING"), status=302)

    assert answers(focal, case_id) == len(persons)


def test_all_of_them_is_nobody_who_was_added_since_the_page_was_opened(focal: Focal) -> None:
    case_id, _persons = with_persons(focal, ALIAS, "Green")
    page = opened(focal, case_id)
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", "Red"))
    refused = send(focal.browser, page, (WHO, offered(page)[0]), ("CONTACT", "GIVEN"), *SELF, status=422)

    assert "Choose again." in words_of(refused.tree.find(f".//fieldset[@id='{WHO}']"))
    assert ticked(refused) == []
    assert answers(focal, case_id) == 0


def test_whoever_answers_nothing_needs_to_choose_nobody(focal: Focal) -> None:
    case_id, _persons = with_persons(focal, ALIAS, "Green")
    send(focal.browser, opened(focal, case_id), status=302)

    assert answers(focal, case_id) == 0


@pytest.mark.parametrize("is_sent", [False, True])
def test_what_already_stands_word_for_word_is_said_to_be_there_and_not_added(
    focal: Focal, is_sent: bool
) -> None:
    case_id = focal.submitted() if is_sent else focal.begin()
    focal.fill(case_id, f"persons/{uuid4()}", ("alias", ALIAS))
    given = [("CONTACT", "GIVEN"), *SELF, ("text", "Only by letter.")]
    send(focal.browser, opened(focal, case_id), *given, status=302)
    away = send(focal.browser, opened(focal, case_id), *given, status=302)
    page = focal.browser.follow(away)

    assert "Nothing was added: the ledger already says this, word for word." in words_of(page.tree)
    assert answers(focal, case_id) == 1
