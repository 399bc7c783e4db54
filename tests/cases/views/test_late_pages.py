"""A page of a case that was sent after the session had ended is filled again with what was sent, and nothing of it is lost."""

from typing import Any

import pytest

from reprisals.cases.models.account import Account, ConsentAnswer, PersonConcerned
from tests.cases.views.office import Focal, send
from tests.client import Client, Page

STORY = "They came at night.\nThey asked about Geneva."


def with_typed(page: Page, *typed: tuple[str, str]) -> list[tuple[str, str]]:
    """What the form of a page sends with some of its fields filled."""
    names = {name for name, _text in typed}
    return [*(pair for pair in page.fields(None) if pair[0] not in names), *typed]


def first_page(focal: Focal) -> Page:
    """The first page of a new case."""
    return focal.browser.follow(focal.browser.get("/cases/new", 302))


class Late:
    """Somebody who had a page of a case open when the session ended, sent it then, and has signed in again."""

    def __init__(self, focal: Focal, clock: Any, page: Page, *typed: tuple[str, str]) -> None:
        clock.advance(minutes=31)
        refused = focal.browser.send(page.response.request.path, with_typed(page, *typed), 401)
        assert "is kept for you" in refused.words
        self.browser: Client = focal.office.browser(focal.member)

    def titles(self) -> list[str]:
        """What is kept, as the list names it."""
        page = self.browser.get("/kept")
        items = page.tree.find(".//main").iter("li")
        return ["".join(item.find(".//a").itertext()) for item in items]

    def page(self) -> Page:
        """The page itself, filled with what was kept."""
        listed = next(link for link in self.browser.get("/kept").links if link.startswith("/kept/"))
        shown = self.browser.get(listed)
        filled = self.browser.get(next(link for link in shown.links if "kept_form=" in link), status=None)
        return self.browser.follow(filled) if filled.status == 302 else filled


def test_a_late_page_is_named_by_its_title_filled_and_gone_once_it_was_sent(focal: Focal, clock: Any) -> None:
    case_id = focal.begin()
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/what"), ("words", STORY), ("acts", "DET"))

    page = late.page()
    assert late.titles() == ["What happened?"]
    assert ("acts", "DET") in page.fields()
    assert "sent after your session had ended" in page.words
    send(late.browser, page, status=302)

    assert focal.value(case_id, lambda work: work.one(Account)[1].words) == STORY
    assert late.titles() == []


def test_where_the_part_was_changed_meanwhile_a_late_page_shows_both_texts(focal: Focal, clock: Any) -> None:
    case_id = focal.begin()
    focal.fill(case_id, "what", ("words", "First."))
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/what"), ("words", STORY))
    other = focal.office.browser(focal.lead)
    focal.fill(case_id, "what", ("words", "Another text."), browser=other)

    page = late.page()

    assert "Another text." in page.words
    assert STORY in "".join(text for name, text in page.fields() if name == "words")


def test_a_late_page_that_saves_itself_or_is_refused_stays_kept_until_it_is_sent(
    focal: Focal, clock: Any
) -> None:
    case_id = focal.begin()
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/states"), ("states-0", "Kenia of old"))
    page = late.page()

    late.browser.send(f"/cases/{case_id}/states", page.fields(), 200, headers={"X-Autosave": "1"})
    refused = send(late.browser, page, status=422)
    late.browser.send(f"/cases/{case_id}/states", [*refused.fields(), ("add", "states")], 200)
    assert late.titles() == ["To which State is it addressed?"]
    send(late.browser, refused, ("states-0", "Kenya"), status=302)

    assert late.titles() == []


def test_a_late_first_page_begins_the_one_case_that_it_was_drawn_with(focal: Focal, clock: Any) -> None:
    late = Late(focal, clock, first_page(focal), ("danger", "YES"), ("danger_words", STORY))
    page = late.page()
    assert late.titles() == ["Is anyone in danger now?"]
    case_id = dict(page.fields())["case_id"]
    sent = send(late.browser, page, status=302)

    assert case_id in sent.headers["Location"]
    assert focal.cases() == 1
    assert late.titles() == []


def test_a_late_first_page_of_a_case_that_saved_itself_before_fills_the_page_of_that_case(
    focal: Focal, clock: Any
) -> None:
    page = first_page(focal)
    saved = with_typed(page, ("danger_words", "They c"))
    focal.browser.send("/cases/new", saved, 200, headers={"X-Autosave": "1"})
    late = Late(focal, clock, page, ("danger", "YES"), ("danger_words", STORY))

    filled = late.page()

    assert filled.response.request.path.endswith("/danger")
    assert STORY in "".join(text for name, text in filled.fields() if name == "danger_words")
    send(late.browser, filled, status=302)
    assert late.titles() == []


def test_a_name_that_came_too_late_is_shown_to_its_author_though_nobody_has_agreed_to_record_it(
    focal: Focal, clock: Any
) -> None:
    case_id = focal.begin()
    address = next(link for link in focal.browser.get(f"/cases/{case_id}/who").links if "/persons/" in link)
    late = Late(focal, clock, focal.browser.get(address), ("legal_name", "An invented name"))

    filled = late.page()

    assert ("legal_name", "An invented name") in filled.fields()


