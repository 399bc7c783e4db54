"""What was begun on a page and not finished: it is found again, gone on from, dropped, and never left out unsaid."""

from uuid import UUID, uuid4

import pytest

from reprisals.cases.models.account import Cooperation, PersonConcerned
from reprisals.cases.models.case import Unfinished
from reprisals.cases.rules.stages import Stage
from tests.cases.views.office import Focal, send
from tests.cases.views.test_nothing_is_lost import autosave
from tests.client import Client, Page

NEW = {
    "who": ("persons", ("alias", "Blue"), PersonConcerned),
    "link": ("links", ("entity", "UNDP"), Cooperation),
}
REST = {"who": [("unit", "IND")], "link": [("status", "ACTUAL")]}


def begin_new(focal: Focal, case_id: UUID, page: str) -> str:
    """A new person or link that saved itself and was left. Its address."""
    folder, typed, _kind = NEW[page]
    address = f"/cases/{case_id}/{folder}/{uuid4()}"
    autosave(focal.browser, focal.browser.get(address), typed)
    return address


def dropping(page: Page) -> str:
    """The one link on a page that drops what was begun."""
    found = [link for link in page.links if link.endswith("/drop")]
    assert len(found) == 1, found
    return found[0]


def drop(browser: Client, page: Page) -> Page:
    """Follow it, and say so again."""
    return browser.follow(send(browser, browser.get(dropping(page)), status=302))


@pytest.mark.parametrize("page", NEW)
def test_what_was_begun_anew_is_found_again_in_its_list_and_finished(focal: Focal, page: str) -> None:
    case_id = focal.begin()
    address = begin_new(focal, case_id, page)
    typed = NEW[page][1]

    for browser in (focal.browser, focal.other):
        for place in (page, "check"):
            shown = browser.get(f"/cases/{case_id}/{place}")
            assert address in shown.links
            assert typed[1] in shown.words
    offered = focal.browser.get(address)
    assert typed in offered.fields()
    send(focal.browser, offered, *REST[page], status=302)

    assert len(focal.value(case_id, lambda work: work.rows(NEW[page][2]))) == 1
    assert "not finished" not in focal.browser.get(f"/cases/{case_id}/{page}").words


@pytest.mark.parametrize("page", NEW)
def test_what_was_begun_and_is_not_wanted_is_dropped_after_asking(focal: Focal, page: str) -> None:
    case_id = focal.begin()
    address = begin_new(focal, case_id, page)
    asked = focal.other.get(dropping(focal.other.get(f"/cases/{case_id}/{page}")))
    assert NEW[page][1][1] in asked.words
    assert focal.member.person.name in asked.words
    shown = drop(focal.other, focal.other.get(f"/cases/{case_id}/{page}"))

    assert "Dropped." in shown.words
    assert address not in focal.browser.get(f"/cases/{case_id}/{page}").links
    assert focal.value(case_id, lambda work: work.opened.load(Unfinished)) == []
    dropped = focal.entries(case_id=case_id, action="case.unfinished-dropped")
    assert [entry.actor_id for entry in dropped] == [focal.lead.person.id]


def test_dropping_twice_is_no_harm_and_what_is_not_there_is_not_found(focal: Focal) -> None:
    case_id = focal.begin()
    begin_new(focal, case_id, "who")
    address = dropping(focal.browser.get(f"/cases/{case_id}/who"))
    page = focal.browser.get(address)
    for _click in range(2):
        send(focal.browser, page, status=302)

    assert len(focal.entries(case_id=case_id, action="case.unfinished-dropped")) == 1
    focal.browser.get(address, status=404)


def test_changes_to_a_person_that_were_begun_stand_under_their_name(focal: Focal) -> None:
    case_id, person_id = focal.begin(), uuid4()
    address = f"/cases/{case_id}/persons/{person_id}"
    focal.fill(case_id, f"persons/{person_id}", ("alias", "Blue"))
    autosave(focal.browser, focal.browser.get(address), ("alias", "Green"))

    assert "Changes to a person or group: Blue" in focal.browser.get(f"/cases/{case_id}/check").words


