"""What every page on a part of a case does: find the case, fill the form, save it, keep what is not finished, show a clash.

Nothing typed is lost: what does not hold is sealed to the team and offered again, and where somebody else changed the
same part both texts stand on the page.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from flask import jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from reprisals import clock
from reprisals.audit.actions import undo
from reprisals.cases import queries
from reprisals.cases.actions.unfinished import (
    keep_unfinished,
    list_beside,
    unfinished_of,
)
from reprisals.cases.actions.work import Clash, Work, begin_work, may_edit, read_case
from reprisals.cases.forms.fields import add_entry
from reprisals.cases.models.case import Case
from reprisals.cases.rules.outline import Step
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.keeping import keep_typed, typed_fields
from reprisals.cases.views.sending import answer_sent
from reprisals.cases.views.steps import ORDER, next_address, previous_address, steps_of
from reprisals.cases.views.window import (
    Beside,
    comes_too_late,
    is_overtaken,
    opened_anew,
    origin_of,
    show_beside,
    typed_here,
)
from reprisals.i18n.marking import Marked, RuleBroken
from reprisals.web.current import actor, db, keyring, me, or_404
from reprisals.web.filters import plain_value, show_clock
from reprisals.web.forms import Form
from reprisals.web.kept import kept_fields, words_stored

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
    form: type[Any]
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
    return typed_here(begin_work(db(), keyring(), actor(), case_id))


def serve(page: Page, case_id: UUID) -> ResponseReturnValue:
    """Answer for a page: show it, save by itself, or save and go on."""
    if request.method != "POST":
        return _show(page, case_id)
    work = open_to_change(case_id)
    if is_overtaken(work):
        return _answer_overtaken(page, work)
    if request.headers.get("X-Autosave"):
        return _autosave(page, work)
    form = page.form(request.form, **page.form_values(work))
    if "add" in request.form:
        add_entry(form, request.form["add"])
        return _render(page, work, form, request.form.get("revision", ""))
    return _save(page, work, form)


def _answer_overtaken(page: Page, work: Work) -> ResponseReturnValue:
    """The case was submitted since this draft's page was opened. What is new on it is given back, and not stored."""
    is_said = not _differing(page, work, request.form, page.load(work))
    if request.headers.get("X-Autosave") and is_said:
        return saved_answer(request.form.get("revision", ""))
    return redirect(_after(page, work)) if is_said else answer_sent(work)


def _autosave(page: Page, work: Work) -> ResponseReturnValue:
    """Keep what is typed. Where the part was saved meanwhile, what is new in it is kept, too, and the page is told."""
    filled, started_from = page.load(work), request.form.get("revision", "")
    if filled.revision == started_from:
        return autosave_unfinished(page.key, work, page.not_kept(work))
    if not _differing(page, work, request.form, filled):
        return saved_answer(started_from)
    keep_typed(work, page.key, page.not_kept(work))
    return jsonify(revision=started_from), 409


def autosave_unfinished(key: str, work: Work, not_kept: frozenset[str] = frozenset()) -> ResponseReturnValue:
    """Keep what is typed, as it stands."""
    keep_unfinished(work, key, typed_fields(not_kept))
    return saved_answer(request.form.get("revision", ""))


def saved_answer(revision: str) -> ResponseReturnValue:
    """What the page is told after it saved by itself."""
    ends = int(me().live.expires_at.timestamp())
    return jsonify(saved_at=show_clock(clock.now()), revision=revision, session_ends=ends)


def _show(page: Page, case_id: UUID) -> ResponseReturnValue:
    work = open_to_read(case_id, page.key.partition(":")[0])
    if not may_edit(actor(), work.case):
        return redirect(url_for("cases.show", case_id=case_id))
    filled = page.load(work)
    kept, late = unfinished_of(work, page.key), kept_fields()
    if late is not None and comes_too_late(work, late):
        return answer_sent(work, late.items(multi=True))
    opened_anew(work, kept)
    if late is None and not kept.fields:
        return _render(page, work, page.form(data=filled.data, **page.form_values(work)), filled.revision)
    hidden = page.not_kept(work)
    unfinished: MultiDict[str, str] = MultiDict([pair for pair in kept.fields if pair[0] not in hidden])
    typed = unfinished if late is None else late
    form = page.form(typed, **page.form_values(work))
    is_stale = typed.get("revision", filled.revision) != filled.revision
    theirs = _differing(page, work, typed, filled) if is_stale else []
    shown = {"origin": origin_of(kept), "typed": typed, "clash": theirs or None, "by": filled.by}
    return _render(page, work, form, filled.revision, **shown)


