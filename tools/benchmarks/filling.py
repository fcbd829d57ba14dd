"""A million rows in a minute: copies of one row, made by the database itself, indexed when they are there."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, insert, text

from flowcase.bootstrap import Flowcase
from flowcase.store.columns import Instant

_CACHE_KB = 400_000  # of SQLite, while it sorts


@dataclass(frozen=True)
class Made:
    """What a column holds in the copy of number `n`, as each database says it."""

    sqlite: str
    postgresql: str
    values: Mapping[str, Any]


def numbered(before: str, number: str = "n") -> Made:
    """The text with a number behind it; eight digits, so that the alphabet's order is that of the numbers."""
    return Made(
        f"'{before}' || printf('%08d', {number})",
        f"'{before}' || lpad(CAST({number} AS text), 8, '0')",
        {},
    )


def one_of(before: str, count: int) -> Made:
    """One of so many texts in turn: the rows' numbers go round."""
    return numbered(before, f"n % {count}")


def object_of(texts: Mapping[str, Made]) -> Made:
    """JSON with a text under each name."""
    parts = [f"'{name}', {{}}" for name in texts]
    sqlite = ", ".join(
        part.format(f"({made.sqlite})") for part, made in zip(parts, texts.values(), strict=True)
    )
    postgresql = ", ".join(
        part.format(f"({made.postgresql})") for part, made in zip(parts, texts.values(), strict=True)
    )
    return Made(f"json_object({sqlite})", f"jsonb_build_object({postgresql})", {})


def later(flow: Flowcase, name: str, start: dt.datetime, seconds: str) -> Made:
    """An instant so many seconds after another one; `name` is how the statement calls that one."""
    bound = Instant().process_bind_param(start, flow.store.engine.dialect)
    sqlite = f"strftime('%Y-%m-%dT%H:%M:%S', substr(:{name}, 1, 19), '+' || ({seconds}) || ' seconds')"
    return Made(
        f"{sqlite} || substr(:{name}, 20)",
        f"CAST(:{name} AS timestamptz) + ({seconds}) * INTERVAL '1 second'",
        {name: bound},
    )


def fill(
    flow: Flowcase,
    table: Table,
    row: Mapping[str, Any],
    made: Mapping[str, Made],
    count: int,
    first: int,
    key: str = "id",
) -> None:
    """`count` copies of a row, numbered from `first` on."""
    if count <= 0:
        return
    is_sqlite = flow.store.is_sqlite
    names = [column.name for column in table.columns]
    said = [
        getattr(made[name], flow.store.engine.dialect.name) if name in made else f"t.{name}" for name in names
    ]
    values: dict[str, Any] = {"first": first, "last": first + count - 1, "template": row[key]}
    for each in made.values():
        values |= each.values
    series = (
        "WITH RECURSIVE series(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM series WHERE n < :last)"
        if is_sqlite
        else "WITH series AS (SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n)"
    )
    columns = ", ".join(names)
    copying = f"{series} SELECT {', '.join(said)} FROM series, {table.name} t WHERE t.{key} = :template"
    statement = f"INSERT INTO {table.name} ({columns}) {copying}"
    with flow.store.engine.begin() as connection:
        connection.execute(insert(table), [dict.fromkeys(names) | dict(row)])
        with _without_indexes(connection, table, count):
            connection.execute(text(statement), values)
            connection.execute(text(f"DELETE FROM {table.name} WHERE {key} = :template"), values)
    tidy(flow, table)


def tidy(flow: Flowcase, table: Table) -> None:
    """As a database is that has had its night: nothing is left to tidy or to write out while one measures."""
    tidying = (
        ("PRAGMA wal_checkpoint(TRUNCATE)",)
        if flow.store.is_sqlite
        else (f"VACUUM (ANALYZE) {table.name}", "CHECKPOINT")
    )
    with flow.store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for each in tidying:
            connection.execute(text(each))


@contextlib.contextmanager
def _without_indexes(connection: Connection, table: Table, count: int) -> Iterator[None]:
    """Many rows are sorted into an index at once; made row by row, a million take several minutes."""
    if count < 50_000:
        yield
        return
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"PRAGMA cache_size = -{_CACHE_KB}"))
        found = connection.execute(
            text(
                "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = :name AND sql <> ''"
            ),
            {"name": table.name},
        )
    else:
        connection.execute(text("SET LOCAL maintenance_work_mem = '256MB'"))
        found = connection.execute(
            text(
                "SELECT indexname AS name, indexdef AS sql FROM pg_indexes WHERE tablename = :name "
                "AND indexname NOT IN (SELECT conname FROM pg_constraint)"
            ),
            {"name": table.name},
        )
    indexes = [(row.name, row.sql) for row in found]
    for name, _ in indexes:
        connection.execute(text(f"DROP INDEX {name}"))
    yield
    for _, sql in indexes:
        connection.exec_driver_sql(sql)
    if connection.dialect.name == "sqlite":
        connection.execute(text("PRAGMA cache_size = -2000"))
