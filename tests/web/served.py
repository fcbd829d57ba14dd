"""An application served on loopback, so that a browser can meet it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

_ANSWER = "flowcase.tests.answer"


@contextmanager
def served(app: Any) -> Iterator[str]:
    """The address of `app`, served by a thread of its own on a port that was free."""
    server = make_server("127.0.0.1", 0, _remembering(app), threaded=True, request_handler=_Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(WSGIRequestHandler):
    """Closes an answer also where the browser has gone.

    werkzeug reads what is left in the socket before it closes an answer. Where the browser reset the
    connection that reading fails, and the answer stays open, with the file that it is read from.
    """

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        answer = (environ or {}).pop(_ANSWER, None)
        if hasattr(answer, "close"):
            answer.close()


def _remembering(app: Any) -> Any:
    def call(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        environ[_ANSWER] = answer = app(environ, start_response)
        return answer

    return call