def _save(page: Page, work: Work, form: Form) -> ResponseReturnValue:
    started_from = request.form.get("revision", "")
    if form.validate_on_submit():
        if any(one.mark not in work.window.beside for one in _beside(page, work, request.form)):
            return _show_clash(page, work.id, form, is_stale=page.load(work).revision != started_from)
        work.window = show_beside(work, page.key)
        try:
            page.save(work, form, started_from)
        except RuleBroken as refusal:
            form.refuse(refusal)
        except Clash:
            return _show_clash(page, work.id, form, is_stale=True)
        else:
            words_stored()
            return redirect(_after(page, work))
    if _goes_back():
        return redirect(_back_unfinished(page, work.id))
    keep_typed(work, page.key, page.not_kept(work))
    return _render(page, work, form, started_from), 422


def _goes_back() -> bool:
    return request.form.get("go") == BACK


def _back_unfinished(page: Page, case_id: UUID) -> str:
    """Nobody is held on a page that does not hold. What was typed on it is kept, if it is more than stands there already."""
    undo(db())
    work = open_to_change(case_id)
    if _differing(page, work, request.form, page.load(work)):
        keep_unfinished(work, page.key, typed_fields(page.not_kept(work)))
    words_stored()
    return _after(page, work)


def _after(page: Page, work: Work) -> str:
    if work.case.stage != Stage.DRAFT:
        return page.next_url(work) or url_for("cases.show", case_id=work.id, said="case-saved")
    if _goes_back():
        return page.next_url(work) or previous_address(work.id, page.step)
    if "stop" in request.form:
        return url_for("cases.check", case_id=work.id, said="case-saved")
    return page.next_url(work) or next_address(work.id, page.step)


def _show_clash(page: Page, case_id: UUID, form: Form, *, is_stale: bool) -> ResponseReturnValue:
    """Both texts: what stands in the case now, or what one typed elsewhere, and what was typed here. It is saved if it is sent
    again; where all say the same, as after a double click, it was saved already.
    """
    undo(db())
    work = typed_here(open_to_read(case_id, "clash"))
    if is_overtaken(work):
        return _answer_overtaken(page, work)
    filled = page.load(work)
    differing = _differing(page, work, request.form, filled) if is_stale else []
    if not differing and not _beside(page, work, request.form):
        return redirect(_after(page, work))
    keep_typed(work, page.key, page.not_kept(work))
    return _render(page, work, form, filled.revision, clash=differing or None, by=filled.by), 409


def _differing(page: Page, work: Work, typed: MultiDict[str, str], filled: Filled) -> list[tuple[Any, Any]]:
    """The fields in which something else was typed than stands in the case, each with that; none where both tell the same."""
    values = page.form_values(work)
    return _unlike(page.form(typed, **values), page.form(data=filled.data, **values))


def _beside(page: Page, work: Work, typed: MultiDict[str, str]) -> list[Beside]:
    """What the actor typed on the same page elsewhere and did not finish, where it says something else."""
    values, hidden, found = page.form_values(work), page.not_kept(work), []
    for kept in list_beside(work, page.key):
        theirs = page.form(MultiDict([pair for pair in kept.fields if pair[0] not in hidden]), **values)
        told = [
            (mine.label.text, plain_value(other))
            for mine, other in _unlike(page.form(typed, **values), theirs)
        ]
        if told and kept.at is not None:
            found.append(Beside(kept.at, kept.mark, tuple(told)))
    return found


def _unlike(mine: Any, theirs: Any) -> list[tuple[Any, Any]]:
    if mine.validate() and theirs.validate() and mine.told() == theirs.told():
        return []
    return [
        (field, theirs[field.name]) for field in mine if plain_value(field) != plain_value(theirs[field.name])
    ]


def _render(page: Page, work: Work, form: Form, revision: str, **more: Any) -> str:
    is_draft = work.case.stage == Stage.DRAFT
    beside = _beside(page, work, more.pop("typed", request.form))
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
        "beside": beside,
        "window": show_beside(work, page.key),
        "is_own_clash": more.pop("by", None) == actor().person_id,
        "is_first": page.step is ORDER[0],
        "origin": more.pop("origin", None),
    }
    return render_template(page.template, **values, **page.context(work), **more)
