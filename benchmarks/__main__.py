"""`python -m benchmarks`: measures, prints a table, and says with its exit code whether every goal was reached."""

import argparse
import gc
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figures import Figure, write_table
from benchmarks.floors import measure_commits, measure_sealing
from benchmarks.listing import SIZES, filled_offices, measure_listing
from benchmarks.machine import ROOT, describe_commit, describe_database, describe_disk, describe_machine
from benchmarks.offices import folder_of, open_stores
from benchmarks.opening import measure_opening
from benchmarks.starting import measure_fresh_start, measure_starting
from benchmarks.submitting import measure_submitting
from benchmarks.weighing import measure_weight
from benchmarks.working import measure_working
from reprisals import clock
from tests.stores import Store

PLACE = (
    ROOT / "var" / "bench"
)  # beside the project, on whatever disk that lies on; temporary files may lie in memory
RESULTS = Path(__file__).with_name("RESULTS.md")
BACKENDS = ("sqlcipher", "postgresql")
PARTS = ("floors", "opening", "working", "submitting", "listing", "weight", "start", "environment")
IN_EACH_DATABASE = {"floors": measure_commits, "opening": measure_opening, "working": measure_working}
STARTS = {"start": measure_starting, "environment": measure_fresh_start}
SUBMITTED_AT = 10_000


def read_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="leave out 100,000 cases")
    parser.add_argument("--write", action="store_true", help=f"append the figures to {RESULTS.name}")
    parser.add_argument("--runs", type=int, default=40, help="how often each action is timed")
    parser.add_argument("--database", choices=BACKENDS, action="append", help="one of the two alone")
    parser.add_argument("--only", choices=PARTS, action="append", help="some of the figures alone")
    return parser.parse_args()


def main() -> int:
    """Measure what was asked for. 0 where every goal was reached, else 1."""
    asked = read_arguments()
    parts, names = set(asked.only or PARTS), tuple(asked.database or BACKENDS)
    about = [f"commit: {describe_commit()}", *describe_machine()]
    gc.collect()
    gc.freeze()  # as the server does before its first request
    figures: list[Figure] = []
    with open_stores(names, PLACE) as stores:
        about += [f"database: {describe(store)}" for store in stores.values()]
        print("\n".join(about), flush=True)
        for figure in measure(parts, stores, asked):
            print(" | ".join(figure.cells()), flush=True)
            figures.append(figure)
    table = write_table(figures)
    print(f"\n{table}")
    if asked.write:
        lines = "\n".join(f"- {line}" for line in about)
        with RESULTS.open("a", encoding="utf-8") as results:
            results.write(f"\n## {clock.today().isoformat()}\n\n{lines}\n\n{table}\n")
    return 0 if all(figure.is_reached for figure in figures) else 1


def describe(store: Store) -> str:
    """The kind and version of a database, and the disk it lies on."""
    engine = store.create()
    try:
        return f"{describe_database(engine)}, on {describe_disk(folder_of(engine))}"
    finally:
        store.drop(engine)


def measure(parts: set[str], stores: dict[str, Store], asked: argparse.Namespace) -> Iterator[Figure]:
    """Every figure that was asked for, one part after the other."""
    if "floors" in parts:
        yield from measure_sealing(asked.runs)
    for name, store in stores.items():
        for measured in (IN_EACH_DATABASE[part] for part in IN_EACH_DATABASE if part in parts):
            yield from measured(name, store, asked.runs)
    if parts & {"submitting", "listing"}:
        yield from _measure_filled(stores, parts, asked)
    if "weight" in parts:
        yield from measure_weight(next(iter(stores.values())))
    for started in (STARTS[part] for part in STARTS if part in parts):
        yield from started()


def _measure_filled(stores: dict[str, Store], parts: set[str], asked: argparse.Namespace) -> Iterator[Figure]:
    most = SUBMITTED_AT if asked.quick or "listing" not in parts else SIZES[-1]
    with filled_offices(stores, [size for size in SIZES if size <= most]) as offices:
        for name, by_size in offices.items():
            if "listing" in parts:
                yield from measure_listing(name, by_size, asked.runs)
            if "submitting" in parts:
                yield from measure_submitting(name, by_size[SUBMITTED_AT], SUBMITTED_AT, asked.runs * 3)


if __name__ == "__main__":
    raise SystemExit(main())
