"""Outlive the tests by a moment: when they end in any way, end the server and delete its folder.

Run as `python keeper.py FOLDER`. It waits for its standard input to close, which the operating system does
for a process that was killed, too. By then a server stopped in good order is gone; any other is ended here.
"""

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

_PATIENCE = 10.0  # seconds


def end_server(data: Path) -> None:
    """End the server that runs in this data folder, if one does."""
    lock = data / "postmaster.pid"
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        postmaster = int(lock.read_text(encoding="ascii").split()[0])
        if not _works_in(postmaster, data):
            return
        os.kill(postmaster, signal.SIGQUIT)
        deadline = time.monotonic() + _PATIENCE
        while lock.exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        if lock.exists():
            os.kill(postmaster, signal.SIGKILL)


def _works_in(process: int, data: Path) -> bool:
    """Whether the process is still the one of this folder, and not a later one that got the same number."""
    entry = Path(f"/proc/{process}/cwd")
    return not Path("/proc/self").exists() or (entry.exists() and entry.resolve() == data.resolve())


if __name__ == "__main__":
    home = Path(sys.argv[1])
    sys.stdin.read()
    end_server(home / "data")
    shutil.rmtree(home, ignore_errors=True)
