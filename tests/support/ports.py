"""Ports for programs that must be told one: below those that systems give to whoever asks for any."""

import secrets
import socket
from contextlib import suppress

_FIRST, _LAST = 20_000, 30_000


def free_port():
    """Return a port that nobody listens at, nor gets by chance before the caller does."""
    while True:
        port = _FIRST + secrets.randbelow(_LAST - _FIRST)  # a seed would give the tests of all processes the same one
        with suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
