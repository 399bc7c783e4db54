"""`reprisals serve`: real processes on the loopback, closed to curious eyes, with logs that name nobody."""

import gc
import json
import re
import signal
import socket
import time
import urllib.error
import urllib.request
from dataclasses import replace
from http.client import HTTPConnection

import pytest
from sqlalchemy import text

from reprisals.cli import server, serving
from reprisals.cli.refusals import Refused
from reprisals.cli.server import Server, check_port, gunicorn_settings, shown_path
from reprisals.cli.waiting import PatientWorker
from reprisals.config import Server as ServerSettings
from tests.crash.sites import PATIENCE
from tests.servers.ports import free_port

ECHO = """
import json, os
import reprisals.cli.server as server

def create_app(settings):
    if os.environ.get("FAILS"):
        raise ValueError("a-secret-word")
    made_in = os.getpid()
    def app(environ, start):
        if environ["PATH_INFO"].startswith("/fails"):
            raise ValueError("a-secret-word")
        start("200 OK", [("Content-Type", "application/json")])
        told = {name: environ.get(name) for name in ("wsgi.url_scheme", "REMOTE_ADDR")}
        return [json.dumps({**told, "made_in": made_in, "answered_in": os.getpid()}).encode()]
    return app

server.create_app = create_app
from reprisals.cli.main import main
main()
"""
CLOSED = """
import ctypes, os, resource
from reprisals.cli.closing import close_process
close_process()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), resource.getrlimit(resource.RLIMIT_CORE), oct(os.umask(0)))
"""
CASE = "/cases/3f2504e0-4f89-11d3-9a0c-0305e82c3301/close"
CODE = "/invitation/Zq8xJv0mKf3sT1yLw9dRb2Hn5uPcAe7o"


@pytest.fixture
def port():
    """A port of the loopback that is free."""
    return free_port()


@pytest.fixture
def serve(start, rewrite, site, port):
    """Start a server and wait until it answers: `serve()`, or `serve(code=ECHO)`."""

    def serving(**how):
        listening = ServerSettings(port=port, workers=1)
        config = rewrite(
            server=listening, site=replace(site.settings.site, address=f"http://127.0.0.1:{port}")
        )
        process = start("serve", "--config", config, **how)
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and time.monotonic() < deadline:
            try:
                ask(port, "/healthy")
            except ConnectionError:
                time.sleep(0.1)
            else:
                break
        return process

    return serving


def ask(port, path, **headers):
    """Status and body of a page."""
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(
            "GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()}
        )
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def stop(process):
    """End a server as an operator would; what it said on both channels."""
    process.send_signal(signal.SIGTERM)
    return process.communicate(timeout=PATIENCE)


def test_the_site_is_served_until_it_is_told_to_stop(serve, port, tmp_path):
    process = serve(env={"HOME": str(tmp_path / "home")})

    with urllib.request.urlopen(f"http://127.0.0.1:{port}/") as page:
        shown = page.read().decode()
    said, complaint = stop(process)

    assert process.returncode == 0
    assert "<html" in shown
    assert f"Listening on http://127.0.0.1:{port}" in said
    assert complaint == ""
    assert not (tmp_path / "home").exists()
    with pytest.raises(ConnectionRefusedError):
        ask(port, "/")


def test_the_access_log_has_no_query_no_address_no_identifier_and_no_device(serve, port):
    process = serve(code=ECHO)
    ask(port, f"{CASE}?name=a-secret-word", Referer="http://a-secret-word/", User_Agent="a-secret-word")
    ask(port, CODE)
    said, complaint = stop(process)

    lines = [line.partition("] ")[2] for line in said.splitlines() if line.startswith("[")]
    assert {re.sub(r"\d+ \d+ms$", "", line) for line in lines} == {
        "GET /healthy 200 ",
        "GET /cases/*/close 200 ",
        "GET /invitation/* 200 ",
    }
    assert "a-secret-word" not in said + complaint
    assert "127.0.0.1" not in "".join(lines)


def test_a_failure_is_logged_by_kind_and_a_misshapen_request_not_at_all(serve, port):
    process = serve(code=ECHO)
    status, body = ask(port, "/fails/a-secret-word?a-secret-word")
    for line in (b"GET /a-secret-word HTTP/9.9", b"a-secret-word", b"GET / HTTP/1.1\r\na-secret-word"):
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as raw:
            raw.sendall(line + b"\r\n\r\n")
            assert b"400" in raw.recv(200)
    said, complaint = stop(process)

    assert status == 500
    assert "Failed: ValueError" in complaint
    assert complaint.count("A request was refused: it is not well formed.") == 3
    assert "Traceback" not in said + complaint
    assert "a-secret-word" not in re.sub(r"GET \S+", "", said) + complaint + body


def test_each_worker_makes_the_application_itself_and_believes_no_forwarded_header(serve, port):
    process = serve(code=ECHO)
    told = json.loads(ask(port, "/", X_Forwarded_For="10.9.8.7", X_Forwarded_Proto="https")[1])
    stop(process)

    assert told["made_in"] == told["answered_in"] != process.pid
    assert (told["wsgi.url_scheme"], told["REMOTE_ADDR"]) == ("http", "127.0.0.1")


