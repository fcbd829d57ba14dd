"""Working off a list of instances: a worker claims some for a while, and the list ends when none is left."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import Forbidden
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import people
from flowcase.store.queries import worklists as queries
from flowcase.store.queries.worklists import Lists

PAUSED = {"running": "paused", "undoing": "undo_paused"}
NO_LONGER_THEIRS = (
    "Sat på pause af flowcase: den, der lod den køre, må det ikke længere. En anden kan fortsætte."
)
LEASE = dt.timedelta(minutes=2)  # after which another worker takes an instance over
AT_ONCE = 25  # instances that a worker claims together


class ListRow(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def status(self) -> str: ...
    @property
    def decided_by(self) -> str: ...


Row = TypeVar("Row", bound=ListRow)


class NoLongerTheirs(Forbidden):
    """Who let a list be worked off has lost the right to, or the account, since then."""

    def __init__(self, person: str) -> None:
        super().__init__("go on with a list of instances", f"'{person}' may not let it run any longer")


def is_as_it_was(row: ListRow, now: ListRow) -> bool:
    """Whether a list is still worked off in the same direction for who let it: others may go on with it."""
    return (now.status, now.decided_by) == (row.status, row.decided_by)


def check_still_theirs(tx: Tx, decided_by: str, may: Callable[[Actor], bool]) -> None:
    """Raises NoLongerTheirs. The terminal and flowcase itself have no account that could end."""
    if lost_right(tx, decided_by, may):
        raise NoLongerTheirs(decided_by)


def lost_right(tx: Tx, person: str, may: Callable[[Actor], bool]) -> bool:
    row = people.person(tx, person)
    return row is not None and not (row.is_active and may(Actor(row.id, groups=row.groups)))


class Worklist:
    """`worked_off` is what an instance is whose turn is over, and comes again when the list is undone."""

    def __init__(self, transactions: Transactions, lists: Lists, *, worked_off: str) -> None:
        self._transactions, self._lists, self._worked_off = transactions, lists, worked_off

    def left(self, row: ListRow) -> str:
        """What an instance is whose turn is still to come."""
        return self._worked_off if row.status == "undoing" else "waiting"

    def paused(self, tx: Tx, row: ListRow) -> bool:
        """Stop at what is done; whether it was still at work, for who had let it."""
        here = {"id": row.id, "status": row.status, "decided_by": row.decided_by}
        if not tx.update_any(self._lists.head, here, {"status": PAUSED[row.status]}):
            return False
        waiting = {self._lists.id().name: row.id, "status": self.left(row)}
        tx.update_all(self._lists.item, waiting, {"lease_until": None})
        return True

    def work_off(self, at_work: Iterable[Row], one: Callable[[Row, str], int], limit: int) -> int:
        """Hand what is next of the first list that has something left to `one`; the sum of what it says."""
        for row in at_work:
            claimed = self._transactions.run_due(partial(self._claim, row=row, limit=limit))
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
