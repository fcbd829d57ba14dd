"""A deadline that is given another date, as a handler does it."""

from __future__ import annotations

import datetime as dt

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.store import Tx
from flowcase.store.queries import deadlines


def move_deadline(flow: Flowcase, id: str, *, due: dt.datetime | dt.date, reason: str, actor: Actor) -> None:
    """Its timers move in the same transaction."""

    def work(tx: Tx) -> None:
        row = deadlines.deadline(tx, id)
        assert row is not None
        case_work = flow.cases._open_work(tx, case=row.case_code, stream=row.stream)
        case_work.move_deadline(id, due=due, reason=reason)
        flow.cases._advancing.request(tx, *case_work.requests)

    flow.cases._transactions.run(actor, work)
