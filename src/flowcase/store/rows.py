"""Rows within one transaction: read, written in batches, changed only where they are as expected."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import BigInteger, Connection, Delete, Select, Table, Update, bindparam, func, select, text

from flowcase.store.prepared import Prepared
from flowcase.store.settled import Kept, Settled
from flowcase.store.wire import Question, wire_of
from flowcase.store.writes import (
    Batch,
    Change,
    Insert,
    Write,
    batches,
    change_values,
    deleting,
    insertion_once,
    updating,
)

Query = Select[Any] | Prepared
_Made = TypeVar("_Made")


class Answers(NamedTuple):
    """What was asked and answered, by question."""

    own: Mapping[Any, list[Any]]
    settled: Kept  # those that outlive the transaction


@dataclass
class Attempt:
    """How much was waiting to be written when an attempt began, and whether there is a savepoint yet."""

    waiting: int
    mark: Any  # what else has to be as it was
    has_savepoint: bool = False


class Rows:
    """What is written waits, and is sent together: before the next reading, which sees it, or at the commit.

    A change that does not find its row is thereby refused at the latest at the commit.
    """

    shelves: Any = None  # what answers in the database's place: `store/memory`
    settled: Settled | None = None  # of the process, for who only reads

    def __init__(self, connection: Connection, *, may_write: bool = True) -> None:
        self._connection = connection
        self._wire = wire_of(connection, may_write=may_write)
        self._writes: list[Write] = []
        self._attempt: Attempt | None = None
        self._failure: Exception | None = None
        # Who only reads asks nothing twice: what was answered is kept, by question.
        self._answers: dict[Any, list[Any]] | None = None if may_write else {}
        self._settled = Kept()

    # --- reading -----------------------------------------------------------------------------------

    def rows(self, statement: Query, parameters: Mapping[str, Any] | None = None) -> Sequence[Any]:
        if isinstance(statement, Prepared):
            (found,) = self.ask((statement, parameters or {}))
            return found
        return self._execute(statement, parameters).all()

    def first(self, statement: Query, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first row, or None."""
        if isinstance(statement, Prepared):
            return next(iter(self.rows(statement, parameters)), None)
        return self._execute(statement, parameters).first()

    def scalar(self, statement: Query, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row; None without one."""
        row = self.first(statement, parameters)
        return None if row is None else row[0]

    def ask(self, *questions: Question) -> list[Any]:
        """The rows of each query, in one round trip where the database allows it.

        Who only reads is answered from memory what was answered before.
        """
        if self._answers is None:
            return self._talk(self._taken(), questions)
        keys = [_key(question) for question in questions]
        found: dict[Any, list[Any]] = {}
        unknown: dict[Any, Question] = {}
        for key, question in zip(keys, questions, strict=True):
            known = (self._settled if question[0].is_settled else self._answers).get(key)
            if known is None:
                unknown[key] = question
            else:
                found[key] = known
        if unknown:
            answers = self._talk((), list(unknown.values()))
            for (key, question), rows in zip(unknown.items(), answers, strict=True):
                found[key] = rows
                if question[0].is_settled:
                    self._settled.keep(key, rows)
                elif len(rows) <= _MOST_ROWS_KEPT and len(self._answers) < _MOST_ANSWERS_KEPT:
                    self._answers[key] = rows
        return [list(found[key]) for key in keys]

    def passing(self, statement: Prepared, parameters: Mapping[str, Any]) -> Sequence[Any]:
        """Rows that nobody will ask for again, as of one page of many: they are not kept."""
        (found,) = self._talk(self._taken(), [(statement, parameters)])
        return found

    def forget(self, statement: Prepared, parameters: Mapping[str, Any]) -> None:
        """Of an answer that nobody will ask for again."""
        if self._answers is not None:
            self._answers.pop(_key((statement, parameters)), None)

    def made_of(self, question: Question, make: Callable[[Sequence[Any]], list[_Made]]) -> list[_Made]:
        """What `make` makes of the rows found: of settled ones once, for as long as they are kept.

        Nobody could alter what it makes: whoever asks next gets it too.
        """
        if self._answers is None or not question[0].is_settled:
            return make(self.rows(*question))
        key = (make, *_key(question))
        made = self._settled.get(key)
        if made is None:
            made = make(self.rows(*question))
            self._settled.keep(key, made)
        return list(made)

    def ask_ahead(self, *questions: Question) -> None:
        """What will be asked by and by, in one round trip; the answers are kept for whoever asks.

        Only for who reads, and where a round trip costs something: SQLite answers when it is asked.
        """
        if self._answers is not None and self._wire.commits:
            self.ask(*questions)

    @property
    def answers(self) -> Answers:
        """What was asked and answered, of who only reads."""
        return Answers(self._answers or {}, self._settled)

    def remember(self, answers: Answers) -> None:
        """Answers of an earlier transaction of the same request, which still count."""
        if self._answers is not None:
            self._answers |= answers.own
            self._settled = answers.settled

    # --- writing rows (for appliers, and for what has no history: drafts, leases, nodes) -----------

    def insert(self, table: Table, **values: Any) -> None:
        """Columns that are left out become NULL."""
        self._writes.append(Insert(table, _whole_row(table, values)))

    def update(
        self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any], *, attempt: str
    ) -> None:
        """Change exactly one row. Conflict when none is in the state that `where` names."""
        statement = updating(table, tuple(where), tuple(values), one=True)
        self._change_one(Change(table, statement, change_values(where, values), attempt))

    def update_all(self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Change whatever rows match."""
        statement = updating(table, tuple(where), tuple(values), one=False)
        self._writes.append(Change(table, statement, change_values(where, values)))

    def update_any(self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """Change whatever rows match, at once, to know how many they are."""
        statement = updating(table, tuple(where), tuple(values), one=False)
        return self._count(statement, change_values(where, values))

    def delete(self, table: Table, where: Mapping[str, Any], *, attempt: str) -> None:
        """Delete exactly one row, or Conflict."""
        statement = deleting(table, tuple(where), one=True)
        self._change_one(Change(table, statement, change_values(where, {}), attempt, is_deletion=True))

    def delete_all(self, table: Table, where: Mapping[str, Any]) -> None:
        """Delete whatever rows match."""
        statement = deleting(table, tuple(where), one=False)
        self._writes.append(Change(table, statement, change_values(where, {}), is_deletion=True))

    def delete_any(self, table: Table, where: Mapping[str, Any]) -> int:
        """Delete whatever rows match, at once, to know how many they are."""
        return self._count(deleting(table, tuple(where), one=False), change_values(where, {}))

    def execute(self, statement: Update | Delete) -> int:
        """A statement of its own making, for set-wise changes; the number of rows."""
        self._touch()
        return self._execute(statement).rowcount

    def returning(self, statement: Any) -> Sequence[Any]:
        """A change that returns the rows it changed."""
        self._touch()
        return self._execute(statement).all()

    def insert_once(self, table: Table, **values: Any) -> bool:
        """Insert unless the key is taken; whether it was inserted. Waits for a concurrent inserter."""
        return self._count(insertion_once(table), _whole_row(table, values)) == 1

    def exclusive(self, name: str) -> None:
        """Wait until no other transaction holds this name, and hold it until the commit."""
        if self._connection.dialect.name == "postgresql":
            self.ask((_EXCLUSIVE, {"number": _number_of(name)}))

    def sharing(self, name: str) -> Sequence[Question]:
        """What to ask first, in the same round trip, so that nobody holds the name exclusively until the
        commit: what is asked behind it sees what the last one who did has committed.

        Nothing on SQLite, where there is one writer at a time.
        """
        if self._connection.dialect.name != "postgresql":
            return ()
        return [(_SHARED, {"number": _number_of(name)})]

    def _change_one(self, change: Change) -> None:
        self._writes.append(change)
        if self._attempt is not None:  # a handler whose change is refused is told so: it is its fault
            self.send()

    def _execute(self, statement: Any, parameters: Mapping[str, Any] | None = None) -> Any:
        """A statement whose text depends on its values: SQLAlchemy's own way."""
        self.send()
        self._wire.begin()
        return self._connection.execute(statement, parameters or {})

    def _count(self, statement: Prepared, values: Mapping[str, Any]) -> int:
        self._touch()
        (count,) = self.ask((statement, values))
        return count

    # --- attempts ----------------------------------------------------------------------------------

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is written inside is undone when an exception leaves the block; the transaction goes on.

        For handlers, whose failure must not undo the step that reached them. The database's savepoint is
        made only when something is really sent to it.
        """
        if self._attempt is not None:
            raise RuntimeError("Expected one attempt at a time.")
        self._attempt = Attempt(len(self._writes), self._mark())
        try:
            yield
            if self._attempt.has_savepoint:
                self._talk(self._taken(), [(_RELEASE, {})])
        except BaseException:
            self._undo(self._attempt)
            raise
        finally:
            self._attempt = None

    def _touch(self) -> None:
        """Something is about to be written: inside an attempt, make its savepoint first."""
        self._wire.check_may_write()
        attempt = self._attempt
        if attempt is None or attempt.has_savepoint:
            return
        before, inside = self._writes[: attempt.waiting], self._writes[attempt.waiting :]
        self._talk(batches(before), [(_SAVEPOINT, {})])
        attempt.waiting, attempt.has_savepoint, self._writes = 0, True, inside

    def _mark(self) -> Any:
        """What `_undo` needs beside the rows; for who remembers more than rows."""
        return None

    def _undo(self, attempt: Attempt) -> None:
        del self._writes[attempt.waiting :]
        if attempt.has_savepoint:
            self._talk((), [(_UNDO, {}), (_RELEASE, {})])

    # --- sending -----------------------------------------------------------------------------------

    def send(self) -> None:
        """Write now what waits."""
        if self._writes:
            self._talk(self._taken())

    def _send_ahead(self) -> None:
        """What waits is written while its transaction thinks of the rest, where the database can do both."""
        if self._writes and self._wire.commits and self._attempt is None and self._failure is None:
            self._wire.write_ahead(self._taken())

    def _taken(self) -> Sequence[Batch]:
        """What waits, as statements that are to be sent now."""
        if not self._writes:
            return ()
        attempt = self._attempt
        if attempt is not None and len(self._writes) > attempt.waiting:
            self._touch()
        elif attempt is not None:
            attempt.waiting = 0
        taken, self._writes = self._writes, []
        return batches(taken)

    def _talk(
        self, writing: Sequence[Batch], questions: Sequence[Question] = (), *, commit: bool = False
    ) -> list[Any]:
        if self._failure is not None:
            raise self._failure
        try:
            return self._wire.talk(writing, questions, commit=commit)
        except Exception as error:
            # What failed within a savepoint is undone with it. Otherwise a part of what belongs together is
            # missing: whoever catches this, nothing of the transaction may be committed any more.
            if self._attempt is None or not self._attempt.has_savepoint:
                self._failure = error
            raise


def _whole_row(table: Table, values: Mapping[str, Any]) -> dict[str, Any]:
    row = {**_empty_row(table), **values}
    if len(row) != len(_empty_row(table)):
        unknown = sorted(values.keys() - _empty_row(table).keys())
        raise TypeError(f"Expected columns of {table.name}, but got {', '.join(unknown)}.")
    return row


@functools.cache
def _empty_row(table: Table) -> dict[str, Any]:
    """Every column without a value; not to be altered."""
    return dict.fromkeys(table.c.keys())


def _number_of(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def _key(question: Question) -> tuple[Any, ...]:
    statement, values = question
    return (
        statement,
        *((name, tuple(each) if isinstance(each, list) else each) for name, each in values.items()),
    )


_MOST_ROWS_KEPT, _MOST_ANSWERS_KEPT = 200, 1000  # of one question, and of one transaction
_SAVEPOINT = Prepared(text("SAVEPOINT attempt"))
_RELEASE, _UNDO = Prepared(text("RELEASE attempt")), Prepared(text("ROLLBACK TO attempt"))
_LOCK = bindparam("number", type_=BigInteger)
_EXCLUSIVE = Prepared(select(func.pg_advisory_xact_lock(_LOCK).label("held")))
_SHARED = Prepared(select(func.pg_advisory_xact_lock_shared(_LOCK).label("held")))
