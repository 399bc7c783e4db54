"""A worker that waits for nobody for ever: neither for a request that does not come, nor for one that trickles in.

A thread is taken only once something has come. What then takes too long counts as broken off, and the connection is closed.
"""

import time
from functools import partial
from selectors import EVENT_READ
from typing import Any

from gunicorn.http.errors import NoMoreData  # type: ignore[import-untyped]
from gunicorn.http.unreader import SocketUnreader  # type: ignore[import-untyped]
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]

SILENT_SECONDS = 5.0
"""How long a new connection may say nothing. It holds no thread meanwhile."""

READ_SECONDS = 15.0
"""How long a request may pause."""

REQUEST_SECONDS = 60.0
"""How long a request may take to arrive, headers and body together, and an answer to be taken."""


class PatientReader(SocketUnreader):  # type: ignore[misc]
    """Reads from a socket, for as long as a request may take. Raises NoMoreData where it takes longer."""

    def __init__(self, sock: Any) -> None:
        super().__init__(sock)
        self.begin()

    def begin(self) -> None:
        """The next request begins now."""
        self.deadline = time.monotonic() + REQUEST_SECONDS

    def chunk(self, size_hint: int | None = None) -> bytes:
        """What comes next. Nothing at the end of the connection."""
        given, left = self.sock.gettimeout(), self.deadline - time.monotonic()
        if left <= 0:
            raise NoMoreData
        self.sock.settimeout(min(left, READ_SECONDS, REQUEST_SECONDS if given is None else given))
        try:
            read: bytes = super().chunk(size_hint)
        except TimeoutError:
            raise NoMoreData from None
        finally:
            self.sock.settimeout(given)
        return read


class PatientWorker(ThreadWorker):  # type: ignore[misc]
    """gunicorn's worker with threads, none of which can be held by somebody who sends little or nothing."""

    def enqueue_req(self, conn: Any) -> None:
        """Give a connection to a thread. A new one waits for its first byte where all idle ones do."""
        if conn.initialized or conn.data_ready:
            super().enqueue_req(conn)
            return
        conn.sock.setblocking(False)
        conn.timeout = time.monotonic() + SILENT_SECONDS
        self.pending_conns.append(conn)
        self.poller.register(conn.sock, EVENT_READ, partial(self.on_pending_socket_readable, conn))

    def handle(self, conn: Any) -> Any:
        """Read and answer one request, in a thread."""
        conn.init()
        if not isinstance(conn.parser.unreader, PatientReader):
            conn.parser.unreader = PatientReader(conn.sock)
        conn.parser.unreader.begin()
        return super().handle(conn)

    def handle_request(self, req: Any, conn: Any) -> Any:
        """Answer a request. Whoever does not take the answer is given up, too."""
        conn.sock.settimeout(REQUEST_SECONDS)
        return super().handle_request(req, conn)
