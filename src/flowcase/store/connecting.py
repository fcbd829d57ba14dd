"""Connections to the database, SQLite (WAL) or PostgreSQL: how they are made, set up and kept."""

from __future__ import annotations

import contextlib
import os
import socket
import sqlite3
from typing import Any

import psycopg
from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError

from flowcase.store.columns import read_json
from flowcase.store.database_file import DatabaseFile
from flowcase.store.faults import DatabaseUnknown
from flowcase.store.wire import STANDBY

BUSY_SECONDS = 30  # how long a writer waits for another one before it gives up
READ_ONLY = "flowcase_read_only"  # an option of SQLite's connections: their transactions wait for no writer
# What we ask takes a millisecond or two: starting helpers or a compiler for it takes several. A process that
# was stopped in the middle of a transaction gives its locks back after a minute. One whose machine or network
# has gone gives them back after twenty seconds, before those who wait for them give up (`lock_timeout`).
_SESSION = (
    "-c timezone=UTC -c lock_timeout=30000 -c idle_in_transaction_session_timeout=60000 -c jit=off "
    "-c max_parallel_workers_per_gather=0 -c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 "
    "-c tcp_keepalives_count=2 -c tcp_user_timeout=20000"
)
# A server that vanished without a word, as a machine does that lost its power, is noticed after half a
# minute; the operating system alone would take a quarter of an hour. The URL's own values win.
_CONNECTION = {
    "connect_timeout": 10,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
# SQLite: compiled statements of a connection (the driver keeps 128 by itself: pages ask more different ones),
# and pages of four kilobytes in the write-ahead log before they are copied into the database's own file.
_STATEMENTS_KEPT, _PAGES_IN_LOG = 1000, 4000
_CACHE_KILOBYTES = 8000  # of a connection to SQLite, at the most


def database_url(url: str) -> URL:
    """`postgresql://` means psycopg 3; a path or `sqlite:///` means a file. Raises DatabaseUnknown."""
    try:
        parsed = make_url(url if "://" in url else f"sqlite:///{url}")
    except (ArgumentError, ValueError):  # either says the address itself, which may hold a password
        raise DatabaseUnknown("it cannot be read") from None
    if parsed.get_backend_name() not in ("postgresql", "postgres", "sqlite"):
        raise DatabaseUnknown(f"it begins with {parsed.drivername}:")
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed


def engine_of(
    url: URL,
    *,
    durable: bool,
    statement_seconds: int = 0,
    pool_size: int = 10,
    file: DatabaseFile | None = None,
    **options: Any,
) -> Engine:
    """`file` is told of SQLite's connections."""
    if url.get_backend_name() == "sqlite":
        engine = _sqlite(url, durable=durable, pool_size=pool_size, **options)
        if file is not None:
            file.watch(engine)
        return engine
    session = f"{_SESSION} -c statement_timeout={statement_seconds * 1000}"
    engine = create_engine(
        url,
        pool_size=pool_size,
        max_overflow=20,
        pool_recycle=1800,
        pool_use_lifo=True,  # the one whose statements and pages were used last
        pool_reset_on_return=None,  # `_given_back` does it
        json_deserializer=read_json,
        connect_args={
            **{name: value for name, value in _CONNECTION.items() if name not in url.query},
            "options": session,
            "prepare_threshold": 3,
        },
        **options,
    )
    engine.hide_parameters = True  # values of rows are in no error, and so in no traceback at a terminal

    @event.listens_for(engine, "handle_error")
    def leave_standby(context: Any) -> None:
        # Who tries again connects anew: by then the address may lead to the server that takes writes.
        if getattr(context.original_exception, "sqlstate", None) == STANDBY:
            context.is_disconnect = True

    event.listen(engine, "reset", _given_back)

    if not durable:

        @event.listens_for(engine, "connect")
        def relax(connection: Any, _: Any) -> None:
            with connection.cursor() as cursor:
                cursor.execute("SET synchronous_commit = off")
            connection.commit()

    return engine


def _given_back(driver: Any, record: Any, _: Any) -> None:
    """Roll back what was begun on a connection to PostgreSQL that goes back to its pool.

    SQLAlchemy's own way logs a traceback of each connection that is found broken here: it is thrown away, and
    that connections broke is said by who watches them. One that was taken out of the pool has no record any
    more: it is closed whatever comes of this.
    """
    if driver.pgconn.transaction_status == TransactionStatus.IDLE:
        return
    try:
        driver.rollback()
    except psycopg.OperationalError as error:
        if record is not None:
            record.invalidate(error)
        return
    if record is not None:
        record.info.clear()  # psycopg has had the server forget all that was prepared


def _sqlite(url: URL, *, durable: bool, pool_size: int, **options: Any) -> Engine:
    engine = create_engine(
        url,
        connect_args={"timeout": BUSY_SECONDS, "cached_statements": _STATEMENTS_KEPT},
        pool_size=pool_size,
        pool_use_lifo=True,  # the one whose statements and pages were used last
        max_overflow=40,
        json_deserializer=read_json,
        **options,
    )
    engine.hide_parameters = True  # as on PostgreSQL

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        # The driver's own BEGIN is a deferred one and comes too late; ours is sent below.
        connection.isolation_level = None
        cursor = connection.cursor()
        # Readers see the last commit and never wait for the writer; the writer never waits for readers.
        cursor.execute("PRAGMA journal_mode = WAL")
        # An acknowledged commit survives a power cut; NORMAL would lose the last ones in WAL mode.
        cursor.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        # What is written again and again is copied out of the log seldom; the log holds it all the same.
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_PAGES_IN_LOG}")
        # A page among a million user tasks reads more than the two megabytes that SQLite keeps by itself.
        cursor.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
        # Off by default in SQLite, for every connection anew.
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_SECONDS * 1000}")
        # What is deleted is overwritten, so that erased data are not found in free pages.
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that reads first and writes later would fail with "database is locked" when
        # another one wrote in between, and waiting could not cure it. IMMEDIATE takes the write lock
        # first, so that waiting is all that ever happens.
        chosen = {**options, **connection.get_execution_options()}
        if chosen.get("isolation_level") == "AUTOCOMMIT":
            return
        begun(connection, "BEGIN" if chosen.get(READ_ONLY) else "BEGIN IMMEDIATE")

    return engine


def cut(driver: Any) -> None:
    """End a connection to PostgreSQL under who waits for it: that is told that it is lost."""
    with contextlib.suppress(psycopg.Error, OSError), socket.socket(fileno=os.dup(driver.fileno())) as same:
        same.shutdown(socket.SHUT_RDWR)


def begun(connection: Connection, statement: str) -> Any:
    """SQLite's own connection, on which a transaction has begun, now at the latest.

    Past SQLAlchemy, whose way around it takes longer than SQLite's own.
    """
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        try:
            driver.execute(statement)
        except sqlite3.Error as error:
            raise _told(statement, error) from error
    return driver


def commit(connection: Connection) -> None:
    """Keep what was written, whoever began the transaction: SQLAlchemy does so for a statement of its own."""
    if connection.in_transaction():
        connection.commit()
        return
    try:
        connection.dialect.do_commit(connection.connection)
    except sqlite3.Error as error:
        raise _told("COMMIT", error) from error


def _told(statement: str, error: sqlite3.Error) -> Any:
    """What SQLite refuses, as SQLAlchemy tells it."""
    return DBAPIError.instance(statement, None, error, sqlite3.Error)
