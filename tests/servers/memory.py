"""A place for databases that no test pulls the plug on: in memory where the machine has room, so that a sync costs nothing."""

import os
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it are made unguessable and closed
ROOM = 4 * 2**30
"""Bytes that have to be free: many times what the databases of all workers take."""


def folder_in_memory(memory: Path = MEMORY) -> Path | None:
    """A folder that lies in memory, with room and in which programs may be started; None where there is none."""
    if not memory.is_dir() or not os.access(memory, os.W_OK | os.X_OK):
        return None
    if os.statvfs(memory).f_flag & os.ST_NOEXEC or shutil.disk_usage(memory).free < ROOM:
        return None
    return memory
