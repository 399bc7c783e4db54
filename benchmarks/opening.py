"""Opening a case of 40 sealed rows, against the same page with the same rows in the clear."""

from http import HTTPStatus
from uuid import UUID

from sqlalchemy import func, select

from benchmarks.figures import Figure, milliseconds
from benchmarks.null_cipher import hiding_nothing
from benchmarks.offices import Office, found_office
from benchmarks.telling import SEALED_ROWS, tell_long_case
from benchmarks.timing import take_turns
from reprisals.sealing.boxes import SealedRow
from tests.stores import Store

MOST = 1.3
ROWS = 40


def measure_opening(name: str, store: Store, runs: int) -> list[Figure]:
    """The ratio, and how long the page takes."""
    sealed = found_office(store)
    with hiding_nothing():
        clear = found_office(store)
    try:
        with hiding_nothing():
            clear_case = tell_long_case(clear)
        sealed_case = tell_long_case(sealed)
        _check_rows(sealed, sealed_case)

        def open_clear() -> None:
            with hiding_nothing():
                _open(clear, clear_case)

        ours, null = take_turns(runs, [lambda: _open(sealed, sealed_case), open_clear])
    finally:
        sealed.close()
        clear.close()
    how = f"{milliseconds(ours)}; null cipher {milliseconds(null)}; {runs} pairs"
    return [
        Figure(
            "open a case of 40 sealed rows, over a null cipher", ours.over(null), "{:.2f} x", MOST, name, how
        )
    ]


def _open(office: Office, case_id: UUID) -> None:
    answer = office.browser().get(f"/cases/{case_id}")
    assert answer.status == HTTPStatus.OK, answer.status


def _check_rows(office: Office, case_id: UUID) -> None:
    kinds = [kind for kind in SealedRow.__subclasses__() if kind.__module__.startswith("reprisals.")]
    with office.database.reading() as session:
        counted = [
            session.scalar(select(func.count()).select_from(kind).where(kind.case_id == case_id))
            for kind in kinds
        ]
    assert sum(number or 0 for number in counted) == ROWS == SEALED_ROWS, counted
