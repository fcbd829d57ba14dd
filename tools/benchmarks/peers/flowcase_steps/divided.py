"""Where the time of a bare step goes: the engine, statements in the database, the commit, and the rest.

What is timed is called a dozen times a step, so that looking at the clock is no part of what is told. What
is left over is Python: services, store, and the drivers' way to the database.
"""

from __future__ import annotations

import contextlib
import functools
import sqlite3
import time
from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import event

from flowcase import engine
from flowcase.bootstrap import Flowcase
from flowcase.store import pipeline, tx

ENGINE, STATEMENTS, COMMIT = "engine", "statements", "commit"


class Spent:
    """Seconds by part, since it was last taken."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys((ENGINE, STATEMENTS, COMMIT), 0.0)
        self._is_inside = False

    def take(self) -> dict[str, float]:
        taken = dict(self._seconds)
        self._seconds = dict.fromkeys(taken, 0.0)
        return taken

    def on(self, part: str, act: Callable[..., Any]) -> Callable[..., Any]:
        """The same, with its time on that part; what it calls itself is not counted twice."""

        @functools.wraps(act)
        def timed(*args: Any, **named: Any) -> Any:
            if self._is_inside:
                return act(*args, **named)
            self._is_inside, began = True, time.perf_counter()
            try:
                return act(*args, **named)
            finally:
                self._seconds[part] += time.perf_counter() - began
                self._is_inside = False

        return timed


@contextlib.contextmanager
def looking_on(flow: Flowcase) -> Iterator[Spent]:
    """On PostgreSQL the commit travels with the last statements, and both are one part."""
    spent = Spent()
    with contextlib.ExitStack() as stack:

        def replace(place: Any, name: str, part: str) -> None:
            before = getattr(place, name)
            setattr(place, name, spent.on(part, before))
            stack.callback(setattr, place, name, before)

        replace(engine, "advance", ENGINE)
        replace(tx, "_state_bytes", ENGINE)
        if flow.store.is_sqlite:
            _watch_sqlite(flow, spent)
        else:
            replace(pipeline.Conversation, "say", STATEMENTS)
            replace(pipeline.Conversation, "answers", STATEMENTS)
        yield spent


def _watch_sqlite(flow: Flowcase, spent: Spent) -> None:
    class Cursor(sqlite3.Cursor):
        execute = spent.on(STATEMENTS, sqlite3.Cursor.execute)
        executemany = spent.on(STATEMENTS, sqlite3.Cursor.executemany)
        fetchall = spent.on(STATEMENTS, sqlite3.Cursor.fetchall)

    class Connection(sqlite3.Connection):
        execute = spent.on(STATEMENTS, sqlite3.Connection.execute)
        commit = spent.on(COMMIT, sqlite3.Connection.commit)

        def cursor(self, factory: Any = Cursor) -> Any:
            return super().cursor(factory)

    @event.listens_for(flow.store.working, "do_connect")
    def connect(dialect: Any, record: Any, arguments: Any, named: dict[str, Any]) -> None:
        named["factory"] = Connection

    flow.store.give_back()
    flow.store.working.dispose()  # those that are there are of the driver's own kind
