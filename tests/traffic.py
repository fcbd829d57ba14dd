"""What goes over the wire to the database, seen where it leaves: by SQLite itself, and by libpq.

Statements are counted as the database executes them, and round trips as the times that the client says it
waits for an answer (Sync and Query of PostgreSQL's protocol). Nothing of our own is asked, so nothing can
be forgotten.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import event

from flowcase.store import Store

_WITHOUT_TIME = 1  # PQTRACE_SUPPRESS_TIMESTAMPS


@dataclass
class Traffic:
    statements: list[str] = field(default_factory=list)  # without BEGIN, COMMIT and ROLLBACK
    round_trips: int = 0  # of PostgreSQL; SQLite has none

    def __str__(self) -> str:
        return "\n".join(statement[:100] for statement in self.statements)


@contextmanager
def traffic(store: Store) -> Iterator[Traffic]:
    """What is sent meanwhile; complete when the block is left."""
    seen = Traffic()
    with ExitStack() as stack:
        for engine in (store.engine, store.plain):
            stack.enter_context((_of_sqlite if store.is_sqlite else _of_postgresql)(engine, seen))
        store.give_back()  # a writer's connection is seen when it is taken out of the pool
        stack.callback(store.give_back)
        yield seen


@contextmanager
def _of_sqlite(engine: Any, seen: Traffic) -> Iterator[None]:
    def note(statement: str) -> None:
        words = " ".join(statement.split())
        if statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "--")):
            return
        # What a trigger does inside a statement is told as that statement, values and all, once more.
        if words.startswith("UPDATE") and seen.statements[-1:] == [words]:
            return
        seen.statements.append(words)

    def begin(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(note)

    def end(connection: Any, *_: Any) -> None:
        connection.set_trace_callback(None)

    with _between(engine, begin, end):
        yield


@contextmanager
def _of_postgresql(engine: Any, seen: Traffic) -> Iterator[None]:
    with tempfile.NamedTemporaryFile("r", encoding="utf-8", errors="replace") as log:

        def begin(connection: Any, *_: Any) -> None:
            connection.pgconn.trace(log.fileno())
            connection.pgconn.set_trace_flags(_WITHOUT_TIME)

        def end(connection: Any, *_: Any) -> None:
            if connection is not None and not connection.closed:
                connection.pgconn.untrace()

        with _between(engine, begin, end):
            yield
        log.seek(0)
        _read(log.read().splitlines(), seen)


def _read(lines: list[str], seen: Traffic) -> None:
    texts: dict[str, str] = {}
    prepared = ""
    for line in lines:
        sender, _, message = line.partition("\t")
        if sender != "F":
            continue
        kind, quoted = message.partition("\t")[2], message.split('"')
        if kind.startswith(("Sync", "Query")):
            seen.round_trips += 1
        if kind.startswith("Parse"):
            texts[quoted[1]] = quoted[3] if len(quoted) > 3 else ""
        elif kind.startswith("Bind"):
            prepared = quoted[3] if len(quoted) > 3 else ""
        elif kind.startswith("Execute"):
            _note(texts.get(prepared, prepared), seen)
        elif kind.startswith("Query"):
            _note(quoted[1], seen)


def _note(statement: str, seen: Traffic) -> None:
    if not statement.upper().startswith(("BEGIN", "COMMIT", "ROLLBACK")):
        seen.statements.append(" ".join(statement.split()))


@contextmanager
def _between(engine: Any, begin: Any, end: Any) -> Iterator[None]:
    event.listen(engine, "checkout", begin)
    event.listen(engine, "checkin", end)
    try:
        yield
    finally:
        event.remove(engine, "checkout", begin)
        event.remove(engine, "checkin", end)
