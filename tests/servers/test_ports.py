"""The ports of the tests: nobody else takes one before its server does."""

import socket

import pytest

from tests.servers.ports import LOOPBACK, free_port

LOOKS = 50


def test_a_free_port_can_be_listened_on_at_once_and_again():
    port = free_port()

    for _start in range(2):
        with socket.socket() as server:
            server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            server.bind((LOOPBACK, port))
            server.listen()
            with socket.create_connection((LOOPBACK, port)) as caller:
                met, _address = server.accept()
                met.close()
                caller.close()


def test_nobody_who_does_not_ask_for_this_very_port_is_given_it():
    port = free_port()

    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind((LOOPBACK, port))


def test_no_port_is_drawn_twice():
    ports = [free_port() for _look in range(LOOKS)]

    assert len(set(ports)) == LOOKS
