"""The wire to the database: what belongs together is sent together.

A conversation has three parts: rows to write, questions to ask, and whether that is the end. SQLite answers
within the process, one statement after the other. PostgreSQL gets all of it in one round trip, the COMMIT
included: when a statement fails, the server skips what follows it.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NoReturn

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from flowcase.errors import Conflict
from flowcase.store.pipeline import Conversation, Failure, Said, Spoken, converse
from flowcase.store.prepared import Prepared
from flowcase.store.writes import Batch

Question = tuple[Prepared, Mapping[str, Any]]  # a query, or a change of which the number of rows is wanted
_DIVISION_BY_ZERO = "22012"  # how `writes._exactly_one` refuses
# PostgreSQL: it takes no writes, as a standby does whose turn comes in a moment, or has just been over.
STANDBY = "25006"
NOT_PREPARED = "26000"  # a pooler or an administrator took prepared statements away


def wire_of(connection: Connection, *, may_write: bool) -> Wire:
    kind = _PipelinedWire if connection.dialect.name == "postgresql" else Wire
    return kind(connection, may_write=may_write)


class Wire:
    """Statement by statement, on SQLAlchemy's own connection and within its transaction."""

    commits = False  # whether `talk` can end the transaction along with what it sends

    def __init__(self, connection: Connection, *, may_write: bool) -> None:
        self._connection = connection
        self._may_write = may_write
        self._dialect = connection.dialect
        self._driver: Any = connection.connection.driver_connection

    def talk(
        self, batches: Sequence[Batch] = (), questions: Sequence[Question] = (), *, commit: bool = False
    ) -> list[Any]:
        """Write the batches, then answer each question: the rows found, or the number of rows changed.

        Raises Conflict for a change of one row that did not find it and for a row that cannot be added, and
        what the database reports as SQLAlchemy's DBAPIError.
        """
        writing: Batch | None
        if batches:
            self.check_may_write()
        cursor, sql, writing = self._driver.cursor(), "", None
        answers = []
        try:
            for writing in batches:
                compiled = writing.statement.compiled(self._dialect)
                sql, values = compiled.sql, [compiled.bound(each) for each in writing.values]
                if not writing.attempts:
                    cursor.executemany(sql, values)
                    continue
                for each, attempt in zip(values, writing.attempts, strict=True):
                    if cursor.execute(sql, each).rowcount != 1:
                        raise _missed(attempt)
            writing = None
            for statement, parameters in questions:
                compiled = statement.compiled(self._dialect)
                sql = compiled.sql
                cursor.execute(sql, compiled.bound(parameters))
                answers.append(compiled.rows(cursor.fetchall()) if compiled.returns_rows else cursor.rowcount)
        except self._dialect.loaded_dbapi.Error as error:
            self._refuse(error, sql, writing)
        return answers

    def write_ahead(self, batches: Sequence[Batch]) -> None:
        """Write these while more is thought of; a failure is told by the next `talk`.

        Only where `commits`.
        """

    def begin(self) -> None:
        """The transaction begins at the latest now: something is to be sent past this wire."""

    @property
    def has_begun(self) -> bool:
        """Whether the database knows of the transaction."""
        return True

    def roll_back(self) -> None:
        """Undo everything, as far as SQLAlchemy does not do so by itself."""

    def check_may_write(self) -> None:
        if not self._may_write:
            raise RuntimeError("Expected only to read in a transaction for reading.")

    def _refuse(self, error: Exception, sql: str, batch: Batch | None, position: int = 0) -> NoReturn:
        """What the driver reports, as the rest of the house knows it."""
        dbapi: Any = self._dialect.loaded_dbapi
        if batch is not None and batch.attempts and getattr(error, "sqlstate", None) == _DIVISION_BY_ZERO:
            raise _missed(batch.attempts[position]) from None
        is_lost = self._dialect.is_disconnect(error, self._driver, None)  # type: ignore[arg-type]
        if getattr(error, "sqlstate", None) == STANDBY:
            self._connection.invalidate()  # who tries again connects anew
            is_lost = True
        elif is_lost:
            # SQLAlchemy sees for itself, and gives up the other connections that its pool holds.
            with contextlib.suppress(DBAPIError):
                self._connection.exec_driver_sql("SELECT 1")
        fault: Any = DBAPIError.instance(
            sql,
            None,
            error,
            dbapi.Error,
            hide_parameters=True,
            connection_invalidated=is_lost,
            dialect=self._dialect,
        )
        if batch is not None and batch.inserts_into and isinstance(error, dbapi.IntegrityError):
            raise Conflict(
                f"add a row to {batch.inserts_into}", "it is there already or belongs to nothing"
            ) from fault
        raise fault from error


