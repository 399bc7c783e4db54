"""What every test may ask for: a database of either kind with a founded site, makers of people and cases, a clock.

`session` is one transaction that is undone after the test; `database` is a copy of its own for what needs real commits.
"""

import gc
import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import hypothesis
import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from reprisals import clock as real_clock
from reprisals.config import Keys, Settings
from reprisals.config import Site as SiteSettings
from reprisals.database.session import Database
from reprisals.identity.actions.founding import SiteSecrets
from reprisals.sealing import trust
from reprisals.sealing.keyring import Keyring
from tests.leftovers import clear_environment, look_at_code, look_at_process
from tests.makers import Makers, Site, Somebody, act_with, fill_site
from tests.remembering import remember
from tests.servers.memory import folder_in_memory
from tests.servers.postgresql import kept_folder, start_postgresql
from tests.stores import PostgresqlStore, SqlcipherStore, Store, make_tables

BACKENDS = ("sqlcipher", "postgresql")
RUNNING = real_clock.now
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)

hypothesis.settings.register_profile("house", deadline=None)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database", choices=(*BACKENDS, "both"), default="both", help="which databases to test on"
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are processors: now and then each waits for a disk, a server or a browser."""
    return len(os.sched_getaffinity(0)) + 1 if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1) + 1


def pytest_configure() -> None:
    """Nothing that somebody set for other work decides how a test ends."""
    clear_environment()


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end: it is not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "backend" in metafunc.fixturenames:
        wanted = metafunc.config.getoption("--database")
        chosen = [name for name in BACKENDS if wanted in {name, "both"}]
        metafunc.parametrize("backend", [_backend(name) for name in chosen], scope="session")


def _backend(name: str) -> object:
    return pytest.param(name, marks=pytest.mark.postgresql if name == "postgresql" else ())


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The address of this worker's PostgreSQL."""
    with start_postgresql(in_memory=True) as url:
        yield url


@pytest.fixture(scope="session")
def store(backend: str, request: pytest.FixtureRequest) -> Iterator[Store]:
    """Makes databases, in memory where there is room: what a kill or a full disk does is tested on a real disk."""
    if backend == "postgresql":
        databases = PostgresqlStore(request.getfixturevalue("postgresql_server"))
        yield databases
        databases.close()
        return
    with kept_folder({}, folder_in_memory()) as folder:
        yield SqlcipherStore(folder)


@pytest.fixture(scope="session")
def empty_template(store: Store) -> Engine:
    """A database with all tables and no rows, to be copied."""
    engine = store.create()
    make_tables(engine)
    return engine


@pytest.fixture(scope="session")
def founded(store: Store, empty_template: Engine) -> tuple[Engine, Site]:
    """A database with a founded site, to be copied; and the site."""
    engine = store.copy(empty_template)
    secrets = SiteSecrets.draw()
    settings = Settings(
        SiteSettings("Test", "http://127.0.0.1:8000"), store.settings(engine), Keys(**secrets.settings())
    )
    with pytest.MonkeyPatch.context() as patch, Database(engine).writing() as session:
        patch.setattr(real_clock, "now", lambda: START - timedelta(days=30))
        site = fill_site(session, settings, secrets)
    engine.dispose()
    return engine, site


@pytest.fixture(scope="session")
def new_database(
    store: Store, founded: tuple[Engine, Site]
) -> Callable[[], AbstractContextManager[Database]]:
    """Makes copies of the founded site, for those who keep one longer than for a test."""

    @contextmanager
    def copied() -> Iterator[Database]:
        engine = store.copy(founded[0])
        yield Database(engine)
        store.drop(engine)

    return copied


@pytest.fixture
def database(new_database: Callable[[], AbstractContextManager[Database]]) -> Iterator[Database]:
    """A founded site in a database of this test alone, for real commits and several connections."""
    with new_database() as copied:
        yield copied


@pytest.fixture
def empty_database(store: Store, empty_template: Engine) -> Iterator[Database]:
    """A database with all tables and no rows, of this test alone."""
    engine = store.copy(empty_template)
    yield Database(engine)
    store.drop(engine)


@pytest.fixture(scope="session")
def shared_engine(store: Store, founded: tuple[Engine, Site]) -> Iterator[Engine]:
    """The database that every `session` of this worker is a transaction of."""
    engine = store.copy(founded[0])
    yield engine.execution_options(writing=True)
    store.drop(engine)


@pytest.fixture
def session(shared_engine: Engine, site: Site, clock: "Clock") -> Iterator[Session]:
    """A founded site in a transaction that is undone afterwards; commits are savepoints. The founder acts."""
    with shared_engine.connect() as connection, connection.begin() as outer:
        with Session(connection, expire_on_commit=False, join_transaction_mode="create_savepoint") as opened:
            yield act_with(opened, Keyring(site.founder))
        outer.rollback()


@pytest.fixture
def site(founded: tuple[Engine, Site], request: pytest.FixtureRequest, store: Store) -> Site:
    """The founded site. Where the test has a database of its own, its settings lead there."""
    found = founded[1]
    if "database" not in request.fixturenames:
        return found
    engine = request.getfixturevalue("database").engine
    return replace(found, settings=replace(found.settings, database=store.settings(engine)))


@pytest.fixture
def settings(site: Site) -> Settings:
    """The settings of the site."""
    return site.settings


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        """The moment that was set."""
        return self.moment

    def advance(self, **by: float) -> datetime:
        """Move on, by `seconds=`, `minutes=`, `hours=` or `days=`; negative to set it back."""
        self.moment += timedelta(**by)
        return self.moment


@pytest.fixture(scope="session", autouse=True)
def _worked_out_once() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        remember(patch)
        yield


@pytest.fixture(scope="module", autouse=True)
def _code_stays(_worked_out_once: None) -> Iterator[None]:
    """No file of tests leaves anything of the package patched for those that come after it."""
    before = look_at_code()
    yield
    changed = [name for name, what in look_at_code().items() if before.get(name, what) is not what]
    assert not changed, f"patched and left so: {changed}"


@pytest.fixture(autouse=True)
def _nothing_stays(request: pytest.FixtureRequest) -> Iterator[None]:
    """No test, and no fixture of many tests, leaves the time standing still or the process another one.

    What one test found well signed, the next one checks again.
    """
    trust._GOOD.clear()
    if "clock" not in request.fixturenames:
        assert real_clock.now is RUNNING
    before = look_at_process()
    yield
    assert look_at_process() == before


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time, as the test says."""
    made = Clock()
    monkeypatch.setattr(real_clock, "now", made.now)
    return made


@pytest.fixture
def make(session: Session, site: Site) -> Makers:
    """All makers, in `session`."""
    return Makers(session, site)


@pytest.fixture
def founder(make: Makers) -> Somebody:
    """Lead of the central and the drafting team, administrator and custodian."""
    return make.founder


@pytest.fixture
def make_person(make: Makers) -> object:
    return make.person


@pytest.fixture
def make_team(make: Makers) -> object:
    return make.team


@pytest.fixture
def make_member(make: Makers) -> object:
    return make.member


@pytest.fixture
def make_case_file(make: Makers) -> object:
    return make.case_file


@pytest.fixture
def committing(database: Database, site: Site) -> Callable[[], AbstractContextManager[Makers]]:
    """Makers whose work is committed at the end: `with committing() as make: ...`."""

    @contextmanager
    def working() -> Iterator[Makers]:
        with database.writing() as opened:
            yield Makers(act_with(opened, Keyring(site.founder)), site)
            opened.commit()
            for held in list(opened):
                opened.refresh(held)

    return working
