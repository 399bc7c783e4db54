"""Beginning a case twice at the same moment, in two windows, or with a reference that is taken: one draft, nothing lost."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID, uuid4

import pytest
from sqlalchemy.orm import Session

from reprisals.audit.actions import commit
from reprisals.cases.actions import drafts, parts
from reprisals.cases.actions.work import danger_mark
from reprisals.cases.references.rules import make_reference
from reprisals.cases.rules.outline import Danger
from tests.cases.views.office import Focal, send
from tests.cases.views.test_nothing_is_lost import autosave
from tests.client import Page
from tests.makers import act_as

LOOKED_WITHIN = 1.0


@contextmanager
def begun_elsewhere(focal: Focal, case_id: UUID, words: str) -> Iterator[Callable[[], None]]:
    """Somebody's first click on another connection, stored but not yet committed. Gives what commits it."""
    who = focal.member
    with focal.office.database.writing() as session:
        act_as(session, who)
        work = drafts.begin_draft(session, who.keyring, who.actor, case_id, focal.team.id)
        parts.save_danger(work, Danger.YES, words, danger_mark(work))
        session.flush()
        yield lambda: commit(session)


def at_once(focal: Focal, monkeypatch: pytest.MonkeyPatch, words: str, ask: Callable[[Page], Any]) -> Any:
    """What is answered to somebody who sends the first page while a first click on it waits for its commit."""
    page = focal.browser.get("/cases/new", follow_redirects=True)
    case_id = UUID(dict(page.fields())["case_id"])
    looked, answers = threading.Event(), []
    real_look = drafts.is_begun

    def look(session: Session, wanted: UUID) -> bool:
        found = real_look(session, wanted)
        looked.set()
        return found

    with begun_elsewhere(focal, case_id, words) as finish:
        monkeypatch.setattr(drafts, "is_begun", look)
        second = threading.Thread(target=lambda: answers.append(ask(page)))
        second.start()
        looked.wait(LOOKED_WITHIN)
        finish()
    second.join()
    return answers[0]


def test_two_first_clicks_at_the_same_moment_begin_one_case(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = (("danger", "YES"), ("danger_words", "once"))
    sent = at_once(focal, monkeypatch, "once", lambda page: send(focal.browser, page, *typed))

    assert (sent.status, sent.headers["Location"][-5:]) == (302, "/what")
    assert focal.cases() == 1


def test_two_first_clicks_at_the_same_moment_that_say_different_things_lose_neither(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    typed = (("danger", "NO"), ("danger_words", "another thing"))
    sent = at_once(focal, monkeypatch, "one thing", lambda page: send(focal.browser, page, *typed))
    shown = focal.browser.follow(sent)

    assert "one thing" in shown.words
    assert ("danger_words", "another thing") in shown.fields()
    assert focal.cases() == 1


def test_a_first_page_that_saves_itself_while_it_is_sent_keeps_what_it_says(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = at_once(
        focal, monkeypatch, "sent", lambda page: autosave(focal.browser, page, ("danger_words", "typed"))
    )

    assert answer["saved_at"].startswith("09:00")
    assert focal.cases() == 1


def test_a_reference_that_another_case_has_is_drawn_again(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = focal.value(focal.begin(), lambda work: work.case.reference)
    drawn = [taken, taken]

    def draw(below: Callable[[int], int]) -> str:
        return drawn.pop() if drawn else make_reference(below)

    monkeypatch.setattr(drafts, "make_reference", draw)
    case_id = focal.begin("YES", "the second case")

    assert drawn == []
    assert focal.value(case_id, lambda work: work.case.reference) != taken
    assert focal.value(case_id, lambda work: work.content.danger_words) == "the second case"
    assert focal.cases() == 2


def test_where_no_reference_can_be_drawn_the_page_says_so_and_keeps_what_was_typed(
    focal: Focal, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = focal.value(focal.begin(), lambda work: work.case.reference)
    monkeypatch.setattr(drafts, "make_reference", lambda _draw: taken)
    page = focal.browser.get("/cases/new", follow_redirects=True)
    refused = send(focal.browser, page, ("danger", "YES"), ("danger_words", "they are here"), status=422)

    assert "No reference could be drawn" in refused.words
    assert ("danger_words", "they are here") in refused.fields()
    assert focal.cases() == 1


def test_the_address_of_the_first_page_typed_bare_leads_to_one_that_is_this_case(focal: Focal) -> None:
    sent = focal.browser.get("/cases/new?language=ar", status=302)
    asked = parse_qs(urlsplit(sent.headers["Location"]).query)
    page = focal.browser.follow(sent)

    assert asked["language"] == ["ar"]
    assert dict(page.fields())["case_id"] == asked["case"][0]


def test_going_back_to_the_first_page_leads_to_the_draft_begun_there(focal: Focal) -> None:
    address = f"/cases/new?case={uuid4()}"
    send(focal.browser, focal.browser.get(address), ("danger", "NO"), status=302)
    back = focal.browser.get(address, status=302)

    assert back.headers["Location"].endswith("/danger")
    assert focal.cases() == 1


def test_the_first_page_of_a_case_that_another_team_began_is_not_there(focal: Focal) -> None:
    theirs = Focal(focal.office).begin()

    focal.browser.get(f"/cases/new?case={theirs}", status=404)
