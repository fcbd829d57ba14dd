"""Rows of reviews that say otherwise than the history: who approved what is in force, and what was said.

They are compared share by share: memory does not grow with their number. What is told of the first share is
heard along with the rest of the installation's stream; for each further one its events are heard anew.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flowcase.history import retold_reviews
from flowcase.history.retold_reviews import Reviews
from flowcase.services.proving.altered_row import AlteredRow, compared
from flowcase.services.proving.told_of_installation import Share, Told, shares, told
from flowcase.store import Tx
from flowcase.store.queries import as_kept_reviews

_ROWS_AT_ONCE = 2000


class Reviewed:
    """What is told of one share of them."""

    def __init__(self, tx: Tx, share: Share | None = None) -> None:
        self.share = share or shares(as_kept_reviews.number(tx), _ROWS_AT_ONCE)[0]
        self.said = Reviews()

    def listen(self, told: Told) -> None:
        actor, at, event = told
        if isinstance(event, retold_reviews.KINDS) and self.share.has(retold_reviews.named_by(event)):
            retold_reviews.tell(self.said, actor, at, event)


def find(tx: Tx, first: Reviewed) -> Iterator[AlteredRow]:
    yield from _compared(tx, first.share, first.said)
    for number in range(1, first.share.of):
        further = Reviewed(tx, Share(number, first.share.of))
        for each in told(tx, retold_reviews.KINDS):
            further.listen(each)
        yield from _compared(tx, further.share, further.said)


def _compared(tx: Tx, share: Share, said: Reviews) -> Iterator[AlteredRow]:
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
