"""Rows within one transaction: read, written in batches, changed only where they are as expected."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    Delete,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.sql.elements import ColumnElement

from flowcase.errors import Conflict
from flowcase.store import tables

_TABLE_ORDER = {table.name: position for position, table in enumerate(tables.metadata.sorted_tables)}


@dataclass
class Attempt:
    """How much was pending when an attempt began, and its savepoint once there is one."""

    inserts: dict[Table, int]
    mark: Any  # what else has to be as it was
    savepoint: Any = None


class Rows:
    """Reads see what was written before them, also what still waits to be sent."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._inserts: dict[Table, list[dict[str, Any]]] = {}
        self._attempt: Attempt | None = None
        self.is_read_only = False

    # --- reading -----------------------------------------------------------------------------------

    def rows(self, statement: Select[Any], parameters: Mapping[str, Any] | None = None) -> Sequence[Row[Any]]:
        self._flush_inserts()
        return self._connection.execute(statement, parameters or {}).all()

    def first(self, statement: Select[Any], parameters: Mapping[str, Any] | None = None) -> Row[Any] | None:
        self._flush_inserts()
        return self._connection.execute(statement, parameters or {}).first()

    def scalar(self, statement: Select[Any], parameters: Mapping[str, Any] | None = None) -> Any:
        self._flush_inserts()
        return self._connection.execute(statement, parameters or {}).scalar()

    # --- writing rows (for appliers, and for what has no history: drafts, leases, nodes) -----------

    def insert(self, table: Table, **values: Any) -> None:
        """Columns that are left out become NULL. Written with others of its table in one statement."""
        unknown = values.keys() - table.c.keys()
        if unknown:
            raise TypeError(f"Expected columns of {table.name}, but got {', '.join(sorted(unknown))}.")
        row = dict.fromkeys(table.c.keys())
        row.update(values)
        self._inserts.setdefault(table, []).append(row)

    def update(
        self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any], *, attempt: str
    ) -> None:
        """Change exactly one row. Raises Conflict when none is in the state that `where` names."""
        if self.update_any(table, where, values) != 1:
            raise Conflict(attempt, "it is no longer in the state that this needs")

    def update_any(self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> int:
        """Change all rows that match; the number of rows."""
        self._touch()
        self._flush_inserts(table)
        statement = _update_statement(table, tuple(where), tuple(values))
        parameters = {f"w_{name}": value for name, value in where.items()}
        parameters.update({f"v_{name}": value for name, value in values.items()})
        return self._connection.execute(statement, parameters).rowcount

    def delete(self, table: Table, where: Mapping[str, Any], *, attempt: str) -> None:
        """Delete exactly one row, or raise Conflict."""
        if self.delete_any(table, where) != 1:
            raise Conflict(attempt, "it is no longer in the state that this needs")

    def delete_any(self, table: Table, where: Mapping[str, Any]) -> int:
        self._touch()
        self._flush_inserts(table)
        statement = _delete_statement(table, tuple(where))
        return self._connection.execute(statement, {f"w_{n}": v for n, v in where.items()}).rowcount

    def execute(self, statement: Update | Delete) -> int:
        """A statement of its own making, for set-wise changes; the number of rows."""
        self._touch()
        self._flush_inserts()
        return self._connection.execute(statement).rowcount

    def returning(self, statement: Any) -> Sequence[Row[Any]]:
        """A change that returns the rows it changed."""
        self._touch()
        self._flush_inserts()
        return self._connection.execute(statement).all()

    def insert_once(self, table: Table, **values: Any) -> bool:
        """Insert unless the key is taken; whether it was inserted. Waits for a concurrent inserter."""
        self._touch()
        self._flush_inserts()
        row = dict.fromkeys(table.c.keys())
        row.update(values)
        # Without the option SQLAlchemy 2.1 does not ask psycopg for an INSERT's row count and says -1.
        statement = self._insert_ignoring(table).execution_options(preserve_rowcount=True)
        return self._connection.execute(statement, row).rowcount == 1

    def _insert_ignoring(self, table: Table) -> Any:
        if self._connection.dialect.name == "postgresql":
            from sqlalchemy.dialects.postgresql import insert as postgresql_insert

            return postgresql_insert(table).on_conflict_do_nothing()
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table).on_conflict_do_nothing()

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """What is written inside is undone when an exception leaves the block; the transaction goes on.

        For handlers, whose failure must not undo the step that reached them. The database's savepoint is
        made only when something is really sent to it.
        """
        if self._attempt is not None:
            raise RuntimeError("Expected one attempt at a time.")
        self._attempt = Attempt({table: len(rows) for table, rows in self._inserts.items()}, self._mark())
        try:
            yield
        except BaseException:
            self._undo(self._attempt)
            raise
        else:
            if self._attempt.savepoint is not None:
                self._flush_inserts()
                self._attempt.savepoint.commit()
        finally:
            self._attempt = None

    def _touch(self) -> None:
        """Something is about to be written: inside an attempt, make its savepoint first."""
        if self.is_read_only:
            raise RuntimeError("Expected only to read in a transaction for reading.")
        attempt = self._attempt
        if attempt is None or attempt.savepoint is not None:
            return
        self._attempt = None
        inside = {table: rows[attempt.inserts.get(table, 0) :] for table, rows in self._inserts.items()}
        before = {table: rows[: attempt.inserts.get(table, 0)] for table, rows in self._inserts.items()}
        self._inserts = {table: rows for table, rows in before.items() if rows}
        self._flush_inserts()
        self._inserts = {table: rows for table, rows in inside.items() if rows}
        attempt.inserts = {}
        attempt.savepoint = self._connection.begin_nested()
        self._attempt = attempt

    def _mark(self) -> Any:
        """What `_undo` needs beside the rows; for who remembers more than rows."""
        return None

    def _undo(self, attempt: Attempt) -> None:
        for table in list(self._inserts):
            del self._inserts[table][attempt.inserts.get(table, 0) :]
            if not self._inserts[table]:
                del self._inserts[table]
        if attempt.savepoint is not None:
            attempt.savepoint.rollback()

    def exclusive(self, name: str) -> None:
        """Wait until no other transaction holds this name, and hold it until the commit."""
        if self._connection.dialect.name == "postgresql":
            number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)
            self._connection.execute(_EXCLUSIVE, {"number": number})

    def _flush_inserts(self, only: Table | None = None) -> None:
        if not self._inserts or (only is not None and only not in self._inserts):
            return
        self._touch()
        waiting, self._inserts = self._inserts, {}
        for table in sorted(waiting, key=lambda table: _TABLE_ORDER[table.name]):
            try:
                self._connection.execute(insert(table), waiting[table])
            except IntegrityError as error:
                raise Conflict(
                    f"add a row to {table.name}", "it is there already or belongs to nothing"
                ) from error


_EXCLUSIVE = select(func.pg_advisory_xact_lock(bindparam("number", type_=BigInteger)))

_statements: dict[tuple[Any, ...], Any] = {}


def _conditions(table: Table, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(f"w_{name}") for name in names]


def _update_statement(table: Table, where: tuple[str, ...], values: tuple[str, ...]) -> Update:
    key = (table.name, where, values)
    if key not in _statements:
        changes = {name: bindparam(f"v_{name}", type_=table.c[name].type) for name in values}
        _statements[key] = update(table).where(*_conditions(table, where)).values(changes)
    return _statements[key]


def _delete_statement(table: Table, where: tuple[str, ...]) -> Delete:
    key = (table.name, where)
    if key not in _statements:
        _statements[key] = delete(table).where(*_conditions(table, where))
    return _statements[key]
