"""The log, as the auditor reads it."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from reprisals import clock
from reprisals.access import Permission
from reprisals.administration import queries
from reprisals.administration.actions import take_away, walk_chain
from reprisals.administration.forms import AuditForm, HeadForm
from reprisals.administration.queries import Filters
from reprisals.administration.rules.entries import read_head, safe_cell, write_head
from reprisals.administration.rules.words import BREAKS, OUTCOMES, in_words
from reprisals.audit.chain import Entry
from reprisals.audit.models import AuditEntry
from reprisals.identity.queries import list_people
from reprisals.web.current import actor, database, db, or_404, requires, settings

bp = Blueprint("audit", __name__)

FIELDS = ("group", "actor", "outcome", "first_day", "last_day", "case")
COLUMNS = (*Entry.__slots__, "hash", "signature")
LARGEST = 2**31 - 1
KINDS = {"csv": "text/csv", "jsonl": "application/jsonl"}


@bp.get("/audit")
@requires(Permission.AUDIT_READ)
def index() -> ResponseReturnValue:
    """The entries, newest first."""
    form = AuditForm.offering(request.args, list_people(db()))
    if not form.validate():
        return render_template("administration/audit.html", form=form, page=None, chips=_chips(form)), 422
    page = queries.list_entries(db(), form.filters_asked(), _number("before"), _number("after"))
    asked = {name: value for name in FIELDS if (value := form[name].data)}
    return render_template(
        "administration/audit.html",
        form=form,
        page=page,
        chips=_chips(form),
        names=queries.names_in(db(), page.entries),
        in_words=in_words,
        newer=url_for("audit.index", **asked, after=page.newer) if page.newer else None,
        older=url_for("audit.index", **asked, before=page.older) if page.older else None,
        downloads={kind: url_for("audit.download", kind=kind, **asked) for kind in KINDS},
    )


@bp.get("/audit/<int:seq>")
@requires(Permission.AUDIT_READ)
def show(seq: int) -> ResponseReturnValue:
    """One entry with all that is stored of it."""
    entry = or_404(queries.find_entry(db(), seq) if seq <= LARGEST else None)
    return render_template(
        "administration/entry.html",
        entry=entry,
        words=in_words(entry.action),
        outcome=OUTCOMES[entry.outcome],
        names=queries.names_in(db(), [entry]),
        last=queries.last_number(db()),
    )


@bp.get("/audit/download/<any(csv,jsonl):kind>")
@requires(Permission.AUDIT_READ)
def download(kind: str) -> ResponseReturnValue:
    """The entries of the filters, oldest first, as CSV for people or as lines of JSON that can be checked."""
    form = AuditForm.offering(request.args, list_people(db()))
    filters = form.filters_asked() if form.validate() else None
    if filters is None:
        return render_template("administration/audit.html", form=form, page=None, chips=_chips(form)), 422
    return Response(
        _written(kind, filters),
        mimetype=KINDS[kind],
        headers={"Content-Disposition": f'attachment; filename="audit-{clock.today().isoformat()}.{kind}"'},
    )


@bp.get("/audit/verify")
@requires(Permission.AUDIT_READ)
def verify() -> ResponseReturnValue:
    """Walk the chain when asked to, and say what came of it. It only reads, so nobody waits for it."""
    form = HeadForm(request.args)
    if "walk" not in request.args or not form.validate():
        return render_template(
            "administration/verify.html", form=form, walked=False
        ), 422 if form.errors else 200
    broken, seq, digest = walk_chain(db(), settings(), actor(), read_head(form.head.data or ""))
    return render_template(
        "administration/verify.html",
        form=form,
        walked=True,
        broken=broken,
        reason=BREAKS[broken.reason] if broken else None,
        seq=seq,
        head=write_head(seq, digest),
    )


def _written(kind: str, filters: Filters) -> Iterator[str]:
    entries = take_away(db(), actor(), database(), filters, kind)
    return _as_csv(entries) if kind == "csv" else _as_lines(entries)


def _as_csv(entries: Iterator[AuditEntry]) -> Iterator[str]:
    yield "\ufeff" + _row(list(COLUMNS))
    for entry in entries:
        yield _row([safe_cell(_text(value)) for value in _plain(entry).values()])


def _row(cells: list[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _as_lines(entries: Iterator[AuditEntry]) -> Iterator[str]:
    for entry in entries:
        yield json.dumps(_plain(entry), ensure_ascii=False) + "\n"


def _plain(entry: AuditEntry) -> dict[str, Any]:
    """The entry as it is hashed, with its hash and signature."""
    return {**asdict(entry.as_entry()), "hash": entry.hash.hex(), "signature": entry.signature.hex()}


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if value is None else str(value)


def _number(name: str) -> int | None:
    asked = request.args.get(name, type=int)
    return asked if asked is not None and 0 <= asked <= LARGEST else None


def _chips(form: AuditForm) -> list[tuple[str, str]]:
    """Each filter in use, in words, with the address without it."""
    asked = {name: value for name in FIELDS if (value := form[name].data)}
    chips = []
    for name, value in asked.items():
        words = dict(getattr(form[name], "choices", None) or []).get(value, value)
        rest = {other: kept for other, kept in asked.items() if other != name}
        chips.append((f"{form[name].label.text}: {words}", url_for("audit.index", **rest)))
    return chips
