"""How rows are written down on SQLite, which takes any value in any column and reads several as the same.

One instant has many texts, and only those of one form stand in the order of time; a JSON object may hold a
name twice, of which Python reads the last and SQLite the first; 2 is read as true, and is not found as true.
Who writes a value so changes what is due and what lists find, while it says the same to whoever reads it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    cast,
    select,
)
from sqlalchemy import literal_column as sql

from flowcase.store.columns import FeelJson, Instant
from flowcase.store.metadata import metadata
from flowcase.store.tx import Tx

_INSTANT = "T".join(("[0-9]" * 4 + "-[0-9][0-9]" * 2, ":".join(["[0-9][0-9]"] * 3))) + "." + "[0-9]" * 6 + "Z"
_SHOWN = 100  # of one table


class Written(NamedTuple):
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]  # whose values have another form than the one that is written here


def otherwise(tx: Tx) -> Iterator[Written]:
    """Values of another form than this program gives them; of each table some at the most. SQLite only."""
    for table in metadata.sorted_tables:
        wrong = {each.name: _is_otherwise(each) for each in table.columns if each.computed is None}
        named = " || ".join(f"CASE WHEN {wrong[name]} THEN ' {name}' ELSE '' END" for name in wrong)
        shown: list[Any] = [*(cast(each, Text) for each in _key(table)), sql(named, Text)]
        asked: Select[Any] = select(*shown)
        is_any: ColumnElement[bool] = sql(" OR ".join(f"({each})" for each in wrong.values()))
        for *key, columns in tx.rows(asked.select_from(table).where(is_any).limit(_SHOWN)):
            yield Written(table.name, tuple(map(str, key)), tuple(columns.split()))


def _key(table: Table) -> list[Column[Any]]:
    return list(table.primary_key) or list(table.columns)[:1]


def _is_otherwise(column: Column[Any]) -> str:
    """A condition in SQL."""
    name, kind = f'"{column.table.name}"."{column.name}"', _kind(column)
    if kind == "instant":
        wrong = f"typeof({name}) <> 'text' OR {name} NOT GLOB '{_INSTANT}'"
    elif kind == "json":
        twice = f"SELECT 1 FROM json_tree({name}) GROUP BY fullkey HAVING count(*) > 1"  # noqa: S608 - names of ours
        is_broken = f"typeof({name}) <> 'text' OR NOT json_valid({name})"
        wrong = f"CASE WHEN {is_broken} THEN 1 ELSE EXISTS ({twice}) END"
    elif kind == "boolean":
        wrong = f"typeof({name}) <> 'integer' OR {name} NOT IN (0, 1)"
    else:
        wrong = f"typeof({name}) NOT IN ({kind})"
    return f"{name} IS NOT NULL AND ({wrong})"


def _kind(column: Column[Any]) -> str:
    """Which form its values have; else the storage classes of SQLite that they may have."""
    for type, kind in (
        (Instant, "instant"),
        ((FeelJson, JSON), "json"),
        (Boolean, "boolean"),
        (Integer, "'integer'"),
        (Float, "'real', 'integer'"),
        (LargeBinary, "'blob'"),
    ):
        if isinstance(column.type, type):
            return kind
    return "'text'"
