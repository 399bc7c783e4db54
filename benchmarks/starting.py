"""From `make run` to the first page, where the environment exists: a demonstration is made, filled and served."""

import signal
import socket
import subprocess
import sys
import time
from http import HTTPStatus
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.error import URLError
from urllib.request import urlopen

from benchmarks.figures import Figure
from benchmarks.machine import ROOT

MOST_SECONDS = 60.0
PATIENCE = 180.0
COMMAND = "from reprisals.cli.main import main; main()"


def measure_starting() -> list[Figure]:
    """How long a person waits."""
    with TemporaryDirectory(prefix="reprisals-bench-") as folder, socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        begun = time.perf_counter()
        command: list[str | Path] = [
            sys.executable,
            "-c",
            COMMAND,
            "demo",
            "--dir",
            Path(folder) / "demo",
            "--port",
            str(port),
        ]
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT
        ) as server:
            try:
                _wait_for_page(server, f"http://127.0.0.1:{port}/sign-in")
                taken = time.perf_counter() - begun
            finally:
                server.send_signal(signal.SIGTERM)
                server.wait(30)
    how = "without making the environment"
    return [Figure("make run to the first page", taken, "{:.0f} s", MOST_SECONDS, "sqlcipher", how)]


def _wait_for_page(server: "subprocess.Popen[bytes]", address: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert server.poll() is None, "the demonstration ended before it answered"
        try:
            with urlopen(address, timeout=5) as answer:  # noqa: S310 - an address of this machine
                assert answer.status == HTTPStatus.OK
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError("the demonstration did not answer")
