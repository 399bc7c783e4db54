"""Whoever sends slowly, or nothing, holds up nobody else: real servers and real sockets on the loopback."""

import socket
import time
from contextlib import ExitStack
from dataclasses import replace

import pytest

from reprisals.config import Server as ServerSettings
from tests.cli.test_serving import ask, stop
from tests.crash.sites import PATIENCE
from tests.servers.ports import free_port

THREADS = 2
SILENT, READ, REQUEST = 3.0, 1.5, 3.0
HURRIED = f"""
import reprisals.cli.waiting as waiting
waiting.SILENT_SECONDS, waiting.READ_SECONDS, waiting.REQUEST_SECONDS = {SILENT}, {READ}, {REQUEST}
from reprisals.cli.main import main
main()
"""
SOON = SILENT / 2
POST = b"POST /sign-in HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 40\r\n\r\n"


@pytest.fixture
def port(start, rewrite, site):
    """The port of a server with few threads and little patience, once it answers."""
    number = free_port()
    config = rewrite(
        server=ServerSettings(port=number, workers=1, threads=THREADS),
        site=replace(site.settings.site, address=f"http://127.0.0.1:{number}"),
    )
    process = start("serve", "--config", config, code=HURRIED)
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        try:
            ask(number, "/sign-in")
        except ConnectionError:
            time.sleep(0.1)
        else:
            break
    yield number
    _said, complaint = stop(process)
    assert "Failed" not in complaint


def connect(port):
    """A connection that says nothing yet."""
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def answer(line):
    """All that comes until the server closes the connection."""
    got = b""
    while part := line.recv(65536):
        got += part
    return got


def trickle(line, beginning, byte=b"a", every=0.3):
    """Send a byte now and then until the server has had enough. How many seconds it took."""
    begun = time.monotonic()
    line.sendall(beginning)
    line.settimeout(every)
    while time.monotonic() - begun < PATIENCE:
        try:
            if not line.recv(65536):
                break
        except TimeoutError:
            line.sendall(byte)
        except ConnectionError:
            break
    return time.monotonic() - begun


def test_connections_that_say_nothing_hold_nobody_up_and_are_closed(port):
    with ExitStack() as held:
        silent = [held.enter_context(connect(port)) for _one in range(4 * THREADS)]
        begun = time.monotonic()
        status, _body = ask(port, "/sign-in")

        assert (status, time.monotonic() - begun < SOON) == (200, True)
        assert [answer(line) for line in silent] == [b""] * len(silent)


@pytest.mark.parametrize("beginning", [b"GET / HT", POST + b"a"], ids=["headers", "body"])
def test_a_request_that_stops_half_way_is_given_up(port, beginning):
    with ExitStack() as held:
        for _one in range(THREADS):
            held.enter_context(connect(port)).sendall(beginning)
        last = held.enter_context(connect(port))
        last.sendall(beginning)
        begun = time.monotonic()

        assert ask(port, "/sign-in")[0] == 200
        assert b" 200 " not in answer(last)
        assert time.monotonic() - begun < PATIENCE


@pytest.mark.parametrize(
    ("beginning", "byte"),
    [(b"GET / HTTP/1.1\r\nX: ", b"a"), (POST.replace(b"40", b"4000"), b"a")],
    ids=["headers", "body"],
)
def test_a_request_that_trickles_in_for_ever_is_given_up(port, beginning, byte):
    with connect(port) as line:
        took = trickle(line, beginning, byte)

    assert REQUEST - 0.5 < took < PATIENCE


def test_a_request_that_pauses_and_goes_on_is_answered(port):
    with connect(port) as line:
        for part in (b"GET /sign-in HTTP/1.1\r\n", b"Host: x\r\nConnection: close\r\n", b"\r\n"):
            line.sendall(part)
            time.sleep(READ / 3)

        assert answer(line).startswith(b"HTTP/1.1 200 ")


def test_what_was_broken_off_is_answered_as_such_and_the_connection_is_closed(port):
    with connect(port) as line:
        line.sendall(POST + b"form_token=")
        said = answer(line)

    assert said.startswith(b"HTTP/1.1 400 ")
    assert said.count(b"HTTP/1.1") == 1
