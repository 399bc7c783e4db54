"""Offices to measure in: a founded site in a database of its own, its application, and a focal point who is signed in."""

import gzip
import os
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder

from reprisals.app import create_app
from reprisals.audit.actions import Recorder, attach, commit
from reprisals.config import Keys, Settings
from reprisals.config import Site as SiteSettings
from reprisals.database.engine import is_postgresql
from reprisals.database.session import Database
from reprisals.identity.actions.acting import find_actor
from reprisals.identity.actions.founding import SiteSecrets
from reprisals.identity.actions.signing_in import begin_session
from reprisals.sealing.bundle import Bundle, SessionToken
from reprisals.sealing.keyring import Keyring
from reprisals.web.tokens import FIELD, make_form_token
from tests.makers import Makers, Site, Somebody, act_as, bundle_of, fill_site, somebody
from tests.servers.postgresql import running_cluster
from tests.stores import PostgresqlStore, SqlcipherStore, Store, make_tables

ADDRESS = "http://127.0.0.1:8000"


@dataclass(frozen=True)
class Answer:
    """What came back over the wire: the status, the headers, and the body as it was sent."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        """The first header of this name, or nothing."""
        return next((value for key, value in self.headers if key.lower() == name.lower()), "")

    @property
    def text(self) -> str:
        """The body as it is read."""
        is_packed = self.header("Content-Encoding") == "gzip"
        return (gzip.decompress(self.body) if is_packed else self.body).decode()

    @property
    def weight(self) -> int:
        """The bytes of the answer: status line, headers and body."""
        lines = sum(len(f"{key}: {value}\r\n".encode()) for key, value in self.headers)
        return len(b"HTTP/1.1 200 OK\r\n") + lines + len(b"\r\n") + len(self.body)


class Browser:
    """Asks the application through WSGI, as a server would, with the cookie of one session."""

    def __init__(
        self, app: Flask, token: SessionToken | None = None, language: str = "en", cookie: str = "session"
    ) -> None:
        self.app, self.token = app, token
        cookies = [f"language={language}"]
        if token is not None:
            cookies.append(f"{cookie}={urlsafe_b64encode(token.raw).rstrip(b'=').decode()}")
        self._headers = [("Cookie", "; ".join(cookies)), ("Accept-Encoding", "gzip")]

    def speaking(self, language: str) -> "Browser":
        """The same session in another language."""
        return Browser(self.app, self.token, language)

    def get(self, address: str) -> Answer:
        """Ask for a page."""
        path, _mark, query = address.partition("?")
        return self._ask(EnvironBuilder(path, ADDRESS, query_string=query, headers=self._headers))

    def post(self, path: str, fields: dict[str, str], headers: dict[str, str] | None = None) -> Answer:
        """Post a form, with a form token of the session or visit."""
        assert self.token is not None
        body = urlencode(fields | {FIELD: make_form_token(self.token)}).encode()
        kind = "application/x-www-form-urlencoded"
        return self._ask(
            EnvironBuilder(
                path, ADDRESS, method="POST", input_stream=BytesIO(body),
                headers=[*self._headers, *(headers or {}).items()],
                content_type=kind, content_length=len(body),
            )
        )  # fmt: skip

    def _ask(self, builder: EnvironBuilder) -> Answer:
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def start(status: str, headers: list[tuple[str, str]], _failure: object = None) -> Any:
            begun.append((status, headers))

        parts = self.app(builder.get_environ(), start)
        try:
            body = b"".join(parts)
        finally:
            getattr(parts, "close", lambda: None)()
        status, headers = begun[-1]
        return Answer(int(status.split()[0]), tuple(headers), body)


@dataclass(frozen=True)
class Office:
    """A founded site with a focal team, the application on it, and a focal point of the team with a session in use."""

    store: Store
    database: Database
    site: Site
    team: UUID
    member: Bundle = field(repr=False)
    token: SessionToken = field(repr=False)
    app: Flask

    def browser(self) -> Browser:
        """The focal point's browser."""
        return Browser(self.app, self.token)

    def who(self, session: Session) -> Somebody:
        """The focal point with their keys."""
        return somebody(session, self.member)

    @contextmanager
    def acting(self) -> Iterator[tuple[Session, Somebody]]:
        """A session that writes, in which the focal point acts. Committed at the end."""
        with self.database.writing() as session:
            who = self.who(session)
            yield attach(session, Recorder(who.keyring.signing, is_person=True)), who
            commit(session)

    @property
    def folder(self) -> Path:
        """Where the database lies."""
        return folder_of(self.database.engine)

    def write_and_sync(self) -> None:
        """The least that a durable commit costs in this folder."""
        with tempfile.TemporaryFile(dir=self.folder) as file:
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())

    def copy(self) -> "Office":
        """The same office in a database of its own."""
        self.database.engine.dispose()
        return on_engine(self, self.store.copy(self.database.engine))

    def close(self) -> None:
        """Delete the database."""
        self.store.drop(self.database.engine)


def on_engine(office: Office, engine: Engine) -> Office:
    """An office as it stands in a copy of its database."""
    settings = replace(office.site.settings, database=office.store.settings(engine))
    database = Database(engine)
    site = replace(office.site, settings=settings)
    return replace(office, database=database, site=site, app=create_app(settings, database))


def found_office(store: Store) -> Office:
    """Found a site in a new database: the office's teams, a focal team with a lead, and a member of it who is signed in."""
    engine = store.create()
    make_tables(engine)
    secrets = SiteSecrets.draw()
    settings = Settings(
        SiteSettings("Reprisals", ADDRESS), store.settings(engine), Keys(**secrets.settings())
    )
    database = Database(engine)
    with database.writing() as session:
        site = fill_site(session, settings, secrets)
        makers = Makers(act_as(session, site.first_person(session)), site)
        team = makers.team(states=("KEN",)).team
        member = makers.member(team)
        token = SessionToken.draw()
        begin_session(session, settings, token, bundle_of(member.keyring), "bench")
        commit(session)
        team_id = team.id
    return Office(
        store, database, site, team_id, bundle_of(member.keyring), token, create_app(settings, database)
    )


def sign_in_as(office: Office, who: Bundle) -> Browser:
    """A browser in which somebody else is signed in."""
    token = SessionToken.draw()
    with office.acting() as (session, _member):
        begin_session(session, office.site.settings, token, who, "bench")
    return Browser(office.app, token)


def new_keyring(office: Office, session: Session) -> Somebody:
    """The focal point with keys that nothing has been opened with yet, as each request has them."""
    keyring = Keyring(office.member)
    return Somebody(office.who(session).person, keyring, find_actor(session, keyring))


def folder_of(engine: Engine) -> Path:
    """The folder that a database of either kind lies in."""
    if is_postgresql(engine):
        return Path(str(engine.url.query["host"]))
    return Path(str(engine.url.database)).parent


@contextmanager
def open_stores(names: tuple[str, ...], place: Path) -> Iterator[dict[str, Store]]:
    """Where the databases are kept, inside `place`: a folder for SQLCipher, a PostgreSQL of this process alone.

    Where PostgreSQL may not enter `place` (it never runs as root), it lies among the temporary files.
    """
    place.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        found: dict[str, Store] = {}
        if "sqlcipher" in names:
            found["sqlcipher"] = SqlcipherStore(Path(stack.enter_context(TemporaryDirectory(dir=place))))
        if "postgresql" in names:
            cluster = stack.enter_context(running_cluster(place=place))
            found["postgresql"] = PostgresqlStore(cluster.url())
        yield found
