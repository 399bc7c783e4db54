"""The log, as the auditor reads it: by names and references, a page at a time."""

from itertools import chain
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals.access import Permission
from reprisals.administration.forms.log import AuditForm
from reprisals.administration.queries import log
from reprisals.administration.queries.log import Filters
from reprisals.administration.queries.naming import names_in
from reprisals.administration.rules.details import Named, Raw, Told, tell_details
from reprisals.administration.rules.entries import KINDS
from reprisals.administration.rules.words import OUTCOMES, in_words
from reprisals.web.current import SAFE_METHODS, db, or_404, requires
from reprisals.web.filters import show as say
from reprisals.web.forms import posted

bp = Blueprint("audit", __name__)

LARGEST = 2**31 - 1


@bp.route("/audit", methods=["GET", "POST"])
@requires(Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    """The entries, newest first. What is typed to narrow them is posted, and becomes identifiers in the address."""
    form = AuditForm.offering(posted() or request.args, db())
    if not form.validate():
        return render_template("administration/audit.html", form=form, page=None, chips=[]), 422
    filters = form.filters_asked()
    asked = filters.asked()
    if request.method not in SAFE_METHODS:
        return redirect(url_for("audit.index", **asked), 303)
    page = log.list_entries(db(), filters, _number("before"), _number("after"))
    names = names_in(db(), page.entries, _asked_about(filters))
    _show_names(form, names)
    return render_template(
        "administration/audit.html",
        form=form,
        page=page,
        chips=_chips(form, asked),
        names=names,
        in_words=in_words,
        newer=url_for("audit.index", **asked, after=page.newer) if page.newer else None,
        older=url_for("audit.index", **asked, before=page.older) if page.older else None,
        downloads={kind: url_for("audit.download", kind=kind, **asked) for kind in KINDS},
    )


@bp.get("/audit/<int:seq>")
@requires(Permission.AUDIT_READ)
def show(seq: int) -> ResponseReturnValue:
    """One entry with all that is stored of it, in words."""
    entry = or_404(log.find_entry(db(), seq) if seq <= LARGEST else None)
    told = tell_details(entry.details)
    names = names_in(db(), [entry], chain.from_iterable(values for _words, values in told))
    return render_template(
        "administration/entry.html",
        entry=entry,
        words=in_words(entry.action),
        outcome=OUTCOMES[entry.outcome],
        names=names,
        details=[(say(words), [_shown(value, names) for value in values]) for words, values in told],
        last=log.last_number(db()),
    )


def _shown(value: Told, names: dict[str, str]) -> tuple[str, str | None, bool]:
    """A value of an entry: its text, the address of what is about the same, and whether it stands as it was recorded."""
    if isinstance(value, Raw):
        return value.text, None, True
    if isinstance(value, Named):
        known: dict[str, Any] = {"case" if value.kind == "case" else "about": value.id}
        name = names.get(value.id, value.id)
        return name, url_for("audit.index", **known), value.kind == "case" or value.id not in names
    return say(value), None, False


def _asked_about(filters: Filters) -> list[Named]:
    known: list[UUID] = [key for key in (filters.case_id, filters.about) if key]
    return [Named("", str(key)) for key in known]


def _show_names(form: AuditForm, names: dict[str, str]) -> None:
    """The fields show the reference and the name in place of the identifiers that the address carries."""
    if form.case_id:
        form.case.data = names.get(str(form.case_id), str(form.case_id))
    if form.somebody:
        form.about.data = form.somebody.typed


def _number(name: str) -> int | None:
    asked = request.args.get(name, type=int)
    return asked if asked is not None and 0 <= asked <= LARGEST else None


def _chips(form: AuditForm, asked: dict[str, Any]) -> list[tuple[str, str]]:
    """Each filter in use, in words, with the address without it."""
    chips = []
    for name in asked:
        shown = form.somebody.name if name == "about" and form.somebody else form[name].data
        words = dict(getattr(form[name], "choices", None) or []).get(shown, shown)
        rest = {other: kept for other, kept in asked.items() if other != name}
        chips.append((f"{form[name].label.text}: {words}", url_for("audit.index", **rest)))
    return chips
