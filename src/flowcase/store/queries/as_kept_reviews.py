"""Rows of reviews as they are kept, for comparing them with what the history tells of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from flowcase.history.retold_reviews import TOLD, Reviews, id_of_file
from flowcase.store.queries.rows import made
from flowcase.store.review_tables import review, review_comment, review_file
from flowcase.store.tx import Tx

TABLES: Mapping[str, Any] = {"review": review, "reviewed file": review_file, "review comment": review_comment}


def reviews(tx: Tx) -> Reviews:
    found = {
        sort: [(row, made(TOLD[sort], row)) for row in tx.rows(select(table))]
        for sort, table in TABLES.items()
    }
    return Reviews(
        {row.id: kept for row, kept in found["review"]},
        {id_of_file(row.review, row.file_name): kept for row, kept in found["reviewed file"]},
        {row.id: kept for row, kept in found["review comment"]},
    )
