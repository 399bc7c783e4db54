"""From `make run` to the first page: a demonstration is made, filled and served; the environment is there, or is made, too."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

from benchmarks.figures import Figure
from benchmarks.machine import ROOT
from tests.servers.ports import free_port

MOST_SECONDS = 60.0
PATIENCE = 300.0
COMMAND = (sys.executable, "-c", "from reprisals.cli.main import main; main()")
LINE = build_opener(ProxyHandler({}))


def measure_starting() -> list[Figure]:
    """How long a person waits where the environment exists."""
    with TemporaryDirectory(prefix="reprisals-bench-") as folder:
        demo, port = Path(folder) / "demo", str(free_port())
        taken = _wait([*COMMAND, "demo", "--dir", str(demo), "--port", port], ROOT, port, {})
    how = "the environment exists: the demonstration is made, filled and served"
    return [Figure("make run to the first page", taken, "{:.0f} s", MOST_SECONDS, "sqlcipher", how)]


def measure_fresh_start() -> list[Figure]:
    """How long a person waits who has just unpacked the project: a copy of it is started without any environment."""
    with TemporaryDirectory(prefix="reprisals-bench-") as folder:
        copy, port = Path(folder) / "project", str(free_port())
        _copy_project(copy)
        taken = _wait(["make", "run"], copy, port, {"PORT": port, "PIP_NO_CACHE_DIR": "1"})
        brought = _count_packages(copy)
    how = (
        f"python -m venv, {brought} packages fetched from the index that pip is configured with (nothing from pip's cache) "
        "and checked against their hashes, the project installed; then as above"
    )
    name = "make run to the first page, environment made anew"
    return [Figure(name, taken, "{:.0f} s", MOST_SECONDS, "sqlcipher", how)]


def _copy_project(copy: Path) -> None:
    """Every file that belongs to the project, and nothing that its tools left."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    for name in filter(None, listed.split("\0")):
        if (ROOT / name).is_file():
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, copy / name)


def _count_packages(copy: Path) -> int:
    return sum(1 for _found in (copy / ".venv").glob("lib/python*/site-packages/*.dist-info"))


def _wait(command: Sequence[str], folder: Path, port: str, environment: Mapping[str, str]) -> float:
    """Seconds until the first page. What was started is ended."""
    begun = time.perf_counter()
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
        env={**os.environ, **environment}, start_new_session=True,
    ) as server:  # fmt: skip
        try:
            _wait_for_page(server, f"http://127.0.0.1:{port}/sign-in")
            return time.perf_counter() - begun
        finally:
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(30)


def _wait_for_page(server: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert server.poll() is None, "the demonstration ended before it answered"
        try:
            with LINE.open(address, timeout=5) as answer:
                assert answer.status == HTTPStatus.OK
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError("the demonstration did not answer")
