"""A form that is refused keeps what was typed in a transaction of its own: not for whoever's session has ended by then."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from reprisals.audit.actions import Recorder, attach, commit
from reprisals.audit.models import AuditEntry
from reprisals.cases.views import keeping, logging
from reprisals.database.engine import is_postgresql
from reprisals.identity.actions.inviting import reinstate, suspend
from reprisals.identity.actions.sessions import end_session, end_sessions_of
from reprisals.identity.actions.signing_in import service_recorder
from reprisals.identity.models import KeptForm, LiveSession, Person
from tests.cases.views.office import Focal, send
from tests.cases.views.test_nothing_is_lost import autosave
from tests.makers import act_as

PATIENCE = 30
WORDS = "What I had begun to write"

End = Callable[[Focal], None]


def suspend_member(focal: Focal) -> None:
    """The administrator suspends the member."""
    admin = focal.office.central()
    with focal.office.database.writing() as session:
        person = session.get_one(Person, focal.member.person.id)
        suspend(act_as(session, admin), focal.office.site.settings, admin.actor, person)
        commit(session)


def end_elsewhere(focal: Focal) -> None:
    """The member ends the session in another browser."""
    with focal.office.database.writing() as session:
        act_as(session, focal.member)
        settings = focal.office.site.settings
        end_sessions_of(session, settings, focal.member.person.id, focal.member.actor, "ended-elsewhere")
        commit(session)


def leave(focal: Focal) -> None:
    """The member leaves, and the request that was on its way comes after it."""
    with focal.office.database.writing() as session:
        attach(session, service_recorder(focal.office.site.settings))
        for live in session.scalars(
            select(LiveSession).where(LiveSession.person_id == focal.member.person.id)
        ):
            end_session(session, focal.office.site.settings, live, None, "left")
        commit(session)


def kept_for(focal: Focal) -> int:
    """How many late forms are kept for the member."""
    with focal.office.database.reading() as session:
        wanted = (
            select(func.count()).select_from(KeptForm).where(KeptForm.person_id == focal.member.person.id)
        )
        return session.scalar(wanted) or 0


def actions_since(focal: Focal, seq: int) -> list[tuple[str, UUID | None]]:
    """What the log says of the member since then."""
    who = focal.member.person.id
    with focal.office.database.reading() as session:
        wanted = select(AuditEntry).where(AuditEntry.seq > seq).order_by(AuditEntry.seq)
        found = session.scalars(wanted).all()
    return [(e.action, e.actor_id) for e in found if e.actor_id == who or e.subject == str(who)]


def last(focal: Focal) -> int:
    """The number of the last entry."""
    with focal.office.database.reading() as session:
        return session.scalar(select(func.max(AuditEntry.seq))) or 0


@pytest.fixture
def between(focal: Focal, monkeypatch: pytest.MonkeyPatch) -> Callable[[End], None]:
    """Let a session end after a request was refused and undone, before what was typed is kept."""
    forget = Recorder.forget_changes

    def ending(end: End) -> None:
        ends = [end]

        def forget_and_end(recorder: Recorder) -> None:
            forget(recorder)
            if ends:
                ends.pop()(focal)

        monkeypatch.setattr(Recorder, "forget_changes", forget_and_end)

    return ending


def refused_story(focal: Focal, case_id: UUID) -> Callable[[], Any]:
    """Sends a page of a draft that does not hold."""
    seen = focal.browser.get(f"/cases/{case_id}/what")
    return lambda: send(focal.browser, seen, ("words", WORDS), ("since-year", "soon"), status=401)


def refused_beginning(focal: Focal) -> Callable[[], Any]:
    """Sends a first page that does not hold."""
    seen = focal.browser.follow(focal.browser.get("/cases/new", status=302))
    return lambda: send(focal.browser, seen, ("danger_words", WORDS), status=401)


def test_somebody_suspended_while_a_page_of_theirs_is_refused_keeps_nothing(
    focal: Focal, between: Callable[[End], None]
) -> None:
    case_id = focal.begin()
    number, sending, seq = focal.number(case_id), refused_story(focal, case_id), last(focal)
    between(suspend_member)

    answer = sending()

    assert WORDS in answer.text, "what was typed stands on the page"
    assert focal.number(case_id) == number
    assert kept_for(focal) == 0
    told = [action for action, _who in actions_since(focal, seq)]
    assert told[:2] == ["session.ended", "person.suspended"]
    assert set(told[2:]) <= {"case.opened"}, "what was opened before is told; nothing was stored"


def test_somebody_suspended_while_their_first_page_is_refused_begins_no_case(
    focal: Focal, between: Callable[[End], None]
) -> None:
    sending, seq = refused_beginning(focal), last(focal)
    between(suspend_member)

    assert WORDS in sending().text
    assert focal.cases() == 0
    assert kept_for(focal) == 0
    assert [action for action, _who in actions_since(focal, seq)] == ["session.ended", "person.suspended"]


@pytest.mark.parametrize("end", [end_elsewhere, leave], ids=["elsewhere", "left"])
def test_what_was_typed_as_the_session_ended_is_kept_for_its_author_as_a_late_form(
    focal: Focal, between: Callable[[End], None], end: End
) -> None:
    case_id = focal.begin()
    number, sending = focal.number(case_id), refused_story(focal, case_id)
    between(end)

    answer = sending()

    assert "is kept for you" in answer.words
    assert (focal.number(case_id), kept_for(focal)) == (number, 1)
    browser = focal.office.browser(focal.member)
    [address] = [link for link in browser.get("/kept").links if link.startswith("/kept/")]
    assert WORDS in browser.get(address).words


def test_a_page_that_saves_itself_as_the_session_ends_is_kept_as_well(
    focal: Focal, between: Callable[[End], None]
) -> None:
    case_id = focal.begin()
    seen = focal.browser.get(f"/cases/{case_id}/wish")
    focal.fill(case_id, "wish", ("wish_words", "Something else."), browser=focal.other)
    between(end_elsewhere)

    answer = focal.browser.send(
        f"/cases/{case_id}/wish",
        [*(pair for pair in seen.fields() if pair[0] != "wish_words"), ("wish_words", WORDS)],
        401,
        headers={"X-Autosave": "1"},
    )

    assert answer.status == 401
    assert kept_for(focal) == 1


@pytest.mark.parametrize("place", ["story", "beginning"])
def test_a_suspension_while_what_was_typed_is_written_comes_before_it_or_waits_for_it(
    focal: Focal, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    waits = not is_postgresql(focal.office.database.engine)  # SQLite lets one write at a time
    case_id = focal.begin()
    seen = focal.browser.get(f"/cases/{case_id}/what" if place == "story" else f"/cases/new?case={uuid4()}")
    cases, number, seq = focal.cases(), focal.number(case_id), last(focal)
    module, name = (keeping, "keep_later") if place == "story" else (logging, "_begin_later")
    done = getattr(module, name)

    with ThreadPoolExecutor(1) as pool:

        def keep_and_be_suspended(*asked: Any) -> None:
            done(*asked)
            ending = pool.submit(suspend_member, focal)
            if not waits:
                ending.result(PATIENCE)

        monkeypatch.setattr(module, name, keep_and_be_suspended)
        filled = [("words", WORDS), ("since-year", "soon")] if place == "story" else [("danger_words", WORDS)]
        send(focal.browser, seen, *filled, status=422 if waits else 401)

    told = [action for action, _who in actions_since(focal, seq)]
    ended = told.index("person.suspended")
    assert set(told[ended + 1 :]) <= {"case.opened"}
    if not waits:
        assert (focal.cases(), focal.number(case_id), kept_for(focal)) == (cases, number, 0)


def test_with_the_old_cookie_of_somebody_suspended_nothing_is_kept(focal: Focal) -> None:
    case_id = focal.begin()
    seen = focal.browser.get(f"/cases/{case_id}/what")
    suspend_member(focal)
    seq = last(focal)

    for _time in range(3):
        late = send(focal.browser, seen, ("words", WORDS), status=401)
        assert WORDS in late.text, "it stands on the page, to be copied"
        assert "is kept for you" not in late.words

    assert kept_for(focal) == 0
    assert last(focal) == seq


def test_who_is_reinstated_has_late_forms_kept_again(focal: Focal) -> None:
    case_id = focal.begin()
    seen = focal.browser.get(f"/cases/{case_id}/what")
    suspend_member(focal)
    admin = focal.office.central()
    with focal.office.database.writing() as session:
        reinstate(act_as(session, admin), admin.actor, session.get_one(Person, focal.member.person.id))
        commit(session)

    assert "is kept for you" in send(focal.browser, seen, ("words", WORDS), status=401).words
    assert kept_for(focal) == 1


def test_a_page_that_is_refused_in_a_session_in_use_is_kept_as_before(focal: Focal) -> None:
    case_id = focal.begin()
    seen = focal.browser.get(f"/cases/{case_id}/what")
    send(focal.browser, seen, ("words", WORDS), ("since-year", "soon"), status=422)

    assert focal.kept(case_id, "what")["words"] == WORDS
    autosave(focal.browser, focal.browser.get(f"/cases/{case_id}/wish"), ("wish_words", WORDS))
    assert focal.kept(case_id, "wish")["wish_words"] == WORDS
