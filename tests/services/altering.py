"""What somebody with the database may do to rows behind flowcase's back, tried one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, text

from flowcase.bootstrap import Flowcase

Altered = Mapping[str, tuple[tuple[str, ...], str]]  # what is done -> its statements, and what is said


def said_of_each(
    flow: Flowcase, altered: Altered, tables: Sequence[Any], *, casework: bool = False
) -> dict[str, list[str]]:
    """What `flowcase verify` says of each; the tables, parents first, are put back after it."""
    with flow.store.engine.begin() as connection:
        whole = [[row._asdict() for row in connection.execute(select(table))] for table in tables]
    found: dict[str, list[str]] = {}
    for what, (statements, _) in altered.items():
        with flow.store.engine.begin() as connection:
            for statement in statements:
                assert connection.execute(text(statement)).rowcount > 0, what
        found[what] = [str(each) for each in flow.altered_rows.find(casework=casework)]
        with flow.store.engine.begin() as connection:
            for table in reversed(tables):
                connection.execute(delete(table))
            for table, rows in zip(tables, whole, strict=True):
                if rows:
                    connection.execute(insert(table), rows)
    return found


def not_said(altered: Altered, found: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Where something else than expected is said, or more than that."""
    return {
        what: found[what]
        for what, (_, said) in altered.items()
        if len(found[what]) != 1 or said not in found[what][0]
    }
