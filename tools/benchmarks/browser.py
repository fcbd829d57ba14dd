"""What a browser does, as far as the server notices: requests with their cookie, without a network."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

AGENT = "bench"


class Browser:
    """Calls the application as its server does; the requests themselves cost next to nothing here."""

    def __init__(self, application: Any) -> None:
        self._application, self._cookie = application, ""
        self.status, self.location, self.body = 0, "", b""

    def get(self, address: str) -> Browser:
        return self._ask("GET", address, b"")

    def post(self, address: str, values: Mapping[str, str]) -> Browser:
        return self._ask("POST", address, urlencode(values).encode())

    @property
    def cookie(self) -> str:
        return self._cookie

    @property
    def csrf_token(self) -> str:
        return self.body.decode().split('name="csrf_token" value="', 1)[1].split('"', 1)[0]

    def _ask(self, method: str, address: str, sent: bytes) -> Browser:
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "HTTP_HOST": "localhost",
            "HTTP_USER_AGENT": AGENT,
            "HTTP_COOKIE": self._cookie,
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": "application/x-www-form-urlencoded" if sent else "",
            "CONTENT_LENGTH": str(len(sent)),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(sent),
            "wsgi.errors": io.StringIO(),
            "wsgi.version": (1, 0),
            "wsgi.multithread": True,
            "wsgi.multiprocess": False,
            "wsgi.run_once": False,
        }
        answer = self._application(environ, self._heard)
        self.body = b"".join(answer)
        if hasattr(answer, "close"):
            answer.close()
        return self

    def _heard(self, status: str, headers: list[tuple[str, str]], *_: Any) -> None:
        self.status, self.location = int(status.split()[0]), ""
        for name, value in headers:
            if name == "Set-Cookie":
                self._cookie = value.split(";", 1)[0]
            elif name == "Location":
                self.location = value
