"""A port for a server that a test starts as a program of its own, which cannot be given an open socket."""

from __future__ import annotations

import random
import socket

# Below those that the system gives to whoever connects (from 32768 on): a port that was free there may belong
# to a connection of another test before the server has started, or to one that was led to itself while the
# server was away.
_RANGE = range(15_000, 32_000)


def free_port() -> int:
    """One of 127.0.0.1 that nobody listens at."""
    for port in random.sample(_RANGE, 100):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError("Expected a free port of 127.0.0.1, but a hundred were taken.")
