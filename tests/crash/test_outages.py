"""An outage of what the server stands on: the disk takes nothing more, or the database's server is gone. Then it works on.

Both happen to a real server: its processes cannot write to any file, not even to their log, or PostgreSQL is stopped.
"""

import html
from contextlib import contextmanager
from uuid import uuid4

import psutil
import pytest

from tests.crash.checks import check_site
from tests.crash.sites import Caller, serving, wait_until
from tests.crash.writers import STEPS, TAKEN

STORY = "He asked <for & water> and was given none. " * 500
NOT_SAVED, FAILED = "<h1>This was not saved</h1>", "<h1>Something went wrong on our side</h1>"


@contextmanager
def no_room(server):
    """No process of the server can write to a file any more."""
    limits = {pid: psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE) for pid in server.workers}
    for pid, (_soft, hard) in limits.items():
        psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, (0, hard))
    yield
    for pid, limit in limits.items():
        psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, limit)


@pytest.fixture
def outage(cluster):
    """What the server stands on is gone while the block lasts."""

    @contextmanager
    def stopped(_server):
        cluster.stop()
        yield
        cluster.start()

    return stopped if cluster else no_room


def test_in_an_outage_what_was_typed_stands_on_the_page_nothing_is_shown_and_afterwards_it_is_saved(
    real, newsroom, readers, outage, tmp_path
):
    token, case_id = newsroom.tokens[0], uuid4()
    with serving(real, tmp_path) as server:
        caller = Caller(server.port, token)
        begun = [*STEPS["new"].fields(case_id), ("team", str(newsroom.team_id))]
        assert caller.post("/cases/new", begun).status == TAKEN
        told = [("happened", "YES"), ("words", STORY), ("revision", "0")]

        with outage(server):
            posted = caller.post(f"/cases/{case_id}/what", told)
            shown = caller.get(f"/cases/{case_id}/danger")
            left = Caller(server.port, newsroom.tokens[1]).post("/leave", [])
            neutral = Caller(server.port).get(left.location)
        assert (posted.status, NOT_SAVED in posted.text) == (503, True)
        assert html.escape(STORY.strip(), quote=False) in posted.text
        assert (shown.status, FAILED in shown.text) == (500, True)
        assert STEPS["new"].fields(case_id)[1][1] not in shown.text
        assert (left.status, neutral.status) == (303, 200)

        wait_until(lambda: caller.get("/cases").status == 200, "the list of cases is shown again")
        assert caller.post(f"/cases/{case_id}/what", told).status == TAKEN
        server.stop()
    check_site(real, readers, {case_id})
