"""What programs were answered, by the key that they sent along: a request that comes twice is done once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import Conflict, FlowcaseError
from flowcase.services.transactions import Transactions, alongside
from flowcase.store import Tx, api_tables
from flowcase.store.queries import programs

KEPT = dt.timedelta(hours=24)
ABANDONED = dt.timedelta(minutes=2)  # a request without an answer for so long has lost its server


class KeyUsedOtherwise(FlowcaseError):
    """The key came with another request before."""

    def __init__(self) -> None:
        super().__init__(
            "Expected header Idempotency-Key to come with the same request as before, but it is another one. "
            "Send a key of its own with each new request."
        )


@dataclass(frozen=True)
class Answer:
    """An answer as it was given."""

    status: int
    content_type: str
    body: str


class KeptAnswers:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def begin(self, key: str, request: str, *, actor: Actor) -> Answer | None:
        """The answer that was given before; None when the request is to be carried out now.

        `request` is a digest of all that was asked. Raises KeyUsedOtherwise, and Conflict while the first
        request is carried out, or when it was carried out and its answer was lost with its server.
        """
        where = {"account": actor.id, "key": key}

        def work(tx: Tx) -> Answer | None:
            request_hash = tx.digest("request", request).hex()
            fresh = {"request_hash": request_hash, "at": tx.now, "is_done": False}
            if tx.insert_once(api_tables.kept_answer, **where, **fresh, status=None):
                return None
            row = programs.kept_answer(tx, actor.id, key)
            if row is None:
                raise Conflict("carry out the request", "one with the same key has just ended")
            if row.request_hash != request_hash:
                raise KeyUsedOtherwise
            if row.status is not None:
                return Answer(row.status, row.content_type or "", row.body or "")
            if row.is_done:
                raise Conflict(
                    "give the same answer again",
                    "the request was carried out, but its answer is on its way or was lost",
                )
            if row.at > tx.now - ABANDONED:
                raise Conflict("carry out the request", "one with the same key is being carried out")
            tx.update(
                api_tables.kept_answer, {**where, "at": row.at}, fresh, attempt="take over an idempotency key"
            )
            return None

        return self._transactions.run(actor, work)

    @contextmanager
    def noting(self, key: str, *, actor: Actor) -> Iterator[None]:
        """What is committed inside says so beside the key, in the same transaction."""

        def note(tx: Tx) -> None:
            tx.update_any(api_tables.kept_answer, {"account": actor.id, "key": key}, {"is_done": True})

        before = alongside.set(note)
        try:
            yield
        finally:
            alongside.reset(before)

    def keep(self, key: str, answer: Answer, *, actor: Actor) -> None:
        values = {"status": answer.status, "content_type": answer.content_type, "body": answer.body}
        where = {"account": actor.id, "key": key}
        self._transactions.run(actor, lambda tx: tx.update_any(api_tables.kept_answer, where, values))

    def release(self, key: str, *, actor: Actor) -> None:
        """Nothing was done: the same request may try again."""
        where = {"account": actor.id, "key": key, "is_done": False}
        self._transactions.run(actor, lambda tx: tx.delete_any(api_tables.kept_answer, where))

    def forget_old(self) -> int:
        """Take answers away whose time is over; how many."""
        return self._transactions.run(SYSTEM, lambda tx: programs.forget_answers(tx, tx.now - KEPT))
