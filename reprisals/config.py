"""Settings, from one `config.toml`. An unknown key is an error, so that a misspelt one cannot weaken the site unseen."""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

KEY_BYTES = 32
KEY_SOURCES = ("key_credential", "key_variable", "key_file")
"""Where the key of the database may come from, the best guarded first."""
START_IT = "; start the command by systemd-run, as docs/operations.md shows"


class BadConfiguration(Exception):
    """The configuration cannot be used. Says which key and why, never a value."""


@dataclass(frozen=True, slots=True)
class Site:
    """What the site is called and where it is reached."""

    name: str
    address: str
    demonstration: bool = False
    languages: tuple[str, ...] = ("en", "ar")
    trusted_proxies: int = 0


@dataclass(frozen=True, slots=True)
class DatabaseSettings:
    """Where the database is, and where its key comes from: one of a systemd credential, a file, and the environment."""

    url: str = field(repr=False)
    key_credential: str = ""
    key_file: str = ""
    key_variable: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """The site's own keys, hexadecimal. The site secret is in no backup."""

    site_secret: str = field(repr=False)
    service_seed: str = field(repr=False)
    root_public: str
    recovery_public: str
    backup_public: str


@dataclass(frozen=True, slots=True)
class Sessions:
    """How long a session lasts, and how long what was posted too late is kept."""

    idle_minutes: int = 30
    absolute_hours: int = 10
    late_days: int = 7
    invitation_hours: int = 72
    draft_days: int = 180


@dataclass(frozen=True, slots=True)
class Server:
    """How the server listens."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 2
    threads: int = 16
    upload_megabytes: int = 4


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. Frozen: nothing changes them while the site runs."""

    site: Site
    database: DatabaseSettings
    keys: Keys
    sessions: Sessions = field(default_factory=Sessions)
    server: Server = field(default_factory=Server)
    folder: Path = Path()

    def database_key(self) -> bytes | None:
        """The raw key of the database file, None for PostgreSQL. Raises BadConfiguration."""
        if self.database.url.startswith("postgresql"):
            return None
        text = self._key_text().strip()
        try:
            key = bytes.fromhex(text)
        except ValueError:
            raise BadConfiguration("the database key is not hexadecimal") from None
        if len(key) != KEY_BYTES:
            raise BadConfiguration("the database key is not 32 bytes")
        return key

    def database_url(self) -> str:
        """The address of the database; a relative SQLite path starts from the folder of the configuration."""
        prefix = "sqlite:///"
        if not self.database.url.startswith(prefix):
            return self.database.url
        return prefix + str(self.folder / self.database.url.removeprefix(prefix))

    def _key_text(self) -> str:
        database, named = self.database, [name for name in KEY_SOURCES if getattr(self.database, name)]
        if not named:
            raise BadConfiguration("none of database.key_credential, key_file and key_variable is set")
        if len(named) > 1:
            kept, *others = (f"database.{name}" for name in named)
            raise BadConfiguration(
                f'the key of the database has one source: to take it from {kept}, set {" and ".join(others)} to ""'
            )
        if database.key_file:
            return _read(self.folder / database.key_file)
        if database.key_credential:
            folder = os.environ.get("CREDENTIALS_DIRECTORY")
            if not folder:
                raise BadConfiguration(
                    f"database.key_credential is set, but no credentials were passed{START_IT}"
                )
            return _read(Path(folder) / database.key_credential)
        if database.key_variable not in os.environ:
            raise BadConfiguration(
                f"the variable of database.key_variable is not in the environment{START_IT}"
            )
        return os.environ[database.key_variable]


SECTIONS: Mapping[str, type[Any]] = {
    "site": Site,
    "database": DatabaseSettings,
    "keys": Keys,
    "sessions": Sessions,
    "server": Server,
}


def load_settings(path: Path) -> Settings:
    """Read a configuration. Raises BadConfiguration for a missing file, an unknown or missing key, or a wrong type."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise BadConfiguration(f"{path.name} cannot be read") from None
    return parse_settings(text, path.parent)


def parse_settings(text: str, folder: Path) -> Settings:
    """The settings of a text in TOML. Raises BadConfiguration."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadConfiguration(f"not TOML: {error}") from None
    unknown = sorted(raw.keys() - SECTIONS.keys())
    if unknown:
        raise BadConfiguration(f"unknown section: {unknown[0]}")
    return Settings(
        folder=folder, **{name: _section(name, kind, raw.get(name, {})) for name, kind in SECTIONS.items()}
    )


def _section(name: str, kind: type[Any], values: object) -> Any:
    if not isinstance(values, dict):
        raise BadConfiguration(f"not a section: {name}")
    known = {f.name: f for f in fields(kind)}
    unknown = sorted(values.keys() - known.keys())
    if unknown:
        raise BadConfiguration(f"unknown key: {name}.{unknown[0]}")
    made = {key: _value(f"{name}.{key}", known[key].type, value) for key, value in values.items()}
    try:
        return kind(**made)
    except TypeError:
        required = [key for key in known if key not in made]
        raise BadConfiguration(f"missing in [{name}]: {', '.join(required)}") from None


def _value(name: str, wanted: Any, value: Any) -> Any:
    if wanted == tuple[str, ...] and isinstance(value, list) and all(isinstance(v, str) for v in value):
        return tuple(value)
    if not isinstance(wanted, type) or type(value) is not wanted:
        raise BadConfiguration(f"wrong type: {name}")
    return value


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        raise BadConfiguration("the database key cannot be read") from None
