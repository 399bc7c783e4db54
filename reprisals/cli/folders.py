"""The folder of a site: made beside its place and moved there whole, so nothing half-made is in the way."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from pathlib import Path

from reprisals.cli.refusals import Refused
from reprisals.config import SECTIONS, Settings

CONFIG, KEY, DATABASE = "config.toml", "database.key", "reprisals.db"
_HEADING = """\
# The configuration of a site. Every key is explained in config.example.toml; one that is unknown is an error.
# The site secret and the service seed are secrets: keep this file closed to others, and out of backups.
"""


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder beside `target`, closed to others, deleted at the end unless it was moved. Raises Refused."""
    check_free(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def check_free(target: Path) -> None:
    """Raise Refused where something is at `target` already; an empty folder is in nobody's way."""
    if target.is_dir():
        if (target / CONFIG).exists():
            raise Refused(f"There is a site in {target} already.")
        if any(target.iterdir()):
            raise Refused(f"{target} is not empty.")
    elif os.path.lexists(target):
        raise Refused(f"{target} is not a folder.")


def put_in_place(folder: Path, target: Path) -> None:
    """Move a folder to its place at once, after all of it has reached the disk. Raises Refused, OSError."""
    for path in (*folder.iterdir(), folder):
        sync(path)
    check_free(target)
    folder.rename(target)
    sync(target.parent)


def write_closed(path: Path, text: str) -> None:
    """Write a new file that its owner alone may read (mode 600). Raises FileExistsError, OSError."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """See a file or a folder through to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def write_settings(settings: Settings) -> str:
    """The text of a configuration, all of its keys. `parse_settings` reads it back as it was."""
    parts = [_HEADING]
    for name, kind in SECTIONS.items():
        section = getattr(settings, name)
        lines = [f"{key.name} = {_toml(getattr(section, key.name))}" for key in fields(kind)]
        parts.append("\n".join([f"[{name}]", *lines, ""]))
    return "\n".join(parts)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return f"[{', '.join(_toml(part) for part in value)}]"
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
