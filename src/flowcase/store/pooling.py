"""Whether a pooler between us and PostgreSQL hands its sessions around, and what it does to them."""

from __future__ import annotations

import contextlib
import enum
from typing import Any

import psycopg
from sqlalchemy import Engine

from flowcase.store.faults import DatabaseLost, translated

_WHOSE = "SELECT pg_backend_pid()"


class Pooling(enum.StrEnum):
    OWN_SESSIONS = "own sessions"  # each connection has one, by a pooler or not
    KEPT_APART = "kept apart"  # a session for each transaction; prepared statements follow the connection
    MIXED_UP = "mixed up"  # the same, and they stay where they were made


def pooling(engine: Engine) -> Pooling:
    """Ask by one connection, let another one take the session if it is free, and ask by the first again.

    Raises DatabaseLost.
    """
    if engine.dialect.name != "postgresql":
        return Pooling.OWN_SESSIONS
    try:
        with translated(), contextlib.ExitStack() as stack:
            first, second = (_aside(stack, engine) for _ in range(2))
            before = _asked(first)
            with second.transaction():
                second.execute(_WHOSE)
                after = _asked(first)
    except (psycopg.errors.InvalidSqlStatementName, psycopg.errors.DuplicatePreparedStatement):
        return Pooling.MIXED_UP
    except psycopg.OperationalError as error:  # past SQLAlchemy
        raise DatabaseLost from error
    return Pooling.OWN_SESSIONS if before == after else Pooling.KEPT_APART


def _asked(connection: psycopg.Connection[Any]) -> Any:
    return connection.execute(_WHOSE, prepare=True).fetchone()


def _aside(stack: contextlib.ExitStack, engine: Engine) -> psycopg.Connection[Any]:
    """A connection that goes back to no pool of ours, outside of any transaction."""
    connection = stack.enter_context(engine.connect())
    driver: Any = connection.connection.driver_connection
    connection.detach()
    driver.autocommit = True
    return driver
