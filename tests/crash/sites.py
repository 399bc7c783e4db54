"""A site as `reprisals init` makes it, with its folder and configuration, and the real server that serves it."""

import os
import signal
import subprocess
import sys
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path
from urllib.parse import urlencode

import psutil

from reprisals.cli.making import Made, Plan, make_site
from reprisals.config import Settings, load_settings
from reprisals.database.engine import make_engine
from reprisals.database.session import Database
from reprisals.identity.actions.founding import Founder
from reprisals.identity.models import Person
from reprisals.sealing.bundle import SessionToken, open_bundle
from reprisals.web.tokens import FIELD, make_form_token
from tests.makers import EMAIL, Makers, Site, act_as
from tests.servers.ports import LOOPBACK, free_port

COMMAND = [sys.executable, "-c", "from reprisals.cli.main import main; main()"]
PATIENCE = 120.0  # seconds for a start on a busy machine


@dataclass(frozen=True)
class RealSite:
    """A founded site on disk, and what was shown once when it was made."""

    config: Path
    settings: Settings
    site: Site
    made: Made = field(repr=False)

    @contextmanager
    def opened(self) -> Iterator[Database]:
        """Its database, opened anew."""
        engine = make_engine(self.settings.database_url(), self.settings.database_key())
        try:
            yield Database(engine)
        finally:
            engine.dispose()

    @contextmanager
    def committing(self) -> Iterator[Makers]:
        """Makers whose work is committed at the end."""
        with self.opened() as database, database.writing() as session:
            yield Makers(act_as(session, self.site.first_person(session)), self.site)
            session.commit()


def found_real_site(folder: Path, database_url: str = "") -> RealSite:
    """A new site in `folder`, in a file of its own or in this empty PostgreSQL database."""
    shown: list[Made] = []
    plan = Plan(folder, Founder(EMAIL, "Founder"), database_url, port=free_port())
    config = make_site(plan, shown.append)
    settings, made = load_settings(config), shown[0]
    engine = make_engine(settings.database_url(), settings.database_key())
    with Database(engine).reading() as session:
        sealed = session.get_one(Person, made.keys.person_id).bundle
    engine.dispose()
    assert sealed is not None
    bundle = open_bundle(sealed, made.keys.person_id, made.keys.passphrase, made.secrets.site_secret)
    site = Site(settings, made.secrets, made.keys.passphrase, bundle, bundle)
    return RealSite(config, settings, site, made)


class Serving:
    """`reprisals serve` in processes of its own, which a test may kill. What it says goes to files beside it."""

    def __init__(self, real: RealSite, folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.port = real.settings.server.port
        self.output, self.errors = folder / "server.out", folder / "server.err"
        self._command = [*COMMAND, "serve", "--config", str(real.config)]
        self._environment = {**os.environ, **(environment or {})}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start, and return when it answers. Raises RuntimeError with the end of what it said."""
        with self.output.open("ab") as output, self.errors.open("ab") as errors:
            self._process = subprocess.Popen(
                self._command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, env=self._environment,
                start_new_session=True,
            )  # fmt: skip
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self._process.poll() is None:
            if self.answers():
                return
            time.sleep(0.02)
        self.kill()
        raise RuntimeError(self.errors.read_text(encoding="utf-8", errors="replace")[-2000:])

    def answers(self) -> bool:
        """Whether a request is answered now."""
        try:
            return Caller(self.port).get("/static/icon.svg").status == 200
        except (OSError, HTTPException):
            return False

    @property
    def is_running(self) -> bool:
        """Whether it was started and not yet ended."""
        return self._process is not None

    @property
    def workers(self) -> list[int]:
        """The processes that answer."""
        assert self._process is not None
        return [child.pid for child in psutil.Process(self._process.pid).children()]

    def kill_workers(self) -> None:
        """kill -9 every process that answers. The one above them starts others."""
        for worker in self.workers:
            os.kill(worker, signal.SIGKILL)

    def kill(self) -> None:
        """kill -9 all of it."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """Ask it to end, and wait until it has."""
        if self._process is not None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.kill()
            self._process = None


@contextmanager
def serving(real: RealSite, folder: Path, environment: Mapping[str, str] | None = None) -> Iterator[Serving]:
    """A server of this site while the block lasts."""
    server = Serving(real, folder, environment)
    try:
        server.start()
        yield server
    finally:
        server.kill()


@dataclass(frozen=True)
class Answer:
    """What a server answered, received to its last byte."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        """Where the answer leads."""
        return dict(self.headers).get("Location", "")


class Caller:
    """Speaks to a server over the loopback, signed in by a token where there is one."""

    def __init__(self, port: int, token: SessionToken | None = None) -> None:
        self.token = token
        self._line = HTTPConnection(LOOPBACK, port, timeout=PATIENCE)

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        """Ask for a page."""
        return self.send("GET", path, b"", headers)

    def post(
        self, path: str, fields: list[tuple[str, str]], headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Post a form with a form token of this session."""
        signed = [*fields, (FIELD, make_form_token(self.token))] if self.token else fields
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(signed).encode(), {**kind, **(headers or {})})

    def send(self, method: str, path: str, body: bytes, headers: Mapping[str, str] | None = None) -> Answer:
        """Send a request as it is, once, on a line of its own."""
        sent = {**self._cookie(), **(headers or {})}
        try:
            self._line.connect()
            self._line.request(method, path, body or None, sent)
            return _received(self._line.getresponse())
        finally:
            self._line.close()

    def _cookie(self) -> dict[str, str]:
        if self.token is None:
            return {}
        return {"Cookie": f"session={urlsafe_b64encode(self.token.raw).rstrip(b'=').decode()}"}


def _received(response: HTTPResponse) -> Answer:
    return Answer(response.status, tuple(response.getheaders()), response.read())


def wait_until(is_so: Callable[[], bool], what: str) -> None:
    """Return as soon as something is so. Fails after a while."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)
