"""Keeping what was typed on a page that is refused: sealed after the request was undone, or given back to whoever typed it."""

from contextlib import suppress
from dataclasses import dataclass, field, replace
from uuid import UUID

from flask import request
from sqlalchemy.orm import Session

from reprisals.access import Actor, NotAllowed
from reprisals.cases.actions.unfinished import Fields, NoRoom, check_room, is_too_long, keep_unfinished
from reprisals.cases.actions.work import Window, Work, begin_work
from reprisals.cases.rules.stages import Stage
from reprisals.cases.views.sending import answer_sent
from reprisals.cases.views.window import WINDOW, is_overtaken
from reprisals.sealing.keyring import Keyring
from reprisals.web.current import actor, afterwards, answer_instead, keyring
from reprisals.web.kept import KEPT
from reprisals.web.tokens import FIELD

NOT_KEPT = WINDOW | {FIELD, KEPT, "add", "stop", "more", "go", "unfinished", "of_office"}


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed on a page, under the key by which it is kept."""

    key: str
    fields: Fields = field(repr=False)
    window: Window


def typed_fields(not_kept: frozenset[str] = frozenset()) -> tuple[tuple[str, str], ...]:
    """The fields that were posted, as they were typed, without those that may not be kept."""
    left_out = NOT_KEPT | not_kept
    return tuple(
        (name, value) for name, values in request.form.lists() for value in values if name not in left_out
    )


def keep_typed(work: Work, key: str, not_kept: frozenset[str] = frozenset()) -> None:
    """Keep what was typed on a page that is refused, after the request was undone. Raises NoRoom."""
    fields, case_id, who, keys = typed_fields(not_kept), work.id, actor(), keyring()
    if is_too_long(fields):
        return  # the page that refuses it has it whole, and says which text is too long
    check_room(work, key, fields)
    of_draft = work.window.of_draft or work.case.stage == Stage.DRAFT
    typed = Typed(key, fields, replace(work.window, of_draft=of_draft))
    afterwards(lambda session: keep_later(session, keys, who, case_id, typed))


def keep_later(session: Session, keys: Keyring, who: Actor, case_id: UUID, typed: Typed) -> None:
    """Seal what was typed on a page that was refused, in a transaction of its own, unless the case has gone meanwhile.

    Where a draft was submitted between the two, others read it by now: what was typed goes back to whoever typed it.
    """
    with suppress(NotAllowed, NoRoom):
        work = begin_work(session, keys, who, case_id)
        work.window = typed.window
        if is_overtaken(work):
            give_back(work)
        else:
            keep_unfinished(work, typed.key, typed.fields)


def give_back(work: Work) -> None:
    """Answer that the case was submitted meanwhile, with what was typed. A page that saves itself has it whole."""
    if not request.headers.get("X-Autosave"):
        answer_instead(work.session, lambda: answer_sent(work))
