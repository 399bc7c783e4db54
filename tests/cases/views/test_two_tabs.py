"""One person with the same page open twice: what was typed in one tab is not written over from the other unseen."""

from uuid import UUID

import pytest

from reprisals.cases.actions import unfinished
from reprisals.cases.models.account import Account
from reprisals.cases.models.case import Unfinished
from tests.cases.views.office import Focal, send
from tests.cases.views.test_nothing_is_lost import ONE, TWO, autosave, wish_of
from tests.client import Client, Page


def tabs(focal: Focal, case_id: UUID, step: str = "wish") -> tuple[Page, Page]:
    """The same page in two tabs, both opened before anything was typed."""
    first, second = (focal.browser.get(f"/cases/{case_id}/{step}") for _tab in range(2))
    return first, second


def versions(focal: Focal, case_id: UUID) -> list[str]:
    """The wishes that are kept and not finished."""
    rows = focal.value(
        case_id, lambda work: [dict(content.fields) for _row, content in work.rows(Unfinished)]
    )
    return sorted(fields["wish_words"] for fields in rows)


def test_words_that_one_typed_elsewhere_stand_beside_what_is_saved_and_are_dropped_only_then(
    focal: Focal,
) -> None:
    case_id = focal.begin()
    first, second = tabs(focal, case_id)
    autosave(focal.browser, second, ("wish_words", ONE))
    clash = send(focal.browser, first, ("wish_words", TWO), status=409)

    assert "You typed something else here" in clash.words
    assert ONE in clash.words
    assert ("wish_words", TWO) in clash.fields()
    assert versions(focal, case_id) == [ONE, TWO]
    send(focal.browser, clash, ("wish_words", f"{ONE} {TWO}"), status=302)
    assert wish_of(focal, case_id) == f"{ONE} {TWO}"
    assert versions(focal, case_id) == []


def test_what_was_typed_elsewhere_after_both_were_shown_is_shown_again(focal: Focal) -> None:
    case_id = focal.begin()
    first, second = tabs(focal, case_id)
    autosave(focal.browser, second, ("wish_words", ONE))
    clash = send(focal.browser, first, ("wish_words", TWO), status=409)
    autosave(focal.browser, second, ("wish_words", f"{ONE}, and more"))
    again = send(focal.browser, clash, status=409)

    assert f"{ONE}, and more" in again.words
    send(focal.browser, again, status=302)
    assert versions(focal, case_id) == []


def test_a_refused_page_does_not_write_over_what_was_typed_elsewhere(focal: Focal) -> None:
    case_id = focal.begin()
    first, second = tabs(focal, case_id, "what")
    autosave(focal.browser, second, ("words", ONE))
    refused = send(focal.browser, first, ("words", TWO), ("since-month", "13"), status=422)

    assert ONE in refused.words
    assert ("words", TWO) in refused.fields()
    send(focal.browser, refused, ("since-month", ""), status=302)
    assert focal.value(case_id, lambda work: work.one(Account)[1].words) == TWO
    assert focal.value(case_id, lambda work: work.opened.load(Unfinished)) == []


def test_pages_that_save_themselves_do_not_displace_each_other(focal: Focal) -> None:
    case_id = focal.begin()
    first, second = tabs(focal, case_id)
    for words in ("a", "ab"):
        autosave(focal.browser, first, ("wish_words", f"{words} in one"))
        autosave(focal.browser, second, ("wish_words", f"{words} in two"))

    assert versions(focal, case_id) == ["ab in one", "ab in two"]
    page = focal.browser.get(f"/cases/{case_id}/wish")
    assert "ab in one" in page.text
    assert "ab in two" in page.text
    send(focal.browser, page, ("wish_words", "both"), status=302)
    assert versions(focal, case_id) == []


