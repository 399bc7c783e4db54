"""What a case file keeps of what its rows were: revisions, in the order in which they were made, chained in the manifest."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from reprisals.sealing.boxes import Manifest, Revision, SealedRow, Tampered, Written, chain


def list_revisions(session: Session, case_id: UUID, manifest: Manifest) -> list[Revision]:
    """Everything that was changed, oldest first. Raises Tampered where something was altered or left out."""
    wanted = select(Revision).where(Revision.case_id == case_id).order_by(Revision.number)
    kept = list(session.scalars(wanted))
    history = ""
    for revision in kept:
        history = chain(history, revision)
    if (len(kept), history) != (manifest.kept, manifest.history):
        raise Tampered(f"history of {case_id} is not as it was written", case_id)
    return kept


def make_revision(row: SealedRow, written: Written, number: int, at: datetime, by: UUID) -> Revision:
    """What a row was until now, with its content as it was sealed."""
    return Revision(
        case_id=row.case_id,
        table=row.table,
        row_id=row.id,
        revision=row.revision,
        generation=row.generation,
        facets=written.facets,
        content=row.content,
        valid_from=written.at,
        valid_until=at,
        changed_by=written.by,
        ended_by=by,
        number=number,
    )


def delete_revisions(session: Session, case_id: UUID) -> None:
    """Delete all that is kept of a case."""
    session.execute(delete(Revision).where(Revision.case_id == case_id))