def test_late_answers_on_consent_fill_the_consent_page(focal: Focal, clock: Any) -> None:
    case_id = focal.begin()
    address = next(link for link in focal.browser.get(f"/cases/{case_id}/who").links if "/persons/" in link)
    send(focal.browser, focal.browser.get(address), ("alias", "Blue"), status=302)
    typed = (("RECORD", "GIVEN"), ("giver", "SELF"), ("means", "PHONE"))
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/consent"), *typed)

    page = late.page()
    assert late.titles() == ["What may we do with it?"]
    assert set(typed) <= set(page.fields())
    send(late.browser, page, status=302)

    person = focal.value(case_id, lambda work: work.opened.load(PersonConcerned))[0]
    answers = focal.value(case_id, lambda work: work.opened.load(ConsentAnswer))
    assert [(answer.person_id, answer.scope) for answer in answers] == [(person.id, "RECORD")]
    assert late.titles() == []


def test_a_late_title_fills_the_page_on_which_the_case_is_checked(focal: Focal, clock: Any) -> None:
    case_id = focal.ready()
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/check"), ("title", "A title of my own"))

    page = late.page()

    assert late.titles() == ["Check and submit"]
    assert ("title", "A title of my own") in page.fields()


def test_what_a_late_page_saved_by_itself_before_it_was_sent_goes_with_it_and_what_says_something_else_stays(
    focal: Focal, clock: Any
) -> None:
    case_id = focal.begin()
    address = f"/cases/{case_id}/what"
    page = focal.browser.get(address)
    clock.advance(minutes=31)
    for story, how in (("Another.", {}), (STORY, {"X-Autosave": "1"})):
        focal.browser.send(address, with_typed(page, ("words", story)), 401, headers=how)
    clock.advance(seconds=1)
    late = Late(focal, clock, page, ("words", STORY), ("stop", "1"))
    assert late.titles() == ["What happened?"] * 2

    send(late.browser, late.page(), status=302)

    assert late.titles() == ["What happened?"]
    assert "Another." in "".join(text for name, text in late.page().fields() if name == "words")


@pytest.mark.parametrize("asked", ["x", "11111111-1111-4111-8111-111111111111", ""])
def test_an_address_that_names_no_form_of_the_reader_fills_nothing(focal: Focal, asked: str) -> None:
    case_id = focal.begin()

    page = focal.browser.get(f"/cases/{case_id}/what?kept_form={asked}")

    assert "kept_form" not in dict(page.fields())


def test_nobody_else_fills_a_page_with_what_was_kept(focal: Focal, clock: Any) -> None:
    case_id = focal.begin()
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/what"), ("words", STORY))
    listed = next(link for link in late.browser.get("/kept").links if link.startswith("/kept/"))
    other = focal.office.browser(focal.lead)

    page = other.get(f"/cases/{case_id}/what?kept_form={listed.removeprefix('/kept/')}")

    assert STORY not in page.text


def test_where_the_case_is_gone_the_page_says_where_the_words_are_kept(focal: Focal, clock: Any) -> None:
    case_id = focal.begin()
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/what"), ("words", STORY))
    draft = late.browser.get(f"/cases/{case_id}/discard")
    reference = focal.value(case_id, lambda work: work.case.reference)
    send(late.browser, draft, ("reference", reference), status=302)

    gone = late.page()

    assert gone.status == 404
    kept = next(link for link in gone.links if link.startswith("/kept/"))
    assert STORY in "".join(late.browser.get(kept).tree.find(".//main").itertext())


def test_the_list_says_which_case_a_late_page_is_of_and_names_two_that_say_the_same_once(
    focal: Focal, clock: Any
) -> None:
    case_id = focal.begin()
    reference = focal.value(case_id, lambda work: work.case.reference)
    page = focal.browser.get(f"/cases/{case_id}/wish")
    clock.advance(minutes=31)
    typed = with_typed(page, ("wish_words", STORY))
    for _twice in range(2):
        focal.browser.send(f"/cases/{case_id}/wish", typed, 401)
    browser = focal.office.browser(focal.member)
    listed = browser.get("/kept")

    assert listed.words.count(reference) == 1
    [shown] = [link for link in listed.links if link.startswith("/kept/")]
    send(browser, browser.get(f"{shown}/delete"), status=303)
    assert "No form is kept for you" in browser.get("/kept").words


def test_a_late_page_of_states_is_told_in_its_own_words(focal: Focal, clock: Any) -> None:
    case_id = focal.begin()
    late = Late(focal, clock, focal.browser.get(f"/cases/{case_id}/states"), ("states-0", "Kenya"))
    listed = next(link for link in late.browser.get("/kept").links if link.startswith("/kept/"))

    assert "State concerned 1 Kenya" in late.browser.get(listed).words
