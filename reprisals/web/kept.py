"""A form that came too late and was kept: it fills its own page again, and is gone once that page has been sent."""

from collections.abc import Iterable
from http import HTTPStatus
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

from flask import Response, g, request
from werkzeug.datastructures import MultiDict

from reprisals import clock
from reprisals.identity import queries
from reprisals.identity.actions.sessions import LateForm, drop_kept, open_all_kept, open_kept
from reprisals.web.current import SAFE_METHODS, db, settings, signed_in

KEPT = "kept_form"
BUTTONS = frozenset({"add", "go", "more", "stop"})


def kept_fields() -> "MultiDict[str, str] | None":
    """What was kept for this page, where its address asks for it: the first argument of its form. None otherwise.

    The opening is recorded. Raises CannotOpen.
    """
    asked, person = kept_id(), signed_in()
    if asked is None or person is None or request.method not in SAFE_METHODS:
        return None
    kept = queries.find_kept(db(), person.actor.person_id, asked, clock.now())
    if kept is None:
        return None
    g.fills = True
    return MultiDict(open_kept(db(), settings(), person.actor, person.keyring, kept).fields)


def filled_from(fields: Iterable[tuple[str, str]]) -> "MultiDict[str, str] | None":
    """What was kept for this page, or else these fields; None where there is neither."""
    late, given = kept_fields(), list(fields)
    return late if late is not None else MultiDict(given) if given else None


def kept_id() -> UUID | None:
    """Which kept form the address or the form that was sent names."""
    named = request.args if request.method in SAFE_METHODS else request.form
    return named.get(KEPT, type=UUID)


def filling() -> str:
    """What a form carries along where a kept form filled it, on each page that it comes back on; empty elsewhere."""
    is_filled = request.method not in SAFE_METHODS or "fills" in g
    return str(kept_id() or "") if is_filled else ""


def words_stored() -> None:
    """The view says that what was posted is stored with this request. Only then is a kept form that said it let go of."""
    g.is_stored = True


def drop_sent() -> None:
    """Delete the kept form that was sent now, in the transaction that stores what it said; and each that says the same,
    as a page leaves one when it saves itself just before it is sent. Nothing is deleted where no view says that it stored it,
    nor what does not open or was sent to another page.
    """
    asked, person = kept_id(), signed_in()
    if asked is None or person is None or "is_stored" not in g:
        return
    if queries.find_kept(db(), person.actor.person_id, asked, clock.now()) is None:
        return
    found = open_all_kept(db(), settings(), person.actor, person.keyring)
    sent = next((late for kept, late in found if kept.id == asked), None)
    if sent is None or not _belongs_here(sent):
        return
    for kept, late in found:
        if told_in(late) == told_in(sent):
            drop_kept(db(), person.actor, kept)


def _belongs_here(late: LateForm) -> bool:
    """Whether a form was sent to the page of this request, or to the page that sends on to it: to that of what it had begun."""
    if late.path == request.path:
        return True
    said, asked = {text for _name, text in late.fields}, (request.view_args or {}).values()
    return bool(asked) and all(str(value) in said for value in asked)


def told_in(late: LateForm | None) -> tuple[str, list[tuple[str, str]]] | None:
    """Where a form was sent and what it said, by whichever button."""
    return (late.path, [field for field in late.fields if field[0] not in BUTTONS]) if late else None


def carry_on(response: Response) -> None:
    """Where a page sends on to another one, what was kept goes with it."""
    asked = kept_id() if request.method in SAFE_METHODS and signed_in() else None
    if asked is None or not HTTPStatus.MULTIPLE_CHOICES <= response.status_code < HTTPStatus.BAD_REQUEST:
        return
    place = urlsplit(response.headers.get("Location", ""))
    query = urlencode([*parse_qsl(place.query, keep_blank_values=True), (KEPT, str(asked))])
    response.headers["Location"] = urlunsplit(place._replace(query=query))
