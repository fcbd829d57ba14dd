"""Whether the database answers, told within a moment: only a thread of its own ever waits for it."""

from __future__ import annotations

import threading
import time

from sqlalchemy import Engine

from flowcase.errors import FlowcaseError
from flowcase.store.connections import Connections
from flowcase.store.faults import DatabaseFault, DatabaseLost, DatabaseMissing, translated

WITHIN_SECONDS = 1.5  # how long an answer may take
FRESH_SECONDS = 1.0  # how long it holds for others who ask
SILENT = "the database does not answer"
GONE = "the database cannot be reached"
MISSING = "the file of the database is gone"
STANDS_BY = "the database takes no writes"
UNUSABLE = "the database refuses what it is asked"  # also one without its tables or the rights to them
_USABLE = "SELECT current_setting('transaction_read_only') FROM alembic_version"


class Pulse:
    """Asks over the connections that everybody uses, when somebody wants to know."""

    def __init__(self, engine: Engine, connections: Connections) -> None:
        self._engine, self._connections = engine, connections
        self._changed = threading.Condition()
        self._fault = ""
        self._answered_at: float | None = None
        self._asking_since: float | None = None

    def fault(self) -> str:
        """Empty when the database answers, else what is wrong. Takes WITHIN_SECONDS at the most."""
        with self._changed:
            now = time.monotonic()
            if self._answered_at is not None and now - self._answered_at < FRESH_SECONDS:
                return self._fault
            if self._asking_since is None:
                self._asking_since = now
                threading.Thread(target=self._find_out, name="pulse", daemon=True).start()
            left = self._asking_since + WITHIN_SECONDS - now
            if self._changed.wait_for(lambda: self._asking_since is None, max(left, 0)):
                return self._fault
            return SILENT

    def _find_out(self) -> None:
        fault = UNUSABLE
        try:
            fault = self._asked()
        finally:
            with self._changed:
                self._fault, self._answered_at, self._asking_since = fault, time.monotonic(), None
                self._changed.notify_all()

    def _asked(self) -> str:
        for _ in range(2):  # the first may go over a connection of before a restart
            try:
                with translated(), self._connections.in_time(), self._engine.connect() as connection:
                    if self._engine.dialect.name == "sqlite":
                        connection.exec_driver_sql("SELECT 1")
                        return ""
                    return STANDS_BY if connection.exec_driver_sql(_USABLE).scalar() == "on" else ""
            except DatabaseMissing:
                return MISSING
            except DatabaseLost:
                pass
            except (FlowcaseError, DatabaseFault):  # no connection is free, no memory, no such database
                return UNUSABLE
        return GONE
