"""Bytes on the wire that two programs could read differently, against the server as it really runs."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flowcase import bootstrap
from flowcase.config import Config
from tests.ports import free_port


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    home = tmp_path_factory.mktemp("raw")
    bootstrap.upgrade(Config(home=home, is_durable=False))
    port = free_port()
    environment = {**os.environ, "FLOWCASE_HOME": str(home), "FLOWCASE_DURABLE": "0"}
    command = [sys.executable, "-m", "flowcase", "serve", "--port", str(port), "--threads", "4"]
    with Path(os.devnull).open("wb") as nothing:
        program = subprocess.Popen(command, env=environment, stdout=nothing, stderr=nothing)
        try:
            until = time.monotonic() + 240
            while True:
                try:
                    socket.create_connection(("127.0.0.1", port), 1).close()
                    break
                except OSError:
                    assert time.monotonic() < until, "the server did not start"
                    time.sleep(0.1)
            yield "127.0.0.1", port
        finally:
            program.terminate()
            program.wait(timeout=120)


def said(server: tuple[str, int], content: bytes, *, silent_seconds: float = 1.5) -> bytes:
    """All that comes back until the server closes, or is silent for a while."""
    with socket.create_connection(server, 10) as connection:
        answer = b""
        try:
            connection.sendall(content)  # a server that has read enough may close before it has all
            connection.settimeout(silent_seconds)
            while piece := connection.recv(65536):
                answer += piece
        except (TimeoutError, ConnectionError):
            pass
    return answer


CLOSING = (
    b"GET /sund HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"  # the server closes when it has answered
)
SECOND = b"GET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n"
HEAD = b"POST /underret HTTP/1.1\r\nHost: x\r\nContent-Type: text/plain\r\n"
SMUGGLED = {
    "length and chunks": HEAD
    + b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(SECOND))
    + SECOND,
    "two lengths": HEAD + b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(SECOND) + SECOND,
    "a length with a sign": HEAD + b"Content-Length: +%d\r\n\r\n" % len(SECOND) + SECOND,
    "a length below nothing": HEAD + b"Content-Length: -1\r\n\r\n" + SECOND,
    "a length in other digits": HEAD + "Content-Length: ٣\r\n\r\n".encode() + SECOND,
    "chunks, spelled oddly": HEAD + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks with a blank before the colon": HEAD + b"Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n" + SECOND,
    "chunks twice": HEAD
    + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n"
    + SECOND,
    "a chunk of a wrong size": HEAD
    + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nx\r\n"
    + SECOND,
    "a folded header": b"GET /sund HTTP/1.1\r\nHost: x\r\nX-A: 1\r\n Transfer-Encoding: chunked\r\n\r\n",
    "a header with NUL": b"GET /sund HTTP/1.1\r\nHost: x\r\nX-A: \0\r\n\r\n",
    "a header without a name": b"GET /sund HTTP/1.1\r\nHost: x\r\n: 1\r\n\r\n",
    "a thousand headers": b"GET /sund HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1\r\n" * 1000 + b"\r\n",
    "a header of a megabyte": b"GET /sund HTTP/1.1\r\nHost: x\r\nX-A: " + b"x" * 1_000_000 + b"\r\n\r\n",
    "an address of a megabyte": b"GET /" + b"x" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "a made-up version": b"GET /sund HTTP/9.9\r\nHost: x\r\n\r\n",
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
}


@pytest.mark.parametrize("attack", SMUGGLED)
def test_no_second_request_hides_in_the_first(server, attack):
    answer = said(server, SMUGGLED[attack])

    assert b"smuggled" not in answer
    assert b"404" not in answer.split(b"\r\n")[0]
    refused = not answer or answer.split(b" ")[1][:1] in (b"4", b"5")
    assert refused, answer[:200]
    assert b"Traceback" not in answer


def test_the_server_still_answers_after_all_that_and_says_little_of_itself(server):
    answer = said(server, CLOSING, silent_seconds=60)

    assert answer.startswith(b"HTTP/1.1 200 OK")
    assert b"Python" not in answer
    assert b"Werkzeug" not in answer


def test_connections_that_say_nothing_hold_up_nobody(server):
    waiting = [socket.create_connection(server, 5) for _ in range(40)]
    try:
        begun = time.monotonic()
        answer = said(server, CLOSING, silent_seconds=60)
        assert answer.startswith(b"HTTP/1.1 200 OK")
        assert time.monotonic() - begun < 10
    finally:
        for connection in waiting:
            connection.close()
