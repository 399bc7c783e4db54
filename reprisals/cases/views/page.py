"""What every page on a part of a case does: find the case, fill the form, save it, keep what is not finished, show a clash.

Nothing typed is lost: what does not hold is sealed to the team and offered again, and where somebody else changed the
same part both texts stand on the page.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from reprisals import clock
from reprisals.access import Actor, NotAllowed
from reprisals.audit.actions import OPEN_CASES
from reprisals.cases import queries
from reprisals.cases.actions.unfinished import (
    NoRoom,
    check_room,
    drop_shown,
    is_too_long,
    keep_unfinished,
    unfinished_of,
)
from reprisals.cases.actions.work import Clash, Work, begin_work, may_edit, read_case
from reprisals.cases.forms.fields import add_entry
from reprisals.cases.models.case import Case
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.steps import ORDER, next_address, previous_address, steps_of
from reprisals.i18n.marking import Marked, RuleBroken
from reprisals.sealing.keyring import Keyring
from reprisals.web.current import actor, afterwards, db, keyring, me, or_404
from reprisals.web.filters import plain_value, show_clock
from reprisals.web.forms import Form
from reprisals.web.kept import KEPT, kept_fields, words_stored
from reprisals.web.tokens import FIELD

NOT_KEPT = frozenset({FIELD, KEPT, "kept", "add", "stop", "more", "go", "unfinished", "of_office"})
BACK = "back"
FROM_ANOTHER_PAGE = ("revision", "another page")
"""A field of what is kept: it was typed on another page than the part's own, so it is shown beside what stands in the case."""


@dataclass(frozen=True)
class Filled:
    """A part of a case as its form shows it: the fields, what the form starts from, and who wrote it last."""

    data: dict[str, Any]
    revision: str
    by: UUID | None = None


@dataclass(frozen=True)
class Page:
    """A page on a part of a case.

    `load` gives what stands in the case; `save` writes what was told and raises Clash or RuleBroken; `context` gives
    the template what it needs besides the form. `key` names what was typed and not finished; `not_kept` names fields
    that may not be kept or shown now, such as a name without the consent for it.
    """

    key: str
    title: Marked
    template: str
    form: Callable[..., Any]
    load: Callable[[Work], Filled]
    save: Callable[[Work, Any, str], None]
    step: Step | None = None
    context: Callable[[Work], dict[str, Any]] = field(default=lambda _work: {})
    next_url: Callable[[Work], str | None] = field(default=lambda _work: None)
    form_values: Callable[[Work], dict[str, Any]] = field(default=lambda _work: {})
    not_kept: Callable[[Work], frozenset[str]] = field(default=lambda _work: frozenset())


def find(case_id: UUID) -> Case:
    """The case, if the person may read it. 404 otherwise."""
    return or_404(queries.find_case(db(), actor(), case_id))


def open_to_read(case_id: UUID, purpose: str) -> Work:
    """The case, opened to read. 404 where there is none that the person may read."""
    return read_case(db(), keyring(), actor(), find(case_id), purpose)


def open_to_change(case_id: UUID) -> Work:
    """The case, opened and locked. 404 where there is none that the person may read; 403 where it is not theirs to change."""
    find(case_id)
    return begin_work(db(), keyring(), actor(), case_id)


def serve(page: Page, case_id: UUID) -> ResponseReturnValue:
    """Answer for a page: show it, save by itself, or save and go on."""
    if request.method != "POST":
        return _show(page, case_id)
    if request.headers.get("X-Autosave"):
        return _autosave(page, case_id)
    work = open_to_change(case_id)
    form = page.form(request.form, **page.form_values(work))
    if "add" in request.form:
        add_entry(form, request.form["add"])
        return _render(page, work, form, request.form.get("revision", ""))
    return _save(page, work, form)


def _autosave(page: Page, case_id: UUID) -> ResponseReturnValue:
    """Keep what is typed. Where the part was saved meanwhile, what is new in it is kept, too, and the page is told."""
    work = open_to_change(case_id)
    filled, started_from = page.load(work), request.form.get("revision", "")
    if filled.revision == started_from:
        return autosave_unfinished(page.key, work, page.not_kept(work))
    if not _differing(page, work, request.form, filled):
        return saved_answer(started_from)
    keep_typed(case_id, page.key, page.not_kept(work))
    return jsonify(revision=started_from), 409


def autosave_unfinished(key: str, work: Work, not_kept: frozenset[str] = frozenset()) -> ResponseReturnValue:
    """Keep what is typed, as it stands."""
    keep_unfinished(work, key, typed_fields(not_kept))
    return saved_answer(request.form.get("revision", ""))


def saved_answer(revision: str) -> ResponseReturnValue:
    """What the page is told after it saved by itself."""
    ends = int(me().live.expires_at.timestamp())
    return jsonify(saved_at=show_clock(clock.now()), revision=revision, session_ends=ends)


