"""The PostgreSQL of the tests: what the other tests may rely on."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from sqlalchemy import create_engine, make_url, text

from tests.servers.binaries import copy_installation, find_installation, ordinary_owner, others_may_enter
from tests.servers.memory import ROOM, folder_in_memory
from tests.servers.postgresql import make_database, running_cluster, start_postgresql

pytestmark = pytest.mark.postgresql

PATIENCE = 120  # seconds
HOLD = """
import signal
import sys
from tests.servers.postgresql import running_cluster
# Whoever runs the tests in the background may have them ignore this signal, and a child ignores it, too.
signal.signal(signal.SIGINT, signal.default_int_handler)
with running_cluster() as cluster:
    print(cluster.folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def cluster():
    with running_cluster() as running:
        yield running


def answer(url, statement):
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            result = connection.execute(text(statement))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def servers_in(folder):
    """The processes that work in this folder's data."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cwd"):
        try:
            where = str(entry.readlink())
        except OSError:
            continue
        if where.startswith(str(folder)):
            found.append(entry.parent.name)
    return found


def wait_until_gone(folder):
    deadline = time.monotonic() + 15
    while (folder.exists() or servers_in(folder)) and time.monotonic() < deadline:
        time.sleep(0.05)


def test_the_server_answers_and_commits_durably(cluster):
    assert answer(cluster.url(), "SELECT 1") == 1
    assert answer(cluster.url(), "SHOW fsync") == "on"
    assert answer(cluster.url(), "SHOW synchronous_commit") == "on"
    assert answer(cluster.url(), "SHOW server_encoding") == "UTF8"


def test_words_have_the_same_order_and_cases_on_every_machine(cluster):
    assert answer(cluster.url(), "SELECT 'Z' < 'a' AND 'z' < 'é'") is True
    assert answer(cluster.url(), "SELECT lower('ÉÖЖ')") == "éöж"


def test_the_servers_settings_do_not_follow_the_environment_of_the_tests(monkeypatch):
    monkeypatch.setenv("PGDATA", "/nowhere")
    monkeypatch.setenv("LC_ALL", "ar_EG.UTF-8")
    monkeypatch.setenv("TZ", "Asia/Tokyo")

    with running_cluster() as cluster:
        assert answer(cluster.url(), "SHOW data_directory") == str(cluster.folder / "data")
        assert answer(cluster.url(), "SHOW lc_messages") == "C"
        assert answer(cluster.url(), "SHOW timezone") in {"Etc/UTC", "GMT", "UTC"}


def test_a_server_in_memory_has_the_same_settings_and_leaves_nothing_either():
    place = folder_in_memory()
    with running_cluster(place=place) as cluster:
        assert place is None or cluster.folder.parent == place
        assert answer(cluster.url(), "SHOW fsync") == "on"

    assert not cluster.folder.exists()


def test_memory_without_room_is_not_taken(tmp_path, monkeypatch):
    free = {"there": ROOM}
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free["there"]))
    assert folder_in_memory(tmp_path) == tmp_path

    free["there"] -= 1
    assert folder_in_memory(tmp_path) is None
    assert folder_in_memory(tmp_path / "missing") is None


def test_a_new_database_is_empty_and_shares_nothing_with_another(cluster):
    first, second = make_database(cluster.url()), make_database(cluster.url())

    answer(first, "CREATE TABLE only_here (id integer)")

    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    assert answer(first, tables) == 1
    assert answer(second, tables) == 0


def test_what_was_committed_is_there_after_the_server_is_killed(cluster):
    url = make_database(cluster.url())
    answer(url, "CREATE TABLE kept AS SELECT 7 AS number")

    cluster.kill()
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(host=str(cluster.folder), user="reprisals", dbname="postgres")
    cluster.start()

    assert answer(url, "SELECT number FROM kept") == 7


def test_the_data_is_closed_to_other_people_of_the_machine(cluster):
    assert cluster.folder.stat().st_mode & 0o077 == 0
    assert (cluster.folder / "data").stat().st_mode & 0o077 == 0
    assert answer(cluster.url(), "SHOW listen_addresses") == ""


def test_nothing_is_left_when_the_tests_end():
    with start_postgresql() as url:
        folder = Path(str(make_url(url).query["host"]))
        assert servers_in(folder)

    assert not folder.exists()
    assert not servers_in(folder)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_when_the_tests_are_broken_off(how):
    tests = subprocess.Popen(
        [sys.executable, "-c", HOLD],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=Path(__file__).parents[2],
    )
    with tests:
        assert tests.stdout is not None
        folder = Path(tests.stdout.readline().decode().strip())
        assert servers_in(folder)

        tests.send_signal(how)
        try:
            tests.wait(PATIENCE)
        finally:
            tests.kill()

    wait_until_gone(folder)
    assert not folder.exists()
    assert not servers_in(folder)


def test_a_server_killed_and_never_started_again_leaves_nothing():
    with running_cluster() as cluster:
        folder = cluster.folder
        cluster.kill()

    wait_until_gone(folder)
    assert not folder.exists()
    assert not servers_in(folder)


def test_programs_in_a_folder_closed_to_others_are_copied_within_reach(tmp_path):
    tmp_path.chmod(0o700)
    closed = copy_installation(find_installation(), tmp_path)

    with running_cluster(closed) as cluster:
        assert answer(cluster.url(), "SELECT 1") == 1
        assert not others_may_enter(closed)
        assert os.geteuid() != 0 or (cluster.folder / closed.parent.name / closed.name / "bin").is_dir()


def test_the_packaged_server_is_found_and_never_run_as_root():
    assert (find_installation() / "bin" / "initdb").is_file()
    assert os.geteuid() != 0 or ordinary_owner()["user"] != 0
