"""Locking the rows that are decided on."""

from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.orm import Session

from reprisals.identity.models import Person

Row = TypeVar("Row")


def lock(session: Session, kind: type[Row], key: Any) -> Row | None:
    """The row as it stands now, nobody else changing it until the commit; None where it is gone.

    Whoever needs several takes persons first, then teams, then invitations, places and sessions, so that nobody waits in a
    circle; of several persons, in the order of `lock_persons`. Rows that refer to a locked one can still be added.
    """
    return session.get(kind, key, with_for_update={"key_share": True}, populate_existing=True)


def lock_persons(session: Session, *people: UUID) -> dict[UUID, Person | None]:
    """Several persons, locked in one order whoever asks, so that two who lock each other do not wait in a circle."""
    return {key: lock(session, Person, key) for key in sorted(set(people))}