class _PipelinedWire(Wire):
    """What is said at once is one round trip, with the BEGIN before it and the COMMIT behind it.

    The driver is in autocommit mode, since psycopg would wait for the answer to its own BEGIN. Who only reads
    needs no transaction: each question would see its own moment in one as well.
    """

    commits = True

    def __init__(self, connection: Connection, *, may_write: bool) -> None:
        super().__init__(connection, may_write=may_write)
        self._has_begun = False
        self._spoken = _spoken(connection)
        self._open: Conversation | None = None  # something was said that is not answered yet
        self._said: list[Said] = []  # in it
        # The batch of each of the first statements that were said, and the place in it.
        self._written: list[tuple[Batch, int]] = []

    def begin(self) -> None:
        if (self._may_write and not self._has_begun) or self._open is not None:
            self.talk()

    @property
    def has_begun(self) -> bool:
        return self._has_begun

    def talk(
        self, batches: Sequence[Batch] = (), questions: Sequence[Question] = (), *, commit: bool = False
    ) -> list[Any]:
        asked = [*questions, (_COMMIT, {})] if commit else questions
        self._say(batches, asked)
        written = len(self._written)
        results = self._results()
        if commit and results[-1].command_status != b"COMMIT":
            raise RuntimeError("Expected to commit, but a failure before it had ended the transaction.")
        answers = []
        for (statement, _), result in zip(asked, results[written:], strict=True):
            compiled = statement.compiled(self._dialect)
            answers.append(
                compiled.rows(self._spoken.rows_of(compiled.name, result))
                if compiled.returns_rows
                else result.command_tuples
            )
        return answers

    def write_ahead(self, batches: Sequence[Batch]) -> None:
        self._say(batches, at_once=True)

    def _say(
        self, batches: Sequence[Batch], asked: Sequence[Question] = (), *, at_once: bool = False
    ) -> None:
        if batches:
            self.check_may_write()
        if self._may_write and not self._has_begun:
            batches = [Batch(_BEGIN, [{}]), *batches]
        said: list[Said] = []
        written: list[tuple[Batch, int]] = []
        for batch in batches:
            compiled = batch.statement.compiled(self._dialect)
            for place, values in enumerate(batch.values):
                said.append(Said(compiled.name, compiled.text, compiled.bound(values)))
                written.append((batch, place))
        for statement, parameters in asked:
            compiled = statement.compiled(self._dialect)
            said.append(Said(compiled.name, compiled.text, compiled.bound(parameters)))
        conversation = self._open or Conversation(self._spoken)
        try:
            conversation.say(said, at_once=at_once)
        except self._dialect.loaded_dbapi.Error as error:
            self._refuse(error, "", None)
        self._open, self._has_begun = conversation, self._may_write
        self._said += said
        self._written += written

    def _results(self) -> list[Any]:
        conversation, said, written = self._open, self._said, self._written
        self._open, self._said, self._written = None, [], []
        assert conversation is not None
        try:
            results = conversation.answers()
        except self._dialect.loaded_dbapi.Error as error:
            self._refuse(error, "", None)
        if isinstance(results, Failure):
            if getattr(results.error, "sqlstate", None) == NOT_PREPARED:
                self._spoken.forget()
            position, batch, place = results.position, None, 0
            if position < len(written):
                batch, place = written[position]
            self._refuse(results.error, said[position].text.decode(), batch, place)
        return results

    def roll_back(self) -> None:
        # Not left to psycopg: with its own ROLLBACK it forgets every statement that the server has prepared.
        if self._has_begun:
            self.end()

    def end(self) -> None:
        """Undo what the server knows of, unless it has done so as the connection broke."""
        if self._driver.closed:
            return
        with contextlib.suppress(psycopg.Error):
            if self._open is not None:  # what it says is nobody's business any more
                self._open.answers()
            converse(self._spoken, [_ROLLBACK])


@contextlib.contextmanager
def at_one_moment(connection: Connection) -> Iterator[None]:
    """A transaction of PostgreSQL's for reading, in which every question sees the same moment.

    Past psycopg: where that sees a ROLLBACK, it has the server forget every prepared statement, ours too, and
    who next writes on this connection would be refused.
    """
    wire = _PipelinedWire(connection, may_write=False)
    wire.talk(questions=[(_BEGIN_AT_ONE_MOMENT, {})])
    try:
        yield
    finally:
        if not connection.invalidated:
            wire.end()


def _spoken(connection: Connection) -> Spoken:
    spoken: Spoken | None = connection.info.get(_SPOKEN)
    if spoken is None:
        spoken = connection.info[_SPOKEN] = Spoken(connection.connection.driver_connection)  # type: ignore[arg-type]
    return spoken


_BEGIN_AT_ONE_MOMENT = Prepared(text("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"))
_BEGIN, _COMMIT = Prepared(text("BEGIN")), Prepared(text("COMMIT"))
_SPOKEN = "flowcase spoken"  # where a connection of SQLAlchemy's keeps it
_ROLLBACK = Said(b"rollback", b"ROLLBACK", ())


def _missed(attempt: str) -> Conflict:
    return Conflict(attempt, "it is no longer in the state that this needs")