def test_a_page_about_an_act_that_was_taken_out_meanwhile_can_still_be_dropped(focal: Focal) -> None:
    case_id = focal.ready()
    act = focal.value(case_id, lambda work: next(iter(work.opened.manifest.rows["act"])))
    address = f"/cases/{case_id}/acts/{UUID(act)}"
    autosave(focal.browser, focal.browser.get(address), ("law", "an article"))
    assert address in focal.browser.get(f"/cases/{case_id}/check").links
    sent = focal.browser.get(f"/cases/{case_id}/what")
    pairs = [pair for pair in sent.fields() if pair[0] != "acts"]
    focal.browser.send(f"/cases/{case_id}/what", [*pairs, ("acts", "THR")], status=302)

    shown = focal.browser.get(f"/cases/{case_id}/check")
    assert "no longer in the case" in shown.words
    drop(focal.browser, shown)
    assert "Not finished" not in focal.browser.get(f"/cases/{case_id}/check").words


@pytest.mark.parametrize("step", ["danger", "what", "states", "wish", "reach", "title"])
def test_every_page_that_was_begun_is_named_before_the_case_is_sent(focal: Focal, step: str) -> None:
    case_id = focal.ready()
    autosave(focal.browser, focal.browser.get(f"/cases/{case_id}/{step}"))

    shown = focal.browser.get(f"/cases/{case_id}/check")
    assert "Not finished" in shown.words
    assert shown.links.count(f"/cases/{case_id}/{step}") >= 1
    dropping(shown)


def test_a_case_with_something_unfinished_is_sent_only_where_that_is_said_to_be_left_out(
    focal: Focal,
) -> None:
    case_id = focal.ready()
    begin_new(focal, case_id, "who")
    refused = send(focal.browser, focal.browser.get(f"/cases/{case_id}/check"), status=422)

    assert "begun and not finished" in refused.errors()["leave_out"]
    assert focal.value(case_id, lambda work: work.case.stage) == Stage.DRAFT
    sent = send(focal.browser, refused, ("leave_out", "y"), status=302)
    assert sent.headers["Location"] == f"/cases/{case_id}/submitted"
    assert focal.value(case_id, lambda work: work.opened.load(Unfinished)) == []
    assert [e.details["unfinished"] for e in focal.entries(case_id=case_id, action="case.submitted")] == [1]


def test_what_a_colleague_begins_while_the_last_page_stands_open_is_not_left_out_unseen(focal: Focal) -> None:
    case_id = focal.ready()
    begin_new(focal, case_id, "who")
    page = focal.browser.get(f"/cases/{case_id}/check")
    autosave(focal.other, focal.other.get(f"/cases/{case_id}/wish"), ("wish_words", "to be safe"))
    refused = send(focal.browser, page, ("leave_out", "y"), status=422)

    assert refused.errors()["leave_out"]
    assert ("leave_out", "y") not in refused.fields()
    assert "What they want" in refused.words
    assert focal.kept(case_id, "wish") == {"wish_words": "to be safe"}


def test_what_was_begun_in_a_case_that_was_sent_stands_on_its_page_and_is_gone_on_from_or_dropped(
    focal: Focal,
) -> None:
    case_id = focal.submitted()
    autosave(focal.browser, focal.browser.get(f"/cases/{case_id}/wish"), ("wish_words", "to be safe"))
    shown = focal.other.get(f"/cases/{case_id}")

    assert "Begun and not saved" in shown.words
    assert focal.member.person.name in shown.words
    assert shown.links.count(f"/cases/{case_id}/wish") == 2
    dropped = drop(focal.other, shown)
    assert dropped.response.request.path == f"/cases/{case_id}"
    assert "Begun and not saved" not in dropped.words
    assert focal.kept(case_id, "wish") == {}