def test_a_server_whose_application_does_not_start_ends_with_1(serve):
    process = serve(code=ECHO, env={"FAILS": "yes"})
    said, complaint = process.communicate(timeout=PATIENCE)

    assert process.returncode == 1
    assert "The server did not start, or a worker failed; the lines above say why." in complaint
    assert "a-secret-word" not in said + complaint
    assert "Traceback" not in complaint


def test_a_process_leaves_no_core_and_writes_for_its_owner_alone(start):
    closed = start(code=CLOSED)
    said, _complaint = closed.communicate(timeout=PATIENCE)

    assert said == "0 (0, 0) 0o77\n"


def test_a_port_in_use_is_told_before_anything_is_made(run, config, port, tmp_path):
    with socket.create_server(("127.0.0.1", port)):
        refused = run("demo", "--dir", tmp_path / "demo", "--port", port)

    assert refused.exit_code == 1
    assert refused.stderr == f"Nothing can listen on 127.0.0.1:{port}: Address already in use.\n"
    assert not (tmp_path / "demo").exists()


def test_a_host_that_does_not_exist_is_told(port):
    with pytest.raises(Refused, match="no such address"):
        check_port("no-such-host.invalid", port)


def test_a_database_of_another_version_is_not_served(run, config, migrated):
    with migrated.engine.execution_options(writing=True).begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))

    refused = run("serve", "--config", config)

    assert (refused.exit_code, "run `reprisals upgrade`" in refused.stderr) == (1, True)


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/", "/"),
        ("/sign-in", "/sign-in"),
        ("/static/style.css", "/static/style.css"),
        (CASE, "/cases/*/close"),
        (CASE.upper(), "/CASES/*/CLOSE"),
        (CASE.replace("-", ""), "/cases/*/close"),
        (CODE, "/invitation/*"),
        ("/a name", "/*"),
        ("/اسم", "/*"),
        ("/a\nb", "/*"),
    ],
)
def test_a_path_is_logged_without_what_could_name_anybody(path, shown):
    assert shown_path(path) == shown


@pytest.mark.parametrize(("proxies", "address"), [(0, "10.0.0.1"), (1, "10.9.8.2"), (2, "10.9.8.1")])
def test_as_many_proxies_are_believed_as_the_configuration_says(site, monkeypatch, proxies, address):
    def echo(environ, _start):
        return [environ["REMOTE_ADDR"].encode()]

    monkeypatch.setattr(server, "create_app", lambda _settings: echo)
    settings = replace(site.settings, site=replace(site.settings.site, trusted_proxies=proxies))
    environ = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "10.9.8.1, 10.9.8.2"}

    assert Server(settings).load()(environ, None) == [address.encode()]


def test_what_a_worker_has_loaded_is_not_looked_through_again_while_it_serves(site, monkeypatch):
    monkeypatch.setattr(server, "create_app", lambda _settings: lambda _environ, _start: [])
    gc.unfreeze()

    Server(site.settings).load()
    frozen = gc.get_freeze_count()
    gc.unfreeze()

    assert frozen > 10_000


@pytest.mark.parametrize(
    ("address", "host", "proxies", "is_warned"),
    [
        ("https://reprisals.example", "127.0.0.1", 0, True),
        ("https://reprisals.example", "::1", 0, True),
        ("https://reprisals.example", "127.0.0.1", 1, False),
        ("https://reprisals.example", "0.0.0.0", 0, False),  # noqa: S104
        ("http://127.0.0.1:8000", "127.0.0.1", 0, False),
    ],
)
def test_serving_behind_a_proxy_that_is_not_counted_is_warned_of(
    run, rewrite, site, monkeypatch, address, host, proxies, is_warned
):
    monkeypatch.setattr(serving, "run_server", lambda _settings: None)
    place = replace(site.settings.site, address=address, trusted_proxies=proxies)

    served = run("serve", "--config", rewrite(site=place, server=ServerSettings(host=host)))

    assert served.exit_code == 0
    assert ("site.trusted_proxies is 0" in served.stderr) is is_warned


def test_the_environment_changes_nothing_that_matters(site, monkeypatch):
    for name, value in {
        "WEB_CONCURRENCY": "9",
        "FORWARDED_ALLOW_IPS": "*",
        "GUNICORN_CMD_ARGS": "--preload",
    }.items():
        monkeypatch.setenv(name, value)
    listening = replace(
        site.settings, server=ServerSettings(host="127.0.0.1", port=8123, workers=3, threads=5)
    )
    made = Server(listening).cfg

    assert (made.workers, made.threads, made.worker_class) == (3, 5, PatientWorker)
    assert made.bind == ["127.0.0.1:8123"]
    assert made.forwarded_allow_ips == []
    assert made.secure_scheme_headers == {}
    assert not made.preload_app
    assert made.control_socket_disable
    assert set(gunicorn_settings(listening)) <= set(made.settings)
