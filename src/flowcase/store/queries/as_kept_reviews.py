"""Rows of reviews as they are kept, for comparing them with what the history tells of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import func, literal, select, tuple_

from flowcase.history.retold_reviews import TOLD, Reviews, id_of_file
from flowcase.store.queries.rows import made
from flowcase.store.review_tables import review, review_comment, review_file
from flowcase.store.tx import Tx

TABLES: Mapping[str, Any] = {"review": review, "reviewed file": review_file, "review comment": review_comment}
_AT_ONCE = 500


def number(tx: Tx) -> int:
    """Of rows of all sorts."""
    return sum(tx.scalar(select(func.count()).select_from(table)) for table in TABLES.values())


def reviews(tx: Tx, is_wanted: Callable[[str], bool]) -> Reviews:
    """Reviews and their files by the review's id, comments by their own."""
    found = Reviews()
    for row in _rows(tx, review):
        if is_wanted(row.id):
            found.reviews[row.id] = made(TOLD["review"], row)
    for row in _rows(tx, review_file):
        if is_wanted(row.review):
            found.files[id_of_file(row.review, row.file_name)] = made(TOLD["reviewed file"], row)
    for row in _rows(tx, review_comment):
        if is_wanted(row.id):
            found.comments[row.id] = made(TOLD["review comment"], row)
    return found


def reviews_there(tx: Tx, ids: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for begin in range(0, len(ids), _AT_ONCE):
        statement = select(review.c.id).where(review.c.id.in_(ids[begin : begin + _AT_ONCE]))
        found |= {row.id for row in tx.rows(statement)}
    return found


def _rows(tx: Tx, table: Any) -> Iterator[Any]:
    """All of a table, some at a time."""
    key = list(table.primary_key)
    statement = select(table).order_by(*key).limit(_AT_ONCE)
    rows = tx.rows(statement)
    while rows:
        yield from rows
        if len(rows) < _AT_ONCE:
            return
        last = [literal(getattr(rows[-1], column.name)) for column in key]
        rows = tx.rows(statement.where(tuple_(*key) > tuple_(*last)))