def test_a_page_that_shows_older_words_than_were_saved_on_the_way_out_destroys_neither(focal: Focal) -> None:
    case_id = focal.begin()
    before = focal.browser.get(f"/cases/{case_id}/wish")
    autosave(focal.browser, before, ("wish_words", ONE))
    again = focal.browser.get(f"/cases/{case_id}/wish")
    assert ("wish_words", ONE) in again.fields()
    autosave(focal.browser, before, ("wish_words", f"{ONE} and the last word"))
    clash = send(focal.browser, again, ("wish_words", f"{ONE} and something else"), status=409)

    assert f"{ONE} and the last word" in clash.words
    assert ("wish_words", f"{ONE} and something else") in clash.fields()


def test_who_goes_on_from_their_own_words_in_a_new_tab_finds_one_version(focal: Focal) -> None:
    case_id = focal.begin()
    autosave(focal.browser, focal.browser.get(f"/cases/{case_id}/wish"), ("wish_words", ONE))
    again = focal.browser.get(f"/cases/{case_id}/wish")
    autosave(focal.browser, again, ("wish_words", TWO))

    assert versions(focal, case_id) == [TWO]
    send(focal.browser, again, ("wish_words", TWO), status=302)
    assert versions(focal, case_id) == []


def test_two_tabs_that_say_the_same_are_no_clash(focal: Focal) -> None:
    case_id = focal.begin()
    first, second = tabs(focal, case_id)
    autosave(focal.browser, second, ("wish_words", ONE))

    send(focal.browser, first, ("wish_words", ONE), status=302)
    assert versions(focal, case_id) == []


def test_the_page_on_which_a_case_is_begun_leaves_what_was_typed_in_the_draft_elsewhere(focal: Focal) -> None:
    first = focal.browser.get("/cases/new", follow_redirects=True)
    autosave(focal.browser, first, ("danger_words", ONE))
    case_id = UUID(dict(first.fields())["case_id"])
    danger = focal.browser.get(f"/cases/{case_id}/danger")
    autosave(focal.browser, danger, ("danger_words", TWO))
    sent = send(focal.browser, first, ("danger", "NO"), ("danger_words", ONE), status=302)

    assert sent.headers["Location"] == f"/cases/{case_id}/danger"
    assert ("danger_words", TWO) in focal.browser.follow(sent).fields()


def test_answers_that_one_began_in_another_tab_stay_when_others_are_recorded(focal: Focal) -> None:
    case_id = focal.ready()
    person = next(link for link in focal.browser.get(f"/cases/{case_id}/who").links if "/persons/" in link)
    send(focal.browser, focal.browser.get(person), ("alias", "Blue"), status=302)
    first, second = tabs(focal, case_id, "consent")
    autosave(focal.browser, second, ("RECORD", "GIVEN"), ("text", ONE))
    said = (("RECORD", "GIVEN"), ("giver", "SELF"), ("means", "PHONE"))
    send(focal.browser, first, *said, status=302)

    assert focal.kept(case_id, "consent")["text"] == ONE


def test_a_page_is_begun_only_so_often(focal: Focal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unfinished, "MOST_BESIDE", 2)
    case_id = focal.begin()
    pages = [focal.browser.get(f"/cases/{case_id}/wish") for _tab in range(3)]
    for number, page in enumerate(pages[:2]):
        autosave(focal.browser, page, ("wish_words", f"version {number}"))
    refused = autosave(focal.browser, pages[2], ("wish_words", "one too many"), status=422)

    assert "2 times" in refused["text"]
    assert versions(focal, case_id) == ["version 0", "version 1"]
    autosave(focal.browser, pages[0], ("wish_words", "version 0, again"))


def shown_by(browser: Client, address: str) -> str:
    """The words of a page."""
    return browser.get(address).words


@pytest.mark.parametrize(("step", "typed"), [("wish", "wish_words"), ("check", "title")])
def test_a_page_that_is_filled_with_unfinished_words_says_whose_they_are_and_since_when(
    focal: Focal, step: str, typed: str
) -> None:
    case_id = focal.ready()
    address = f"/cases/{case_id}/{step}"
    assert "typed it on" not in shown_by(focal.other, address)
    autosave(focal.browser, focal.browser.get(address), (typed, ONE))

    assert f"{focal.member.person.name} typed it on" in shown_by(focal.other, address)
    assert "You typed it on" in shown_by(focal.browser, address)
