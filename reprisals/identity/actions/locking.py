"""Locking the rows that are decided on."""

from typing import Any, TypeVar

from sqlalchemy.orm import Session

Row = TypeVar("Row")


def lock(session: Session, kind: type[Row], key: Any) -> Row | None:
    """The row as it stands now, nobody else changing it until the commit; None where it is gone.

    Whoever needs several takes persons first, then teams, then invitations, places and sessions, so that nobody waits in a
    circle. Rows that refer to a locked one can still be added.
    """
    return session.get(kind, key, with_for_update={"key_share": True}, populate_existing=True)
