"""A process's connections to PostgreSQL: cut where no answer comes, told of once when they break."""

from __future__ import annotations

import math
import threading
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import structlog

from flowcase.store.connecting import cut

ANSWER_SECONDS = 10.0  # how long the server has for an answer to a question that costs nothing
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

    def made(self, dialect: Any, _: Any, words: Any, options: Any) -> Any:
        """A connection of the driver's, known before anything is asked over it."""
        driver = dialect.connect(*words, **options)
        with self._lock:
            self._open.add(driver)
        return driver

    def broke(self, error: BaseException | None) -> None:
        """Say so, unless it was said a moment ago of others."""
        self._tell("connection to the database broke", because=type(error).__name__ if error else "unknown")

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Where what is done inside gets no answer, every connection is cut."""
        answered = threading.Event()

        def give_up() -> None:
            if not answered.wait(ANSWER_SECONDS):
                self._tell("database silent, all connections cut", seconds=round(ANSWER_SECONDS))
                self.cut_all()

        threading.Thread(target=give_up, name="silence", daemon=True).start()
        try:
            yield
        finally:
            answered.set()

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
