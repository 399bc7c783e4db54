"""The web server: gunicorn inside this process, saying nothing in its logs that could name anybody."""

import gc
import os
import re
import socket
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]
from gunicorn.errors import AppImportError  # type: ignore[import-untyped]
from gunicorn.glogging import Logger  # type: ignore[import-untyped]
from werkzeug.middleware.proxy_fix import ProxyFix

from reprisals.app import create_app
from reprisals.cli.quiet import keep_quiet
from reprisals.cli.refusals import Refused, explain, name_failure
from reprisals.cli.waiting import PatientWorker
from reprisals.config import Settings
from reprisals.web.lifecycle import NOWHERE

ACCESS_LOG = "%(t)s %(m)s %(U)s %(s)s %(B)s %(M)sms"
LONGEST_SHOWN = 20
NOWHERE_SHOWN = "/*"
IN_MEMORY = Path("/dev/shm")  # noqa: S108 - only the heartbeat of the workers, in files without a name
GRACE_SECONDS = 20


class QuietLogger(Logger):  # type: ignore[misc]
    """Writes no query string, no client's address, no identifier; of a failure only its kind and place."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """What an access line is made of: nothing but these five."""
        known = super().atoms(resp, req, environ, request_time)
        path = NOWHERE_SHOWN if environ.get(NOWHERE) else shown_path(known["U"] or "")
        return {atom: known[atom] for atom in "tmsBM"} | {"U": path}

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """A warning. A request that could not be read is not repeated."""
        if str(msg).startswith("Invalid request"):
            msg, args = "A request was refused: it is not well formed.", ()
        super().warning(msg, *args, **kwargs)

    def exception(self, _msg: Any, *_args: Any, **_kwargs: Any) -> None:
        """A failure: its kind and where in the code, never its words, the address asked for, or a value."""
        self.error(f"Failed: {name_failure(sys.exception())}")


class Server(BaseApplication):  # type: ignore[misc]
    """gunicorn with the settings of the site. Each worker opens the database itself, after it was forked."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Set everything that matters here, whatever the environment says."""
        for name, value in gunicorn_settings(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The application, in a worker."""
        try:
            app = create_app(self.settings)
        except Exception as failure:  # noqa: BLE001 - told in one line, by the worker that could not start
            raise AppImportError(explain(failure)) from None
        gc.collect()
        gc.freeze()  # what is loaded now stays: to look through it again would hold a request up
        proxies = self.settings.site.trusted_proxies
        if proxies:
            return ProxyFix(app, x_for=proxies, x_proto=proxies, x_host=proxies)
        return app


def gunicorn_settings(settings: Settings) -> dict[str, Any]:
    """Every setting of gunicorn that differs from its default, or that the environment could change."""
    server = settings.server
    return {
        "bind": f"{server.host}:{server.port}",
        "workers": server.workers,
        "worker_class": PatientWorker,
        "threads": server.threads,
        "worker_tmp_dir": str(IN_MEMORY) if os.access(IN_MEMORY, os.W_OK) else None,
        "graceful_timeout": GRACE_SECONDS,
        "umask": 0o077,
        "control_socket_disable": True,
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "proxy_allow_ips": "",
        "logger_class": QuietLogger,
        "loglevel": "warning",
        "accesslog": "-",
        "errorlog": "-",
        "access_log_format": ACCESS_LOG,
        "when_ready": lambda _arbiter: click.echo(f"Listening on {settings.site.address}"),
    }


def run_server(settings: Settings) -> None:
    """Serve until told to stop (SIGTERM, SIGINT), and let requests under way end. Raises Refused."""
    check_port(settings.server.host, settings.server.port)
    keep_quiet()
    process = os.getpid()
    try:
        Server(settings).run()
    except SystemExit as end:
        if end.code and os.getpid() == process:  # a worker, forked below, ends here, too
            raise Refused("The server did not start, or a worker failed; the lines above say why.") from None
        raise


def check_port(host: str, port: int) -> None:
    """Raise Refused where nothing can listen on this address."""
    try:
        family, kind, _protocol, _name, place = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            trial.bind(place)
    except OSError as failure:
        reason = os.strerror(failure.errno) if failure.errno and failure.errno > 0 else "no such address"
        raise Refused(f"Nothing can listen on {host}:{port}: {reason}.") from None


def shown_path(path: str) -> str:
    """A path as the access log shows it: an identifier or a code in it becomes `*`."""
    return "/".join("*" if _may_name(segment) else segment for segment in path.split("/"))


def _may_name(segment: str) -> bool:
    if len(segment) >= LONGEST_SHOWN or not re.fullmatch(r"[A-Za-z0-9._-]*", segment):
        return True
    try:
        UUID(segment)
    except ValueError:
        return False
    return True
