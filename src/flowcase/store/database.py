"""The database, SQLite or PostgreSQL: the transactions on it, how they end, and its upkeep."""

from __future__ import annotations

import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from typing import Any, TypeVar

import psycopg
from sqlalchemy import Connection, event, select, text
from sqlalchemy.exc import DBAPIError

from flowcase.access.actor import SYSTEM, Actor
from flowcase.store import migrating, rights, tables, wire
from flowcase.store.connecting import BUSY_SECONDS, READ_ONLY, begun, commit, database_url, engine_of
from flowcase.store.connections import Connections
from flowcase.store.database_file import DatabaseFile, Files, opened_by
from flowcase.store.faults import DatabaseBusy, DatabaseLost, OutcomeUnknown, is_lost, translated
from flowcase.store.keys import Keyring
from flowcase.store.pulse import Pulse
from flowcase.store.rows import Answers
from flowcase.store.settled import Settled
from flowcase.store.tx import INSTALLATION, WORK_CHANNEL, Tx

_Result = TypeVar("_Result")
# Tables that hold keys, or what finds or tells somebody.
_WRITTEN_ANEW = ("stream", "record", "search_key", "user_task_draft", "message", "notice", "kept_answer")
OUTCOME_SECONDS = 60  # how long a server may be away before the outcome of a commit is given up
SILENT_SECONDS = 15.0  # after which a connection that listens is asked whether it still leads anywhere
TRIAL_SECONDS = 12.0  # at the most, until it is known whether a new connection leads anywhere
_IN_THE_FUTURE = "22023"  # pg_xact_status of a number that is not given away yet


