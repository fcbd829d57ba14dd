"""Rows of reviews that say otherwise than the history: who approved what is in force, and what was said."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.history.retold_reviews import Reviews
from flowcase.services.altered_row import AlteredRow, compared
from flowcase.store import Tx
from flowcase.store.queries import as_kept_reviews


def find(tx: Tx, told: Reviews) -> Iterator[AlteredRow]:
    kept = as_kept_reviews.reviews(tx)
    yield from compared("review", kept.reviews, told.reviews)
    of_a_review: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("reviewed file", kept.files, told.files),
        ("review comment", kept.comments, told.comments),
    ]
    for sort, here, said in of_a_review:
        # Of a review that is gone that is said once.
        left = {id: row for id, row in said.items() if id in here or row.review in kept.reviews}
        yield from compared(sort, here, left)
