"""What the figures were measured on, without a name that says whose machine it is."""

import os
import platform
import subprocess
from pathlib import Path

import psutil
from sqlalchemy import Engine

IN_MEMORY = {"tmpfs", "ramfs"}
ROOT = Path(__file__).parents[1]


def describe_machine() -> list[str]:
    """Processor, memory, system and Python; how busy the machine was with other work."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    busy, _five, _fifteen = os.getloadavg()
    return [
        f"processor: {_processor()}, {os.cpu_count()} cores",
        f"memory: {memory:.0f} GiB",
        f"system: {platform.system()} {platform.release().partition('-')[0]}, Python {platform.python_version()}",
        f"load when it began: {busy:.1f}",
    ]


def describe_database(engine: Engine) -> str:
    """The kind and version of a database."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            return f"PostgreSQL {connection.exec_driver_sql('SHOW server_version').scalar_one()}"
        cipher = connection.exec_driver_sql("PRAGMA cipher_version").scalar_one()
        return (
            f"SQLCipher {cipher}, SQLite {connection.exec_driver_sql('SELECT sqlite_version()').scalar_one()}"
        )


def describe_disk(folder: Path) -> str:
    """The kind of file system that a folder lies on."""
    kinds = {Path(mount.mountpoint): mount.fstype for mount in psutil.disk_partitions(all=True)}
    around = (folder.resolve(), *folder.resolve().parents)
    kind = next((kinds[place] for place in around if place in kinds), "an unknown file system")
    return f"{kind}: in memory, so that a sync costs nothing" if kind in IN_MEMORY else kind


def describe_commit() -> str:
    """The commit that is checked out, and whether files differ from it."""
    commit = _git("rev-parse", "--short=12", "HEAD")
    return (
        f"{commit} with changes" if _git("status", "--porcelain", "--", "reprisals", "benchmarks") else commit
    )


def _git(*arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