class _SharedReading:
    """The reading transaction of one thread, begun when something is first read, at the moment of that."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._connection: Connection | None = None
        self._driver: Any = None  # SQLite's own connection, where a transaction has begun
        self.begun: Tx | None = None
        self._known: Answers | None = None

    def tx(self, now: dt.datetime) -> Tx:
        if self.begun is None:
            self._connection = connection = self._store._reader.connect()
            if self._store.is_sqlite:
                self._driver = begun(connection, "BEGIN")
            self.begun = self._store._tx(connection, SYSTEM, now, may_write=False)
            if self._known is not None:
                self.begun.remember(self._known)
        return self.begun

    def end(self, *, keeps_answers: bool = False) -> None:
        """`keeps_answers`: what was asked is not asked anew by the transaction that comes next."""
        tx, connection, driver = self.begun, self._connection, self._driver
        self.begun = self._connection = self._driver = None
        if not keeps_answers:
            self._known = None
        elif tx is not None:
            self._known = tx.answers
        with suppress(DBAPIError):  # a broken connection has nothing to end
            try:
                if tx is not None:
                    tx.__exit__(None)
                if driver is not None:
                    driver.rollback()
            finally:
                if connection is not None:
                    connection.close()


class Store:
    """Hands out transactions. Thread-safe; one per process."""

    def __init__(
        self, url: str, keyring: Keyring, *, durable: bool = True, statement_seconds: int = 0
    ) -> None:
        """`durable` False skips the disk sync at each commit: for throw-away databases only.

        `statement_seconds` is how long PostgreSQL works on one statement before it gives up; 0: no limit.
        """
        self.url = database_url(url)
        self.settled = Settled()
        self._file: DatabaseFile | None = None
        if self.url.get_backend_name() == "sqlite" and self.url.database:
            self._file = DatabaseFile(self.url.database, self._is_replaced)
        self.engine = engine_of(
            self.url, durable=durable, statement_seconds=statement_seconds, file=self._file
        )
        # Connections that begin no transaction by themselves: for polls, and on PostgreSQL for everything,
        # since there the BEGIN goes along with the first question (`wire`).
        self.plain = engine_of(
            self.url,
            durable=durable,
            statement_seconds=statement_seconds,
            file=self._file,
            isolation_level="AUTOCOMMIT",
        )
        self.working = self.engine if self.is_sqlite else self.plain
        self.keyring = keyring
        self._connections = connections = Connections()
        self.pulse = Pulse(self.plain, connections)
        self.gives_up_early = False
        for engine in (self.engine, self.plain):
            event.listen(engine, "invalidate", lambda *_: self.settled.doubt())
            if not self.is_sqlite:
                event.listen(engine, "invalidate", lambda _, __, error: connections.broke(error))
                event.listen(engine, "do_connect", connections.made)
        # Kind of event -> webhooks that are told; replaced as a whole by who looks it up from time to time.
        self.subscribers: Mapping[str, Sequence[str]] = {}
        # SQLite's own waiting for the write lock is a series of naps, unfair between threads; within
        # one process a plain lock hands over at once.
        self._writer = threading.Lock() if self.is_sqlite else None
        # On which who holds that lock writes, and the files that it opened.
        self._kept: tuple[Connection, Files | None] | None = None
        # Whether this thread has a writing transaction open, and the reading one that it shares.
        self._here = threading.local()
        self._reader = self.engine.execution_options(**{READ_ONLY: True}) if self.is_sqlite else self.plain

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def begin(
        self, actor: Actor, now: dt.datetime, request_id: str = "", *, beside: bool = False
    ) -> Iterator[Tx]:
        """A transaction that may write. Leaving the block commits; an exception rolls everything back.

        When the connection breaks during the commit, the database is asked how it ended: leaving the block
        without an exception always means committed. Raises DatabaseBusy and DatabaseLost (nothing was
        written, trying again is safe), DatabaseFull, DatabaseSlow, OutcomeUnknown, and RuntimeError for a
        second one inside: it would wait for the first.

        `beside`: it changes nothing that this request reads, whose readings before it still count.
        """
        if getattr(self._here, "is_writing", False):
            raise RuntimeError("Expected one writing transaction at a time in a thread.")
        self._read_anew(keeps_answers=beside)
        if self._writer is not None and not self._writer.acquire(timeout=BUSY_SECONDS):
            raise DatabaseBusy
        self._here.is_writing = True
        known = self.settled.written
        try:
            with translated(), self._to_write_on() as connection:
                if self.is_sqlite:
                    begun(connection, "BEGIN IMMEDIATE")
                with self._tx(connection, actor, now, request_id) as tx:
                    yield tx
                    try:
                        tx.finish()
                        if self._file is not None:
                            self._file.check(connection.info)
                        commit(connection)
                    except DBAPIError as error:
                        if tx.is_repeatable or not (tx.has_sent_commit and is_lost(error)):
                            raise
                        number = tx.transaction_number()
                        if number is None or not self._was_committed(number, tx.last_entry):
                            raise
                learned = tx.learned_candidate_sets
        finally:
            self._here.is_writing = False
            if self._writer is not None:
                self._writer.release()
            self._read_anew(keeps_answers=beside)
        known.candidate_sets |= learned

    @contextmanager
    def _to_write_on(self) -> Iterator[Connection]:
        """A connection for one writing transaction.

        SQLite's one writer of a process takes the one that the writer before it has committed on: to get it
        from the pool and to give it back takes longer than to write a row. What failed is given back, as is
        what no longer leads to the database's file.
        """
        if self._writer is None:
            with self.working.connect() as connection:
                yield connection
            return
        kept, self._kept = self._kept, None
        if kept is not None and self._is_astray(kept):
            kept[0].close()
            kept = None
        connection = self.working.connect() if kept is None else kept[0]
        try:
            yield connection
        except BaseException:
            connection.close()  # which rolls back
            raise
        self._kept = connection, None if self._file is None else opened_by(connection.info)

    def _to_read_on(self) -> Connection:
        kept = self._kept
        if kept is not None and self._is_astray(kept):
            self.give_back()  # a new connection beside it would meet what is left of its file
        return self._reader.connect()

    def _is_astray(self, kept: tuple[Connection, Files | None]) -> bool:
        """Whether it no longer leads to the file that has the database's name."""
        _, opened = kept
        return self._file is not None and opened is not None and not self._file.is_still(opened)

    @contextmanager
    def reading(self, now: dt.datetime, actor: Actor = SYSTEM) -> Iterator[Tx]:
        """A transaction for reading: it never waits for a writer, and it refuses to write."""
        shared = getattr(self._here, "shared", None)
        if shared is not None and actor == SYSTEM:
            with translated():
                try:
                    yield shared.tx(now)
                except DBAPIError:
                    shared.end()  # who tries again reads anew
                    raise
            return
        with translated(), self._read_tx(now, actor) as tx:
            yield tx

    def read(self, work: Callable[[Tx], _Result], now: Callable[[], dt.datetime]) -> _Result:
        """What `work` finds in `reading`, without a step between where a request has begun to read: it asks
        for this a dozen times. `now` is asked only where a transaction begins."""
        shared: _SharedReading | None = getattr(self._here, "shared", None)
        if shared is None:
            with self.reading(now()) as tx:
                return work(tx)
        try:
            return work(shared.begun or shared.tx(now()))
        except DBAPIError:
            shared.end()  # who tries again reads anew
            with translated():
                raise

    @contextmanager
    def at_one_moment(self, now: dt.datetime) -> Iterator[Tx]:
        """As `reading`, but all that is asked inside sees one moment on PostgreSQL too."""
        with translated(), self._to_read_on() as connection, ExitStack() as stack:
            if self.is_sqlite:
                stack.callback(connection.begin().rollback)
            else:
                stack.enter_context(wire.at_one_moment(connection))
            yield stack.enter_context(self._tx(connection, SYSTEM, now, may_write=False))

    @contextmanager
    def one_reading(self) -> Iterator[None]:
        """What this thread reads inside is read in one transaction, until it writes; then in another one.

        For the length of a request: on PostgreSQL every transaction of its own costs two round trips.
        """
        if getattr(self._here, "shared", None) is not None:
            yield
            return
        self._here.shared = shared = _SharedReading(self)
        try:
            yield
        finally:
            self._here.shared = None
            shared.end()

    @contextmanager
    def _read_tx(self, now: dt.datetime, actor: Actor) -> Iterator[Tx]:
        # On SQLite all of it sees one moment. On PostgreSQL each question sees its own, as it would in any
        # transaction that is not serializable, and there is neither a BEGIN nor a ROLLBACK to wait for.
        with self._to_read_on() as connection, ExitStack() as stack:
            if self.is_sqlite:
                stack.callback(begun(connection, "BEGIN").rollback)
            yield stack.enter_context(self._tx(connection, actor, now, may_write=False))

    def _read_anew(self, *, keeps_answers: bool) -> None:
        """What this thread has read is no longer how things are."""
        shared = getattr(self._here, "shared", None)
        if shared is not None:
            shared.end(keeps_answers=keeps_answers)

    @contextmanager
    def glancing(self, now: dt.datetime) -> Iterator[Tx]:
        """For one question that needs no transaction, as a poll does: asked in one round trip."""
        with (
            translated(),
            self.plain.connect() as connection,
            self._tx(connection, SYSTEM, now, may_write=False) as tx,
        ):
            yield tx

    def _tx(
        self,
        connection: Connection,
        actor: Actor,
        now: dt.datetime,
        request_id: str = "",
        **options: bool,
    ) -> Tx:
        tx = Tx(connection, self.keyring, actor, now, request_id, self.subscribers, **options)
        tx.settled, tx.written = self.settled, self.settled.written
        return tx

    def _was_committed(self, number: str, entry: tuple[str, int, bytes] | None) -> bool:
        """Ask the server how a transaction of PostgreSQL ended. Raises OutcomeUnknown.

        A server that crashed before it had written anything of the transaction gives the number away again:
        it says that the number lies in the future, or tells of another transaction that got it. So what was
        committed must hold the entry of the history (stream, number, hash) that was to be written.
        """
        statement = text("SELECT pg_xact_status(CAST(:number AS xid8))")
        until = time.monotonic() + OUTCOME_SECONDS
        while time.monotonic() < until:
            try:
                with self.engine.connect() as connection:
                    outcome = connection.execute(statement, {"number": number}).scalar()
                    if outcome == "committed" and entry is not None:
                        return _is_written(connection, *entry)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) == _IN_THE_FUTURE:
                    return False
                if not is_lost(error):
                    raise
                outcome = "unreachable"
            if outcome in ("committed", "aborted"):
                return outcome == "committed"
            if outcome is None:  # too long ago, or another server that never saw it
                break
            time.sleep(0.2)  # still going on, or the server is coming back
        raise OutcomeUnknown

    def news_of_work(self, pause: float) -> Iterator[bool]:
        """Whether a worker is wanted, told as soon as one is and at the latest after `pause` seconds.

        The connection is asked from time to time whether it still leads to the server. Without an answer
        every connection of this process is cut, so that no thread waits for ever on a way that leads nowhere
        and shows no fault: who was at work does it again. PostgreSQL only: on SQLite it ends at once. Raises
        DatabaseLost.
        """
        if self.is_sqlite:
            return
        with self._beside_the_pool() as driver:
            self._ask(driver, f"LISTEN {WORK_CHANNEL}")
            heard_at = time.monotonic()
            while True:
                is_wanted = any(True for _ in driver.notifies(timeout=pause, stop_after=1))
                if not is_wanted and time.monotonic() - heard_at > SILENT_SECONDS:
                    self._ask(driver, "SELECT 1")
                    heard_at = time.monotonic()
                yield is_wanted

    def is_hopeless(self) -> bool:
        """Whether it is of no use that this process tries again what it lost a connection at.

        Only for one whose people wait (`gives_up_early`), and only as long as the database is silent: one
        that refuses is restarting. Waits for the outcome where that is being tried.
        """
        return self.gives_up_early and self._connections.lead_nowhere(wait_seconds=TRIAL_SECONDS)

    def is_known_to_be_silent(self) -> bool:
        """As `is_hopeless`, without waiting."""
        return self.gives_up_early and self._connections.lead_nowhere()

    def stay_in_touch(self, stopping: threading.Event) -> None:
        """For who listens for nothing: ask as `news_of_work` does, and cut as it does, until it is stopped.

        PostgreSQL only: on SQLite it ends at once. Raises DatabaseLost.
        """
        if self.is_sqlite:
            return
        with self._beside_the_pool() as driver:
            while not stopping.is_set():
                self._ask(driver, "SELECT 1")
                stopping.wait(SILENT_SECONDS)

    @contextmanager
    def _beside_the_pool(self) -> Iterator[Any]:
        """The driver's connection that goes back to no pool, each of its statements a transaction.

        Once it is lost, or cannot be made in time, the others may lead nowhere without a word: all are cut.
        """
        with translated(), self._connections.in_time():
            try:
                connection = self.engine.connect()
            except DBAPIError as error:
                if isinstance(error.orig, psycopg.errors.ConnectionTimeout):
                    self._connections.cut_all()
                raise
        with connection:
            driver: Any = connection.connection.driver_connection
            connection.detach()
            try:
                driver.autocommit = True
                yield driver
            except psycopg.OperationalError as error:
                connection.invalidate()  # nothing is left of it to be rolled back
                self._connections.broke(error)
                self._connections.cut_all()
                raise DatabaseLost from error

    def _ask(self, driver: Any, statement: str) -> None:
        """Past the pool."""
        with self._connections.in_time():
            driver.execute(statement)

    def prepare(self, now: dt.datetime) -> None:
        """Make the installation's own stream, whose key tells later whether the installation key fits."""
        with self.begin(SYSTEM, now) as tx:
            tx.stream(INSTALLATION)

    def check_key(self, now: dt.datetime) -> None:
        """Raises KeyUnusable when this database was written with another installation key."""
        with self.reading(now) as tx:
            tx.check_key()

    def overwrite_deleted(self) -> bool:
        """Leave nothing of destroyed keys in the database's own files; False when somebody is in the way.

        SQLite overwrites deleted content by itself (`secure_delete`), but its write-ahead log still holds
        it until it is emptied. PostgreSQL keeps old rows until their table is written anew, which only its
        owner may have done.
        """
        try:
            with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                if self.is_sqlite:
                    busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").scalar()
                    return busy == 0
                if not rights.owns(self.engine, _WRITTEN_ANEW):
                    return False  # PostgreSQL would pass over them with a mere warning
                for name in _WRITTEN_ANEW:
                    connection.exec_driver_sql(f"VACUUM FULL {name}")
                return True
        except DBAPIError:
            return False

    def damages(self) -> list[str]:
        """What SQLite finds wrong with the file's pages, some at the most; nothing on PostgreSQL."""
        if not self.is_sqlite:
            return []
        try:
            with self.engine.connect() as connection:
                found = connection.exec_driver_sql("PRAGMA quick_check(5)").scalars().all()
        except DBAPIError as error:
            return [str(error.orig)]
        return [] if found == ["ok"] else [" ".join(each.split()) for each in found]

    def upgrade(self, *, alone: bool = False) -> None:
        """Bring the schema to this release's, whole or not at all.

        `alone`: with every table locked before the first is altered, so that nodes wait instead of being met
        midway. Raises DatabaseBusy when nodes at work are in the way, and DatabaseLost: trying again is safe.
        """
        with translated():
            migrating.upgrade(self.engine, alone=alone)

    @property
    def is_there(self) -> bool:
        """False for a file of SQLite that nobody has made yet: who only looks must not make it."""
        return self._file is None or self._file.exists()

    def revision(self) -> str | None:
        """The schema that the database has; None for an empty one. Raises DatabaseLost."""
        with translated():
            return migrating.revision(self.engine)

    def give_back(self, *, is_of_use: bool = True) -> None:
        """Give the connection that the next writer would have taken over back to SQLite's pool.

        Nothing happens while somebody writes: who fails gives it back by itself.
        """
        if self._writer is None or not self._writer.acquire(blocking=False):
            return
        try:
            kept, self._kept = self._kept, None
            if kept is not None and not is_of_use:
                kept[0].invalidate()
            if kept is not None:
                kept[0].close()
        finally:
            self._writer.release()

    def _is_replaced(self) -> None:
        """Another file has the database's name now."""
        self.settled.forget()
        self.give_back(is_of_use=False)

    def close(self) -> None:
        self.give_back()
        self.engine.dispose()
        self.plain.dispose()


def _is_written(connection: Connection, stream: str, seq: int, hash: bytes) -> bool:
    of_entry = (tables.history.c.stream == stream) & (tables.history.c.seq == seq)
    return connection.execute(select(tables.history.c.hash).where(of_entry)).scalar() == hash
