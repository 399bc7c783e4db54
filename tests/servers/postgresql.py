"""A private PostgreSQL for the tests: started from packages alone, durable, gone when the tests are.

Each process that asks gets a cluster of its own, so that workers running side by side share nothing. It
listens on a Unix socket in a folder that only its owner may enter. A keeper process ends the server and
deletes its folder, however the tests end. A cluster that nobody kills may lie in memory: the same server with the same
settings, whose syncs cost nothing.
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from sqlalchemy import make_url

from tests.servers.binaries import Owner, find_installation, ordinary_owner, others_may_enter, within_reach
from tests.servers.memory import folder_in_memory

_PATIENCE = (
    120.0  # seconds for a start on a busy machine; after a kill the old server's children must go first
)
_BUILTIN_SINCE = (
    17  # the version that brought sorting by code point and Unicode's letter cases without the machine's help
)
_SETTINGS = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "listen_addresses": "",
    "shared_buffers": "64MB",
    "max_connections": "100",
}


class Cluster:
    """One PostgreSQL server with its own data, which a test may start, kill and start again."""

    def __init__(self, folder: Path, installation: Path, owner: Owner) -> None:
        self.folder = folder
        self._programs = installation / "bin"
        self._owner = owner
        self._server: subprocess.Popen[bytes] | None = None

    def create(self) -> None:
        """Make the empty data folder. Raises CalledProcessError when the server's own tool refuses."""
        arguments = ["--auth=trust", "--username=reprisals", "--encoding=UTF8", "--no-sync"]
        subprocess.run(
            [self._programs / "initdb", *arguments, *self._locale(), "-D", self.folder / "data"],
            check=True, capture_output=True, env=self._environment(), cwd=self.folder, **self._owner,
        )  # fmt: skip

    def start(self) -> None:
        """Start the server and return when it answers. Raises RuntimeError with the end of its log."""
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            if self._server is None or self._server.poll() is not None:
                self._launch()
            if self._answers():
                return
            time.sleep(0.05)
        self.stop()
        raise RuntimeError((self.folder / "log").read_text(encoding="utf-8", errors="replace")[-2000:])

    def kill(self) -> None:
        """End the server as a power cut would: no warning, nothing written any more."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """End the server at once, in order. A server that does not run stays as it is."""
        self._end(signal.SIGQUIT)

    def url(self, database: str = "postgres") -> str:
        """Return the SQLAlchemy address of a database of this cluster."""
        return f"postgresql+psycopg://reprisals@/{database}?host={self.folder}"

    def _locale(self) -> list[str]:
        """The same order of words and the same letter cases on every machine."""
        told = subprocess.run(
            [self._programs / "postgres", "--version"], check=True, capture_output=True, text=True,
            env=self._environment(), cwd=self.folder, **self._owner,
        ).stdout  # fmt: skip
        if int(told.split()[2].partition(".")[0]) < _BUILTIN_SINCE:
            return ["--locale=C"]
        return ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]

    def _launch(self) -> None:
        options = [f"--{name}={value}" for name, value in _SETTINGS.items()]
        with (self.folder / "log").open("ab") as log:
            self._server = subprocess.Popen(
                [self._programs / "postgres", "-D", self.folder / "data", "-k", self.folder, *options],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment(), cwd=self.folder,
                start_new_session=True, **self._owner,
            )  # fmt: skip

    def _answers(self) -> bool:
        try:
            psycopg.connect(host=str(self.folder), user="reprisals", dbname="postgres").close()
        except psycopg.OperationalError:
            return False
        return True

    def _end(self, how: signal.Signals) -> None:
        if self._server is not None:
            self._server.send_signal(how)
            self._server.wait()
            self._server = None

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "LC_ALL": "C", "HOME": str(self.folder)}


@contextmanager
def running_cluster(installation: Path | None = None, place: Path | None = None) -> Iterator[Cluster]:
    """Yield a started cluster of this process alone, in `place` or among the temporary files.

    Raises FileNotFoundError where no PostgreSQL is.
    """
    installation = installation or find_installation()
    owner = ordinary_owner()
    with kept_folder(owner, place) as folder:
        cluster = Cluster(folder, within_reach(installation, owner, folder), owner)
        try:
            cluster.create()
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


@contextmanager
def start_postgresql(*, in_memory: bool = False) -> Iterator[str]:
    """Yield the SQLAlchemy address of a server of this process alone; it has no database of ours yet."""
    with running_cluster(place=folder_in_memory() if in_memory else None) as cluster:
        yield cluster.url()


def make_database(url: str) -> str:
    """Create an empty database on the server at this address and return the new database's address."""
    server = make_url(url)
    name = f"test_{secrets.token_hex(6)}"
    place, person = str(server.query["host"]), server.username
    with psycopg.connect(host=place, user=person, dbname=server.database, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    return server.set(database=name).render_as_string(hide_password=False)


@contextmanager
def kept_folder(owner: Owner, place: Path | None) -> Iterator[Path]:
    """Yield a new folder of the owner's, closed to others; the keeper deletes it in the end."""
    here = (place or Path(tempfile.gettempdir())).resolve()
    parent = here if not owner or others_may_enter(here) else Path("/tmp")  # noqa: S108 - made unguessable below
    folder = Path(tempfile.mkdtemp(prefix="reprisals-", dir=parent))
    if owner:
        shutil.chown(folder, owner["user"], owner["group"])
    keeper = subprocess.Popen(
        [sys.executable, "-I", "-S", Path(__file__).with_name("keeper.py"), folder],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        yield folder
    finally:
        keeper.communicate()
