"""The list of a team's cases out of 1,000, 10,000 and 100,000."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from urllib.parse import quote

from benchmarks.figures import Figure, milliseconds
from benchmarks.filling import fill, transfer
from benchmarks.offices import Office, found_office
from benchmarks.sealed_cases import title_of
from benchmarks.timing import take_turns
from reprisals.audit.queries import verify
from reprisals.cases import queries
from tests.stores import Store

SIZES = (1_000, 10_000, 100_000)
MOST_MILLISECONDS, MOST_RATIO = 100.0, 1.5
IN_THE_MIDDLE = "1.2027-01-05T08:00:00.000000+00:00.00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True)
class Listed:
    """A page of the list: what it is called, its address, and the smallest size at which it is full and can be compared."""

    name: str
    address: str
    full_at: int = SIZES[0]


PAGES = (
    Listed("first page", "/cases"),
    Listed("page in the middle", f"/cases?after={quote(IN_THE_MIDDLE)}"),
    Listed("narrowed to a stage", "/cases?stage=CLOSED"),
    Listed("narrowed to a State", "/cases?state=KEN", full_at=SIZES[1]),
)


@contextmanager
def filled_offices(stores: dict[str, Store], sizes: Sequence[int]) -> Iterator[dict[str, dict[int, Office]]]:
    """One office of each size in each kind of database, the same cases in all of them."""
    first, *others = stores
    with ExitStack() as stack:
        offices = {first: _grow(stores[first], sizes)}
        offices |= {
            name: {size: transfer(o, stores[name]) for size, o in offices[first].items()} for name in others
        }
        for office in (office for by_size in offices.values() for office in by_size.values()):
            stack.callback(office.close)
        for by_size in offices.values():
            _check_log(by_size[sizes[0]])
        yield offices


def _grow(store: Store, sizes: Sequence[int]) -> dict[int, Office]:
    growing, filled, offices = found_office(store), 0, {}
    for size in sizes:
        fill(growing, range(filled, size))
        filled, offices[size] = size, growing if size == sizes[-1] else growing.copy()
    return offices


def measure_listing(name: str, offices: dict[int, Office], runs: int) -> list[Figure]:
    """How long each page takes at each size, and over the smallest at which it is full."""
    return [figure for page in PAGES for figure in _measure_page(name, page, offices, runs)]


def _measure_page(name: str, page: Listed, offices: dict[int, Office], runs: int) -> Iterator[Figure]:
    actions = [partial(_list, office, page, size >= page.full_at) for size, office in offices.items()]
    times = dict(zip(offices, take_turns(runs, actions), strict=True))
    for size, taken in times.items():
        goal = MOST_MILLISECONDS if size == SIZES[1] else None
        words, how = f"list, {page.name}, {size:,} cases", milliseconds(taken)
        yield Figure(words, taken.median * 1e3, "{:.0f} ms", goal, name, how)
    smallest, largest = page.full_at, max(offices)
    if smallest < largest:
        goal = MOST_RATIO if largest == SIZES[-1] else None
        words = f"list, {page.name}, {largest:,} over {smallest:,}"
        yield Figure(
            words, times[largest].over(times[smallest]), "{:.2f} x", goal, name, f"{runs} runs by turns"
        )


def _list(office: Office, page: Listed, is_full: bool) -> None:
    """Ask for the page. Every title of it was opened and is as it was written."""
    answer = office.browser().get(page.address)
    assert answer.status == HTTPStatus.OK, answer.status
    listed = answer.text.partition("<table")[2]  # drafts to go on with stand above it
    opened = listed.count(title_of(0).partition("0")[2])
    assert 0 < opened <= queries.PAGE, opened
    assert opened == queries.PAGE or not is_full, opened


def _check_log(office: Office) -> None:
    """What was stored in bulk is chained and signed like anything else."""
    with office.database.reading() as session:
        broken, _seq, _hash = verify(session, office.site.root.public, office.site.secrets.service.public)
    assert broken is None, broken
