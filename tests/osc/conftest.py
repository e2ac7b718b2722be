"""Fixtures of the OSC tests."""

import socket
from collections.abc import Iterator

import pytest


@pytest.fixture
def udp_hole() -> Iterator[int]:
    """A port where datagrams arrive and nobody ever answers."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        yield sock.getsockname()[1]
