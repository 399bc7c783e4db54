"""Entries as they are taken away: a table for people, or lines of JSON that anybody can check."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from reprisals import clock
from reprisals.access import Permission
from reprisals.administration.actions import take_away
from reprisals.administration.forms.log import AuditForm
from reprisals.administration.rules.entries import KINDS, safe_cell
from reprisals.administration.views.audit import bp
from reprisals.audit.chain import Entry
from reprisals.audit.models import AuditEntry
from reprisals.web.current import actor, database, db, requires

COLUMNS = (*Entry.__slots__, "hash", "signature")


@bp.get("/audit/download/<any(csv,jsonl):kind>")
@requires(Permission.AUDIT_READ)
def download(kind: str) -> ResponseReturnValue:
    """The entries of the filters, oldest first. They are written while they leave, however many there are."""
    form = AuditForm.offering(request.args, db())
    if not form.validate():
        return render_template("administration/audit.html", form=form, page=None, chips=[]), 422
    entries = take_away(db(), actor(), database(), form.filters_asked(), kind)
    return Response(
        as_csv(entries) if kind == "csv" else as_lines(entries),
        mimetype=KINDS[kind],
        headers={"Content-Disposition": f'attachment; filename="audit-{clock.today().isoformat()}.{kind}"'},
    )


def as_csv(entries: Iterator[AuditEntry]) -> Iterator[str]:
    """A table with a head, every column of the log, and no cell that a spreadsheet takes for a formula."""
    yield "\ufeff" + _row(list(COLUMNS))
    for entry in entries:
        yield _row([safe_cell(_text(value)) for value in _plain(entry).values()])


def as_lines(entries: Iterator[AuditEntry]) -> Iterator[str]:
    """An object of JSON a line, with all that the hash is made of."""
    for entry in entries:
        yield json.dumps(_plain(entry), ensure_ascii=False) + "\n"


def _row(cells: list[str]) -> str:
    line = io.StringIO(newline="")
    csv.writer(line).writerow(cells)
    return line.getvalue()


def _plain(entry: AuditEntry) -> dict[str, Any]:
    """The entry as it is hashed, with its hash and signature."""
    return {**asdict(entry.as_entry()), "hash": entry.hash.hex(), "signature": entry.signature.hex()}


def _text(value: Any) -> str:
    if isinstance(value, dict):
        return json.dumps(value, ensure_ascii=False, sort_keys=True)
    return "" if value is None else str(value)
