"""A process's connections to PostgreSQL: cut where no answer comes, told of once when they break."""

from __future__ import annotations

import contextlib
import math
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import structlog

from flowcase.store.connecting import cut

ANSWER_SECONDS = 10.0  # how long the server has for an answer to a question that costs nothing
DOUBT_SECONDS = 2.0  # after which is tried whether a new connection leads to it
TOGETHER_SECONDS = 60.0  # what breaks no later than this after another has its cause: a restart, a cable
REMIND_SECONDS = 300.0  # how often is said again what goes on
_DOING = "connects anew; what was under way is done again, nothing twice"

_log = structlog.get_logger(__name__)


class Connections:
    """Thread-safe; one per store, for all of its pools."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic, self._lock = monotonic, threading.Lock()
        self._open: weakref.WeakSet[Any] = weakref.WeakSet()  # the driver's
        self._told = self._met = -math.inf
        self._connect: Callable[[], Any] | None = None  # as the last connection was made
        self._is_in_doubt = self._leads_nowhere = False
        self._heard = 0  # how often the server has said anything to a question or to who connects
        self._trial: threading.Thread | None = None

    def made(self, dialect: Any, _: Any, words: Any, options: Any) -> Any:
        """A connection of the driver's, known before anything is asked over it."""

        def connect() -> Any:
            return dialect.connect(*words, **options)

        self._connect = connect
        driver = self._connected(connect)
        with self._lock:
            self._open.add(driver)
        return driver

    def lead_nowhere(self, *, wait_seconds: float = 0.0) -> bool:
        """Whether no question gets an answer and a new connection gets none either, as far as is known.

        While that is being tried, its outcome is waited for, for so long.
        """
        trial = self._trial
        if trial is not None:
            trial.join(wait_seconds)
        return self._leads_nowhere

    def broke(self, error: BaseException | None) -> None:
        """Say so, unless it was said a moment ago of others."""
        self._tell("connection to the database broke", because=type(error).__name__ if error else "unknown")

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Where what is done inside gets no answer, every connection is cut."""
        answered = threading.Event()

        def give_up() -> None:
            if answered.wait(DOUBT_SECONDS):
                return
            self._doubt()
            if not answered.wait(ANSWER_SECONDS - DOUBT_SECONDS):
                self._tell("database silent, all connections cut", seconds=round(ANSWER_SECONDS))
                self.cut_all()

        threading.Thread(target=give_up, name="silence", daemon=True).start()
        try:
            yield
            self._hear()
        finally:
            answered.set()

    def _doubt(self) -> None:
        """Try whether a new connection leads to the server, unless that is being tried."""
        with self._lock:
            self._is_in_doubt = True
            if self._connect is None or (self._trial is not None and self._trial.is_alive()):
                return
            self._trial = threading.Thread(target=self._try, args=(self._connect,), name="trial", daemon=True)
            self._trial.start()

    def _try(self, connect: Callable[[], Any]) -> None:
        with contextlib.suppress(psycopg.Error, OSError):
            self._connected(connect).close()

    def _connected(self, connect: Callable[[], Any]) -> Any:
        heard = self._heard
        try:
            driver = connect()
        except psycopg.errors.ConnectionTimeout:
            with self._lock:
                self._leads_nowhere = self._is_in_doubt and heard == self._heard
            raise
        except psycopg.Error:  # somebody is there who refuses
            self._hear()
            raise
        self._hear()
        return driver

    def _hear(self) -> None:
        with self._lock:
            self._heard += 1
            self._is_in_doubt = self._leads_nowhere = False

    def cut_all(self) -> None:
        with self._lock:
            connections = list(self._open)
        for each in connections:
            cut(each)

    def _tell(self, event: str, **words: Any) -> None:
        with self._lock:
            now, before = self._monotonic(), self._met
            self._met = now
            if now - before < TOGETHER_SECONDS and now - self._told < REMIND_SECONDS:
                return
            self._told = now
        _log.warning(event, **words, doing=_DOING)
