"""gunicorn around the application: one process, several threads."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.workers import gthread

# A connection that says nothing holds a thread for this long before it waits elsewhere. With gunicorn's own
# five seconds a few dozen of them keep everybody else out.
gthread.DEFAULT_WORKER_DATA_TIMEOUT = 0.05


class _Server(BaseApplication):
    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make, self._options = make, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        application = self._make()
        # What is there now stays: looking through it again and again for garbage would hold up requests.
        gc.collect()
        gc.freeze()
        return application


class _Worker(gthread.ThreadWorker):
    """Refuses new connections as soon as it is told to stop, while it finishes what it has begun.

    gunicorn's own (27.0.1) holds its port until the last request has ended: whoever came meanwhile waited for
    up to twenty seconds and was cut off, where a proxy would have asked another process at once.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listening in self.sockets:
                listening.close()


def run(make: Callable[[], Flask], *, host: str, port: int, threads: int) -> None:
    """Serve until told to stop; SIGTERM lets open requests finish. `make` runs in the worker process."""
    _Server(
        make,
        {
            "bind": f"{host}:{port}",
            "workers": 1,
            "threads": threads,
            "worker_class": _Worker,
            "graceful_timeout": 20,
            "timeout": 60,
            "keepalive": 15,  # seconds: somebody who clicks on has no new connection to wait for
            "accesslog": None,  # addresses can name cases; the history is the log of who looked
            "loglevel": "warning",
            "proc_name": "flowcase",
        },
    ).run()
