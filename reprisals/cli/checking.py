"""`reprisals check`: whether a site is as it should be, one line for each part of it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import click

from reprisals.cli import checks
from reprisals.cli.case_checks import check_cases
from reprisals.cli.checks import Finding, Findings, Verdict
from reprisals.cli.options import config_option, opened
from reprisals.cli.refusals import CalmRefusal, explain
from reprisals.config import BadConfiguration, Settings, load_settings
from reprisals.database.engine import is_postgresql
from reprisals.database.migrate import check_database
from reprisals.database.session import Database

WORDS = {Verdict.OK: "ok", Verdict.UNKNOWN: "unknown", Verdict.WARNING: "warning", Verdict.WRONG: "wrong"}
STORED = ("trust", "places", "log", "cases", "people", "clock")
Check = Callable[[], Findings]


@click.command()
@config_option
@click.option("--quick", is_flag=True, help="Do not walk the chain of the log.")
def check(config: Path, *, quick: bool) -> None:
    """Say whether everything is in order.

    Looks at configuration, keys, database, migrations, trust, places and roles, log, cases, people, clock
    and reference data, and prints one line for each: ok, unknown (it was not looked at), warning or wrong.
    Ends with 1 where something is wrong.
    """
    worst = max(print_line(name, look) for name, look in list_checks(config.resolve(), quick=quick))
    if worst == Verdict.WRONG:
        raise CalmRefusal("Something is wrong; the lines above say what.")


def list_checks(config: Path, *, quick: bool) -> Iterator[tuple[str, Check]]:
    """The checks in their order. What cannot be looked at because something before it failed says so."""
    try:
        settings = load_settings(config)
        settings.database_key()
    except BadConfiguration as failure:
        words = str(failure)
        yield "configuration", lambda: iter((Finding(Verdict.WRONG, words),))
        yield from _not_looked_at("keys", "database", "migrations", *STORED)
    else:
        yield "configuration", lambda: checks.check_configuration(settings, config)
        yield "keys", lambda: checks.check_keys(settings)
        yield from _database_checks(settings, quick=quick)
    yield "mail", lambda: checks.not_looked_at("this version sends none")
    yield (
        "backups",
        lambda: checks.not_looked_at(
            "this version makes none; keep copies of the stopped database and of the configuration, apart"
        ),
    )
    yield "reference data", checks.check_reference_data


def _not_looked_at(*names: str) -> Iterator[tuple[str, Check]]:
    for name in names:
        yield name, lambda: checks.not_looked_at("because of what is wrong above")


def _database_checks(settings: Settings, *, quick: bool) -> Iterator[tuple[str, Check]]:
    try:
        with opened(settings, newest=False) as database:
            version = check_database(database.engine)
            yield "database", lambda: _check_database(settings, database)
            yield "migrations", lambda: checks.check_migrations(version)
            if not version.is_newest:
                yield from _not_looked_at(*STORED)
                return
            with database.reading() as session:
                yield "trust", lambda: checks.check_keys_stored(settings, session)
                yield "places", lambda: checks.check_places(settings, session)
                yield "log", lambda: checks.check_log(settings, session, quick=quick)
                yield "cases", lambda: check_cases(settings, session)
                yield "people", lambda: checks.check_people(session)
                yield "clock", lambda: checks.check_clock(session)
    except Exception as failure:  # noqa: BLE001 - whatever fails is told as a line; the checks after it still run
        words = explain(failure).rstrip(".")
        yield "database", lambda: iter((Finding(Verdict.WRONG, words),))
        yield from _not_looked_at("migrations", *STORED)


def _check_database(settings: Settings, database: Database) -> Findings:
    with database.engine.connect() as connection:
        if is_postgresql(database.engine):
            yield from checks.check_server(connection)
        else:
            yield from checks.check_file(settings, connection)


def print_line(name: str, look: Check) -> Verdict:
    """Look, print the line, and say how bad it is. What raises is wrong."""
    try:
        found = list(look())
    except Exception as failure:  # noqa: BLE001 - the same
        found = [Finding(Verdict.WRONG, explain(failure).rstrip("."))]
    verdict = max((finding.verdict for finding in found), default=Verdict.OK)
    told = "; ".join(finding.words for finding in found)
    click.echo(f"{name:<16}{WORDS[verdict]:<9}{told}".rstrip())
    return verdict
