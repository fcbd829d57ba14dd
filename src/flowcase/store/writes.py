"""Rows that wait to be written: grouped into few statements, in an order that means the same."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from sqlalchemy import Table, bindparam, delete, func, insert, literal_column, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.elements import ColumnElement

from flowcase.store import tables
from flowcase.store.prepared import Prepared

_TABLE_ORDER = {table.name: position for position, table in enumerate(tables.metadata.sorted_tables)}


class Insert(NamedTuple):
    table: Table
    values: Mapping[str, Any]  # every column


class Change(NamedTuple):
    """An update or a deletion."""

    table: Table
    statement: Prepared
    values: Mapping[str, Any]
    attempt: str | None = None  # what was to be done to exactly one row; None: to however many there are
    is_deletion: bool = False


Write = Insert | Change


@dataclass(slots=True)
class Batch:
    """One statement with the values of each row that it is executed for."""

    statement: Prepared
    values: list[Mapping[str, Any]] = field(default_factory=list)
    attempts: list[str] = field(default_factory=list)  # per row, where exactly one has to be changed
    inserts_into: str | None = None


def batches(writes: Sequence[Write]) -> list[Batch]:
    """The statements to send.

    Inserts go first, parents before children, as far as no change of the same table has to come before
    them. Changes stay in order within a table; equal ones that follow each other there are sent together.
    """
    found: list[Batch] = []
    inserts: dict[Table, Batch] = {}
    changes: list[Batch] = []
    last: dict[Table, Batch] = {}

    def close() -> None:
        found.extend(inserts[table] for table in sorted(inserts, key=lambda each: _TABLE_ORDER[each.name]))
        found.extend(changes)
        inserts.clear()
        changes.clear()
        last.clear()

    for write in writes:
        if isinstance(write, Insert):
            if write.table in last:
                close()
            batch = inserts.get(write.table)
            if batch is None:
                name = write.table.name
                batch = inserts[write.table] = Batch(insertion(write.table), inserts_into=name)
            batch.values.append(write.values)
            continue
        batch = last.get(write.table)
        if batch is None or batch.statement is not write.statement or write.is_deletion:
            batch = last[write.table] = Batch(write.statement)
            changes.append(batch)
        batch.values.append(write.values)
        if write.attempt is not None:
            batch.attempts.append(write.attempt)
    close()
    return found


# --- the statements of a table -------------------------------------------------------------------------


@functools.cache
def insertion(table: Table) -> Prepared:
    return Prepared(insert(table).inline())


@functools.cache
def insertion_once(table: Table) -> Prepared:
    """Nothing happens when the key is taken."""
    return Prepared(
        sqlite.insert(table).inline().on_conflict_do_nothing(),
        on={"postgresql": postgresql.insert(table).inline().on_conflict_do_nothing()},
    )


@functools.cache
def updating(table: Table, where: tuple[str, ...], names: tuple[str, ...], *, one: bool) -> Prepared:
    """Set these columns where those have the values given; `one`: of exactly one row."""
    changes = {name: bindparam(f"v_{name}", type_=table.c[name].type) for name in names}
    statement = update(table).where(*_conditions(table, where)).values(changes)
    return _exactly_one(statement) if one else Prepared(statement)


@functools.cache
def deleting(table: Table, where: tuple[str, ...], *, one: bool) -> Prepared:
    statement = delete(table).where(*_conditions(table, where))
    return _exactly_one(statement) if one else Prepared(statement)


def _exactly_one(statement: Any) -> Prepared:
    """SQLite tells how many rows it changed before anything else is sent.

    PostgreSQL gets the COMMIT along with it, so it has to refuse by itself: none is a division by zero.
    """
    changed = statement.returning(literal_column("1").label("one")).cte("changed")
    asserted = select((literal_column("1") / func.count()).label("one")).select_from(changed)
    return Prepared(statement, on={"postgresql": asserted})


def _conditions(table: Table, names: Iterable[str]) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(f"w_{name}") for name in names]


def change_values(where: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    values = {f"w_{name}": value for name, value in where.items()}
    values.update({f"v_{name}": value for name, value in changes.items()})
    return values
