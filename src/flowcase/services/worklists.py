"""Working off a list of instances: a worker claims some for a while, and the list ends when none is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from flowcase.access.actor import SYSTEM
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import worklists as queries
from flowcase.store.queries.worklists import Lists

LEASE = dt.timedelta(minutes=2)  # after which another worker takes an instance over
AT_ONCE = 25  # instances that a worker claims together


class ListRow(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def status(self) -> str: ...


Row = TypeVar("Row", bound=ListRow)


class Worklist:
    """`worked_off` is what an instance is whose turn is over, and comes again when the list is undone."""

    def __init__(self, transactions: Transactions, lists: Lists, *, worked_off: str) -> None:
        self._transactions, self._lists, self._worked_off = transactions, lists, worked_off

    def left(self, row: ListRow) -> str:
        """What an instance is whose turn is still to come."""
        return self._worked_off if row.status == "undoing" else "waiting"

    def work_off(self, at_work: Iterable[Row], one: Callable[[Row, str], int], limit: int) -> int:
        """Hand what is next of the first list that has something left to `one`; the sum of what it says."""
        for row in at_work:
            claimed = self._transactions.run(SYSTEM, partial(self._claim, row=row, limit=limit))
            if claimed:
                return sum(one(row, instance) for instance in claimed)
            self._transactions.run(SYSTEM, partial(self._finish, row=row))
        return 0

    def _claim(self, tx: Tx, row: ListRow, limit: int) -> Sequence[str]:
        if queries.status(tx, self._lists, row.id) != row.status:
            return []
        claimed = queries.claimable(tx, self._lists, row.id, self.left(row), limit)
        for instance in claimed:
            here = {self._lists.id().name: row.id, "instance": instance}
            tx.update_all(self._lists.item, here, {"lease_until": tx.now + LEASE})
        return claimed

    def _finish(self, tx: Tx, row: ListRow) -> None:
        """Done when nothing is left, not even in another worker's hands."""
        if not queries.is_left(tx, self._lists, row.id, self.left(row)):
            ended = {"status": "done" if row.status == "running" else "undone"}
            tx.update_any(self._lists.head, {"id": row.id, "status": row.status}, ended)
