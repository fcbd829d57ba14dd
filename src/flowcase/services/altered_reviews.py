"""Rows of reviews that say otherwise than the history: who approved what is in force, and what was said.

They are compared share by share, for each of which the events of reviews are heard anew: memory does not
grow with their number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.history import retold_reviews
from flowcase.history.retold_reviews import Reviews
from flowcase.services.altered_row import AlteredRow, compared
from flowcase.services.told_of_installation import Share, shares, told
from flowcase.store import Tx
from flowcase.store.queries import as_kept_reviews

_ROWS_AT_ONCE = 2000


def find(tx: Tx) -> Iterator[AlteredRow]:
    for share in shares(as_kept_reviews.number(tx), _ROWS_AT_ONCE):
        yield from _compared(tx, share)


def _compared(tx: Tx, share: Share) -> Iterator[AlteredRow]:
    said = Reviews()
    for actor, at, event in told(tx, retold_reviews.KINDS):
        if share.has(retold_reviews.named_by(event)):
            retold_reviews.tell(said, actor, at, event)
    kept = as_kept_reviews.reviews(tx, share.has)
    yield from compared("review", kept.reviews, said.reviews)
    of_a_review: list[tuple[str, Mapping[str, Any], Mapping[str, Any]]] = [
        ("reviewed file", kept.files, said.files),
        ("review comment", kept.comments, said.comments),
    ]
    for sort, here, rows in of_a_review:
        # Of a review that is gone that is said once.
        missing = {row.review for id, row in rows.items() if id not in here}
        there = as_kept_reviews.reviews_there(tx, sorted(missing))
        left = {id: row for id, row in rows.items() if id in here or row.review in there}
        yield from compared(sort, here, left)
