"""One round trip of PostgreSQL's protocol: statements sent in a row, their results read together.

psycopg's own pipeline mode makes a cursor for each statement and looks for answers between them, which costs
more than the statements do. Here its building blocks (generators, adapters) are put together for our case:
texts that never change, prepared once per connection, and nothing to decide before all is answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from psycopg import Connection, generators
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

_BINARY, _TEXT = PyFormat.BINARY, PyFormat.TEXT
_FINE = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class Said(NamedTuple):
    """A statement with its values, as `Prepared` compiled them."""

    name: bytes
    text: bytes
    values: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Failure:
    """The first statement that failed; the server skipped those behind it."""

    position: int
    error: Exception


class Spoken:
    """What one connection has learned of the statements that it speaks: which of them the server has
    prepared, and how values and rows are written and read."""

    def __init__(self, driver: Connection) -> None:
        self.driver = driver
        self.prepared: set[bytes] = set()
        self.adapt = Transformer(driver)
        self._readers: dict[bytes, Any] = {}  # psycopg's Transformer, which is no type to mypy
        self._nothing = driver.pgconn.make_empty_result(ExecStatus.TUPLES_OK)

    def forget(self) -> None:
        """The server has lost what it had prepared: it is prepared anew."""
        self.prepared.clear()
        self._readers.clear()

    def rows_of(self, name: bytes, result: Any) -> list[Any]:
        """The rows found by the statement of this name: its columns are of the same types each time, or
        PostgreSQL refuses it."""
        reader = self._readers.get(name)
        if reader is None:
            reader = Transformer(self.driver)
            reader.set_pgresult(result)
            self._readers[name] = reader
        else:
            reader.set_pgresult(result, set_loaders=False)
        rows = reader.load_rows(0, result.ntuples, tuple)
        reader.set_pgresult(self._nothing, set_loaders=False)  # or it would keep what was found
        return rows


class Conversation:
    """Statements that are sent, in as many parts as there is time to do something else between, and answered
    together."""

    def __init__(self, spoken: Spoken) -> None:
        self._driver, self._prepared, self._adapt = spoken.driver, spoken.prepared, spoken.adapt
        self._known = set(spoken.prepared)
        self._answered: list[bytes | None] = []  # per command: the name that it prepares

    def say(self, said: Sequence[Said], *, at_once: bool = False) -> None:
        """`at_once`: the server begins with them while more is thought of.

        Raises what psycopg raises when the connection is lost, as `answers` does.
        """
        pgconn, answered = self._driver.pgconn, self._answered
        values = [self._dumped(each.values) for each in said]  # what cannot be said is found before all else
        try:
            if not answered:
                pgconn.enter_pipeline_mode()
            # Into libpq's buffer: psycopg's own way asks the socket before each of them.
            for each, (dumped, formats) in zip(said, values, strict=True):
                if each.name not in self._known:
                    self._known.add(each.name)
                    pgconn.send_prepare(each.name, each.text)
                    answered.append(each.name)
                pgconn.send_query_prepared(each.name, dumped, formats)
                answered.append(None)
            if at_once:
                pgconn.flush()  # what does not fit goes with the rest
        except BaseException:
            self._driver.close()
            raise

    def _dumped(self, values: Sequence[Any]) -> tuple[Sequence[Any] | None, Sequence[Any] | None]:
        if not values:
            return None, None
        # The casts in the text say the types; bytes travel as they are.
        formats = [_BINARY if isinstance(value, bytes) else _TEXT for value in values]
        return self._adapt.dump_sequence(values, formats), self._adapt.formats

    def answers(self) -> list[Any] | Failure:
        """The results of all statements.

        Raises what psycopg raises when the connection is lost; then it is closed, since nobody knows any more
        which answer belongs to which statement.
        """
        driver = self._driver
        try:
            driver.pgconn.pipeline_sync()
            replies = driver.wait(_replies(driver, len(self._answered) + 1))
        except BaseException:
            driver.close()
            raise
        results: list[Any] = []
        for answer, (result, *_) in zip(self._answered, replies, strict=False):
            if result.status not in _FINE:
                return Failure(len(results), error_from_result(result, encoding=driver.info.encoding))
            if answer is None:
                results.append(result)
            else:
                self._prepared.add(answer)
        return results


def converse(spoken: Spoken, said: Sequence[Said]) -> list[Any] | Failure:
    """The results of statements that are sent in one part."""
    conversation = Conversation(spoken)
    conversation.say(said)
    return conversation.answers()


def _replies(driver: Connection, count: int) -> Any:
    pgconn, replies = driver.pgconn, []
    yield from generators.send(pgconn)  # reads meanwhile what is answered to what does not fit at once
    for _ in range(count):
        replies.append((yield from generators.fetch_many(pgconn)))
    pgconn.exit_pipeline_mode()
    return replies
