"""Ports for servers that tests start."""

import socket

LOOPBACK = "127.0.0.1"


def free_port() -> int:
    """A port of the loopback that stays free for its server: for a minute nobody else is given it.

    A line over it was just closed from the server's side, so the system gives the port to no one who asks for any port,
    while a server that asks for this one (and reuses addresses, as servers do) gets it.
    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((LOOPBACK, 0))
        listening.listen(1)
        with socket.create_connection(listening.getsockname()):
            closed_first, _caller = listening.accept()
            closed_first.close()
            return int(listening.getsockname()[1])
