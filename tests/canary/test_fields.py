"""Each confidential field of each sealed row, filled with its own mark, written, changed and removed: the database has none.

And with one seal taken away the same search finds them, so that finding none means something.
"""

from typing import Any
from uuid import uuid4

import pytest

from reprisals.audit.opening import create_case
from reprisals.identity.actions.admitting import identity_of
from reprisals.identity.actions.sessions import LateForm, end_session
from reprisals.identity.models import LiveSession
from reprisals.sealing import opening
from reprisals.sealing.envelope import pad, unpad
from reprisals.sealing.keys import BoxPublic
from tests.canary.documents import make_document, make_row, sealed_kinds
from tests.canary.marks import Marks
from tests.canary.places import columns_with, search_database
from tests.makers import act_as

KINDS = {kind.__name__: kind for kind in sealed_kinds()}


@pytest.fixture
def marks():
    return Marks()


@pytest.fixture
def fill(committing, marks, settings):
    """Write a row of every kind with a mark in every field, change each, remove each; and keep a form that came too late."""

    def filling():
        with committing() as make:
            team = make.team()
            session, who = make.session, team.lead
            act_as(session, who)
            case = create_case(session, who.keyring, uuid4())
            case.grant(identity_of(team.team), own=True)
            for stage in ("written", "changed", "removed"):
                _put(session, who, case, marks, stage)
                if stage != "removed":
                    make.written(who, case)
                    case = make.opened(who, case.id)
            make.written(who, case)
            _post_too_late(make, settings, marks)
            return who, case.id

    return filling


def _put(session, who, case, marks, stage):
    for name, kind in KINDS.items():
        held = case.load(kind)
        if stage == "removed":
            _remove(case, held)
        elif held:
            case.change(held[0], make_document(kind.DOCUMENT, marks, f"{name}.{stage}"))
        else:
            case.add(make_row(kind), make_document(kind.DOCUMENT, marks, f"{name}.{stage}"))
            case.add(make_row(kind), make_document(kind.DOCUMENT, marks, f"{name}.kept"))
    session.flush()


def _remove(case, held):
    case.remove(held[0])


def _post_too_late(make, settings, marks):
    who = make.member(make.team().team)
    token = make.live(who)
    live = make.session.get_one(LiveSession, token.lookup)
    end_session(make.session, settings, live, None, "expired")
    make.session.flush()
    form = make_document(LateForm, marks, "LateForm")
    assert make.late(token, form)


def test_no_mark_of_any_confidential_field_stands_in_the_database(fill, database, marks):
    fill()

    assert search_database(database.engine, marks) == []
    assert len(marks.labels) > 2 * len(KINDS)


def test_every_mark_is_there_for_those_who_may_read(fill, committing, marks):
    who, case_id = fill()

    with committing() as make:
        case = make.opened(who, case_id)
        words = " ".join(str(vars(case.read(row))) for kind in KINDS.values() for row in case.load(kind))
        kinds: dict[str, Any] = {str(make_row(kind).table): kind for kind in KINDS.values()}
        earlier = " ".join(str(vars(case.read_revision(kinds[r.table], r))) for r in case.revisions())

    read = marks.fields_in((words + earlier).encode())
    without_history = {name for name, kind in KINDS.items() if not kind.KEEPS_HISTORY}
    lost = {
        label
        for label in set(marks.labels) - read
        if label.partition(".")[0] not in without_history | {"LateForm"}
    }
    assert lost == set()


def test_with_the_seal_of_rows_taken_away_the_search_finds_every_field(fill, database, marks, monkeypatch):
    monkeypatch.setattr(opening, "seal", lambda _key, content, _context: pad(content))
    monkeypatch.setattr(opening, "unseal", lambda _key, envelope, _context: unpad(envelope))
    fill()

    found = columns_with(database.engine, marks)

    expected = {label for label in marks.labels if ".kept." in label}
    assert expected <= found.keys()
    assert {name for label in expected for _table, name in found[label]} == {"content"}


def test_with_the_seal_of_late_forms_taken_away_the_search_finds_them(fill, database, marks, monkeypatch):
    real = BoxPublic.seal
    monkeypatch.setattr(
        BoxPublic, "seal", lambda box, content, context: _open_if_late(real, box, content, context)
    )
    fill()

    found = columns_with(database.engine, marks)

    assert {label: found.get(label) for label in marks.labels if label.startswith("LateForm")} == {
        "LateForm.path": {("kept_form", "sealed")},
        "LateForm.fields": {("kept_form", "sealed")},
    }


def _open_if_late(real, box, content, context):
    return content if b"kept-form" in context else real(box, content, context)
