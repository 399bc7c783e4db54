"""kill -9 at any moment under eight writers: what was acknowledged is there, nothing is half there, the log verifies.

Acknowledged is what the server answered to the last byte. Killed are, in turn, the processes that answer, the database's own
server where there is one, and everything.
"""

import hashlib
import time
from threading import Event

import pytest

from tests.crash.checks import check_acknowledged, check_site
from tests.crash.sites import Serving, wait_until
from tests.crash.writers import Acknowledged, wait_for_more

KILLS = 5
KILLS_IN_A_LONG_RUN = 50
FIRST_WRITES = 12
LONGEST_DELAY = 0.4  # seconds
ROUND = {"sqlcipher": ("workers", "all"), "postgresql": ("database", "workers", "database", "all")}


@pytest.fixture
def kill(real, readers, newsroom, cluster, backend, tmp_path):
    """Kill so many times, and look after each. Returns how many writes were acknowledged in all."""

    def killing(number: int) -> int:
        everything = Acknowledged()
        server = Serving(real, tmp_path)
        try:
            for turn in range(number):
                what = ROUND[backend][turn % len(ROUND[backend])]
                if not server.is_running:
                    server.start()
                known = set(everything.steps)
                _kill_amid_writes(server, cluster, newsroom, everything, (what, turn))
                fresh = everything.steps.keys() - known
                check_site(real, readers, fresh)
                check_acknowledged(real, everything, readers[0], newsroom.common, fresh)
        finally:
            server.kill()
        check_site(real, readers)
        check_acknowledged(real, everything, readers[0], newsroom.common, everything.steps)
        return everything.number

    return killing


def _kill_amid_writes(server, cluster, newsroom, acknowledged, turn):
    """Let eight write, end something at a moment drawn from the turn, and where it comes back see that they write on."""
    what, number = turn
    killed = Event()
    with newsroom.writing(server.port, acknowledged, killed):
        wait_for_more(acknowledged, FIRST_WRITES)
        time.sleep(_delay(number))
        killed.set()
        {"workers": server.kill_workers, "all": server.kill, "database": getattr(cluster, "kill", None)}[
            what
        ]()
        if what == "database":
            cluster.start()
        if what != "all":
            wait_until(server.answers, "the server answers again")
            wait_for_more(acknowledged, FIRST_WRITES)
    assert acknowledged.refused == []


def _delay(number):
    """Seconds until the kill: another each time, the same in each run."""
    digest = hashlib.sha256(f"kill {number}".encode()).digest()
    return LONGEST_DELAY * int.from_bytes(digest[:2], "big") / 0xFFFF


def test_every_acknowledged_write_survives_being_killed_under_eight_writers(kill):
    assert kill(KILLS) >= KILLS * FIRST_WRITES


@pytest.mark.long
def test_every_acknowledged_write_survives_being_killed_fifty_times(kill):
    assert kill(KILLS_IN_A_LONG_RUN) >= KILLS_IN_A_LONG_RUN * FIRST_WRITES
