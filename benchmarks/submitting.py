"""Submitting a case where 10,000 are stored: the request that a person waits for, its durable commit included."""

import re
from collections.abc import Iterator
from http import HTTPStatus
from uuid import UUID

from sqlalchemy import select

from benchmarks.figures import Figure, milliseconds
from benchmarks.offices import Office
from benchmarks.telling import tell_draft
from benchmarks.timing import take_turns
from reprisals.cases.models.case import Case
from reprisals.cases.rules.stages import Stage

MOST_SECONDS = 0.06
WARM_UP = 3


def measure_submitting(name: str, office: Office, stored: int, runs: int) -> list[Figure]:
    """The 95th percentile of the request that submits a draft."""
    told = [tell_draft(office) for _run in range(runs + WARM_UP)]
    drafts = iter([(case_id, _shown(office, case_id)) for case_id in told])
    times, synced = take_turns(runs, [lambda: _submit(office, drafts), office.write_and_sync], WARM_UP)
    _check_submitted(office, told)
    return [
        Figure(
            f"submit a case, {stored:,} stored, p95",
            times.p95 * 1e3, "{:.0f} ms", MOST_SECONDS * 1e3, name,
            f"{milliseconds(times)}; {runs} runs; 4 kB synced beside it {milliseconds(synced)}",
        )
    ]  # fmt: skip


def _shown(office: Office, case_id: UUID) -> str:
    """The mark that the last page carries over what it shows."""
    found = re.search(
        r'name="revision" value="([^"]*)"', office.browser().get(f"/cases/{case_id}/check").text
    )
    assert found is not None
    return found[1]


def _submit(office: Office, drafts: Iterator[tuple[UUID, str]]) -> None:
    case_id, shown = next(drafts)
    fields = {"title": "Detained after a meeting", "revision": shown}
    answer = office.browser().post(f"/cases/{case_id}/check", fields)
    assert (answer.status, answer.header("Location")[-10:]) == (HTTPStatus.FOUND, "/submitted"), answer.status


def _check_submitted(office: Office, told: list[UUID]) -> None:
    with office.database.reading() as session:
        stages = set(session.scalars(select(Case.stage).where(Case.id.in_(told))))
    assert stages == {Stage.SUBMITTED}, stages
