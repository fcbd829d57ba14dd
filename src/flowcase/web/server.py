"""gunicorn around the application: one process, several threads."""

from __future__ import annotations

import atexit
import contextlib
import gc
import os
import re
import selectors
import socket
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication
from gunicorn.errors import AppImportError
from gunicorn.workers import gthread

from flowcase.errors import FlowcaseError

# What is left of a body that nobody read is waited for this long; gunicorn's own five seconds hold a thread.
gthread.DEFAULT_WORKER_DATA_TIMEOUT = 0.05
# A balancer's question whether this process is well: it has threads of its own, whatever holds the others.
_asks_for_health = re.compile(rb"(GET|HEAD) /sund[ /?].*?\r\n\r\n", re.DOTALL).match  # said to its end
_HEALTH_THREADS, _LONGEST_HEAD = 2, 4096


class _Server(BaseApplication):
    def __init__(self, make: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._make, self._options = make, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        try:
            application = self._make()
        except FlowcaseError as error:  # such as a database that is away: its sentence and no traceback
            raise AppImportError(str(error)) from error
        # What is there now stays: looking through it again and again for garbage would hold up requests.
        gc.collect()
        gc.freeze()
        return application


class _Worker(gthread.ThreadWorker):
    """Refuses new connections as soon as it is told to stop, while it finishes what it has begun.

    gunicorn's own (27.0.1) holds its port until the last request has ended: whoever came meanwhile waited for
    up to twenty seconds and was cut off, where a proxy would have asked another process at once. It also
    waits for its whole `keepalive` for connections that have said nothing, as a browser's that it may need
    later, and for its whole `graceful_timeout` for one that stopped in the middle of a head.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._incomplete: set[gthread.TConn] = set()  # a thread reads a request's head there
        self._incomplete_lock = threading.Lock()
        self._quiet_until: float | None = None  # monotonic: when who has not sent a whole head is let go

    def set_accept_enabled(self, enabled: bool) -> None:
        super().set_accept_enabled(enabled)
        if not self.alive:
            for listening in self.sockets:
                listening.close()

    def init_process(self) -> None:
        self._aside = ThreadPoolExecutor(_HEALTH_THREADS, "health")
        super().init_process()

    def enqueue_req(self, conn: gthread.TConn) -> None:
        """Give the connection a thread once something is said over it; one that says nothing holds none."""
        if not conn.initialized and not conn.data_ready:
            conn.sock.setblocking(False)
            conn.timeout = time.monotonic() + self.cfg.keepalive
            self.pending_conns.append(conn)
            spoken = partial(self.on_pending_socket_readable, conn)
            self.poller.register(conn.sock, selectors.EVENT_READ, spoken)
            return
        threads = self._aside if _asks_for_health(_first_said(conn.sock)) else self.tpool
        threads.submit(self.handle, conn).add_done_callback(
            lambda done: self.method_queue.defer(self.finish_request, conn, done)
        )

    def handle(self, conn: gthread.TConn) -> Any:
        with self._incomplete_lock:
            self._incomplete.add(conn)
        try:
            return super().handle(conn)
        finally:
            self._is_complete(conn)

    def handle_request(self, req: Any, conn: gthread.TConn) -> Any:
        self._is_complete(conn)
        return super().handle_request(req, conn)

    def _is_complete(self, conn: gthread.TConn) -> None:
        with self._incomplete_lock:
            self._incomplete.discard(conn)

    def murder_pending(self) -> None:
        """Called at each turn of the loop, also while it waits for the last requests."""
        if not self.alive:
            now = time.monotonic()
            self._quiet_until = self._quiet_until or now + gthread.STOP_KEEPALIVE_LINGER
            for conn in self.pending_conns:
                conn.timeout = min(conn.timeout, self._quiet_until)
            if now >= self._quiet_until:
                self._let_go_of_incomplete()
        super().murder_pending()

    def _let_go_of_incomplete(self) -> None:
        """Whoever reads there finds the end of it."""
        with self._incomplete_lock:
            for conn in self._incomplete:
                with contextlib.suppress(OSError):
                    conn.sock.shutdown(socket.SHUT_RD)


def _first_said(sock: socket.socket) -> bytes:
    """What a request begins with, left where it is; nothing when it is not there."""
    try:
        return sock.recv(_LONGEST_HEAD, socket.MSG_PEEK | socket.MSG_DONTWAIT)
    except OSError:  # nothing yet, or the other side is gone: who reads it finds out
        return b""


def run(make: Callable[[], Flask], *, host: str, port: int, threads: int) -> None:
    """Serve until told to stop; SIGTERM lets open requests finish. `make` runs in the worker process."""
    server = _Server(
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
            # gunicorn's own would lie in the user's home, where web processes beside each other meet.
            "control_socket_disable": True,
        },
    )
    try:
        server.run()
    except SystemExit as ended:  # of the process that minds the other, and of the one that serves
        _leave(ended.code)


def _leave(code: Any) -> None:
    """End at once.

    The interpreter would wait for the threads of requests that had their twenty seconds, and then take apart
    all that it holds: on a machine with ten times as much to do as it can that took nine seconds, twice.
    """
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
