"""The server of these tests lets go of everything when a browser leaves in the middle."""

import socket
import struct
import threading
from typing import Any
from urllib.parse import urlsplit

from tests.web.served import served

PIECE = b"the only piece"


class Answer:
    """An answer whose reader resets the connection between its last piece and its end."""

    def __init__(self, reader: socket.socket) -> None:
        self.reader = reader
        self.pieces = iter([PIECE])
        self.closed = threading.Event()

    def __iter__(self) -> "Answer":
        return self

    def __next__(self) -> bytes:
        for piece in self.pieces:
            return piece
        self.reader.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.reader.close()
        raise StopIteration

    def close(self) -> None:
        self.closed.set()


def test_an_answer_is_closed_though_its_reader_reset_the_connection() -> None:
    reader = socket.socket()
    answer = Answer(reader)

    def app(environ: dict[str, Any], start_response: Any) -> Answer:
        start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(PIECE)))])
        return answer

    with served(app) as address:
        where = urlsplit(address)
        reader.connect((where.hostname, where.port))
        reader.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")

        assert answer.closed.wait(20)