def typed_fields(not_kept: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """The fields that were posted, as they were typed, without those that may not be kept."""
    left_out = NOT_KEPT | not_kept
    return tuple(
        (name, value) for name, values in request.form.lists() for value in values if name not in left_out
    )


def _show(page: Page, case_id: UUID) -> ResponseReturnValue:
    work = open_to_read(case_id, page.key.partition(":")[0])
    if not may_edit(actor(), work.case):
        return redirect(url_for("cases.show", case_id=case_id))
    filled = page.load(work)
    kept, late = unfinished_of(work, page.key), kept_fields()
    if late is None and not kept.fields:
        return _render(page, work, page.form(data=filled.data, **page.form_values(work)), filled.revision)
    hidden = page.not_kept(work)
    unfinished: MultiDict[str, str] = MultiDict([pair for pair in kept.fields if pair[0] not in hidden])
    typed = unfinished if late is None else late
    form = page.form(typed, **page.form_values(work))
    is_stale = typed.get("revision", filled.revision) != filled.revision
    theirs = _differing(page, work, typed, filled) if is_stale else []
    return _render(page, work, form, filled.revision, kept=kept.mark, clash=theirs or None, by=filled.by)


def _save(page: Page, work: Work, form: Form) -> ResponseReturnValue:
    started_from = request.form.get("revision", "")
    if form.validate_on_submit():
        try:
            drop_shown(work, page.key, request.form.get("kept", ""))
            page.save(work, form, started_from)
        except RuleBroken as refusal:
            form.refuse(refusal)
        except Clash:
            return _show_clash(page, work.id, form)
        else:
            words_stored()
            return redirect(_after(page, work))
    if _goes_back():
        return redirect(_back_unfinished(page, work.id))
    keep_typed(work.id, page.key, page.not_kept(work))
    return _render(page, work, form, started_from), 422


def _goes_back() -> bool:
    return request.form.get("go") == BACK


def _back_unfinished(page: Page, case_id: UUID) -> str:
    """Nobody is held on a page that does not hold. What was typed on it is kept, if it is more than stands there already."""
    _undo()
    work = open_to_change(case_id)
    if _differing(page, work, request.form, page.load(work)):
        keep_unfinished(work, page.key, typed_fields(page.not_kept(work)))
    words_stored()
    return _after(page, work)


def _undo() -> None:
    """Take back what this request has written, so that cases are opened anew as they are stored."""
    db().rollback()
    db().info[OPEN_CASES] = {}


def _after(page: Page, work: Work) -> str:
    if work.case.stage != Stage.DRAFT:
        return page.next_url(work) or url_for("cases.show", case_id=work.id, said="case-saved")
    if _goes_back():
        return page.next_url(work) or previous_address(work.id, page.step)
    if "stop" in request.form:
        return url_for("cases.check", case_id=work.id, said="case-saved")
    return page.next_url(work) or next_address(work.id, page.step)


def _show_clash(page: Page, case_id: UUID, form: Form) -> ResponseReturnValue:
    """Both texts: what stands in the case now, and what was typed, which is saved if it is sent again.

    Where both say the same, as after a double click, it was saved already.
    """
    _undo()
    work = open_to_read(case_id, "clash")
    filled = page.load(work)
    differing = _differing(page, work, request.form, filled)
    if not differing:
        return redirect(_after(page, work))
    keep_typed(case_id, page.key, page.not_kept(work))
    return _render(page, work, form, filled.revision, clash=differing, by=filled.by), 409


def _differing(page: Page, work: Work, typed: MultiDict[str, str], filled: Filled) -> list[tuple[Any, Any]]:
    """The fields in which something else was typed than stands in the case, each with that; none where both tell the same."""
    values = page.form_values(work)
    mine, theirs = page.form(typed, **values), page.form(data=filled.data, **values)
    if mine.validate() and theirs.validate() and mine.told() == theirs.told():
        return []
    return [
        (field, theirs[field.name]) for field in mine if plain_value(field) != plain_value(theirs[field.name])
    ]


def keep_typed(case_id: UUID, key: str, not_kept: frozenset[str] = frozenset()) -> None:
    """Keep what was typed on a page that is refused, after the request was undone. Raises NoRoom."""
    fields, who, keys = typed_fields(not_kept), actor(), keyring()
    if is_too_long(fields):
        return  # the page that refuses it has it whole, and says which text is too long
    check_room(open_to_change(case_id), key, fields)
    afterwards(lambda session: keep_later(session, keys, who, case_id, (key, fields)))


def keep_later(
    session: Session, keys: Keyring, who: Actor, case_id: UUID, typed: tuple[str, tuple[tuple[str, str], ...]]
) -> None:
    """Seal what was typed on a page that was refused, in a transaction of its own, unless the case has gone meanwhile."""
    with suppress(NotAllowed, NoRoom):
        keep_unfinished(begin_work(session, keys, who, case_id), *typed)


def _render(page: Page, work: Work, form: Form, revision: str, **more: Any) -> str:
    is_draft = work.case.stage == Stage.DRAFT
    values = {
        "page_title": page.title,
        "work": work,
        "case": work.case,
        "form": form,
        "revision": revision,
        "is_draft": is_draft,
        "steps": steps_of(work, page.step) if is_draft else [],
        "back": url_for("cases.show", case_id=work.id),
        "theirs": more.pop("clash", None),
        "is_own_clash": more.pop("by", None) == actor().person_id,
        "is_first": page.step is ORDER[0],
        "kept": more.pop("kept", request.form.get("kept", "")),
    }
    return render_template(page.template, **values, **page.context(work), **more)
