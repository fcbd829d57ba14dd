"""What is kept of documents and of facts beside the rows that name them, for comparing them with those."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import func, select

from flowcase.store import tables
from flowcase.store.fact_tables import case_fact
from flowcase.store.tx import Tx

_AT_ONCE = 500


class KeptContent(NamedTuple):
    """What a document says, without it."""

    scan: str  # waiting | passed | refused
    size: int  # bytes
    parts: int
    parts_there: int


def contents(tx: Tx, after: str, up_to: str | None) -> dict[tuple[str, str], KeptContent]:
    """By stream and digest, of the streams whose names follow `after`; `up_to` is the last one of them."""
    content, part = tables.document_content, tables.document_part
    there = (
        select(func.count())
        .where(part.c.stream == content.c.stream, part.c.digest == content.c.digest)
        .scalar_subquery()
        .label("parts_there")
    )
    columns = content.c.stream, content.c.digest, content.c.scan, content.c.size, content.c.parts
    statement = select(*columns, there).where(content.c.stream > after)
    if up_to is not None:
        statement = statement.where(content.c.stream <= up_to)
    return {
        (row.stream, row.digest): KeptContent(row.scan, row.size, row.parts, row.parts_there)
        for row in tx.rows(statement)
    }


def facts(tx: Tx, cases: Sequence[str]) -> dict[str, dict[str, str]]:
    """Value by name, of each of these cases that has some."""
    table = case_fact
    found: dict[str, dict[str, str]] = {}
    for begin in range(0, len(cases), _AT_ONCE):
        statement = select(table.c.case_code, table.c.name, table.c.value)
        for row in tx.rows(statement.where(table.c.case_code.in_(cases[begin : begin + _AT_ONCE]))):
            found.setdefault(row.case_code, {})[row.name] = row.value
    return found


def cases_made_up(tx: Tx) -> Iterator[str]:
    """Codes that have facts, and are no case."""
    table, case = case_fact, tables.case_file
    is_case = select(case.c.code).where(case.c.code == table.c.case_code).exists()
    statement = select(table.c.case_code).distinct().where(~is_case).order_by(table.c.case_code)
    for row in tx.rows(statement):
        yield row.case_code
