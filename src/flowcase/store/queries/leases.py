"""Leases of every kind of work: those that reach further ahead than their kind's longest."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, exists, func, select, text, update

from flowcase.store import tables
from flowcase.store.document_tables import document_content
from flowcase.store.queries import checkpoints, mails, webhooks, worklists
from flowcase.store.queries.outbox import Outgoing
from flowcase.store.queries.worklists import Lists
from flowcase.store.simulation_tables import simulation
from flowcase.store.tx import Tx

_job = tables.job
_OUTGOING: tuple[Outgoing[Any], ...] = (mails.MAILS, webhooks.DELIVERIES, checkpoints.DELIVERIES)


@dataclass(frozen=True)
class Leased:
    """Work of one kind: the column that holds the end of its lease, and the longest that one may be."""

    kind: str
    until: Column[dt.datetime]
    longest: dt.timedelta
    which: Sequence[ColumnElement[bool]]  # of the rows of its table

    @property
    def table(self) -> Table:
        table: Table = self.until.table
        return table


def jobs(longest: dt.timedelta, *, of: Collection[str] = (), but: Collection[str] = ()) -> Leased:
    """Jobs `of` these types, or of all `but` these."""
    types = _job.c.type.in_(list(of)) if of else _job.c.type.not_in(list(but))
    return Leased("job", _job.c.lease_until, longest, [_as_condition(tables.JOB_IS_CLAIMED), types])


def deliveries(longest: dt.timedelta) -> list[Leased]:
    """Mails, webhooks and checkpoints."""
    return [
        Leased(
            each.way, each.table.c.lease_until, longest, [each.is_unsent, each.table.c.status == "claimed"]
        )
        for each in _OUTGOING
    ]


def listed(longest: dt.timedelta) -> list[Leased]:
    """Instances of the batches and moves that are at work."""
    return [_listed(kind, each, longest) for kind, each in _LISTS]


_LISTS = (("batch", worklists.BATCHES), ("move", worklists.MOVES))


def _listed(kind: str, lists: Lists, longest: dt.timedelta) -> Leased:
    at_work = select(lists.head.c.id).where(lists.head.c.status.in_(("running", "undoing")))
    return Leased(kind, lists.item.c.lease_until, longest, [lists.id().in_(at_work)])


def simulations(longest: dt.timedelta) -> Leased:
    return Leased("simulation", simulation.c.lease_until, longest, [simulation.c.status == "running"])


def scans(longest: dt.timedelta) -> Leased:
    waits = _as_condition(tables.CONTENT_WAITS_FOR_ITS_SCAN)
    return Leased("scan", document_content.c.scan_at, longest, [waits])


def _as_condition(sql: str) -> ColumnElement[bool]:
    """The text of a partial index's condition, spelled as the index has it."""
    return text(sql)  # type: ignore[return-value]


def too_long(tx: Tx, leased: Sequence[Leased], tolerance: dt.timedelta) -> bool:
    """Whether one of them reaches further than its longest and the tolerance; takes no lock."""
    found = [exists().where(*_beyond(tx, each, tolerance)).label(f"k{n}") for n, each in enumerate(leased)]
    asked: Any = select(*found)
    return any(tx.first(asked))


def cut(tx: Tx, leased: Leased, tolerance: dt.timedelta) -> int:
    """Let those end where a lease that was taken now would; how many."""
    ends = {leased.until.name: tx.now + leased.longest}
    return tx.execute(update(leased.table).where(*_beyond(tx, leased, tolerance)).values(ends))


def _beyond(tx: Tx, leased: Leased, tolerance: dt.timedelta) -> list[ColumnElement[bool]]:
    return [*leased.which, leased.until > tx.now + leased.longest + tolerance]


def database_clock(tx: Tx) -> dt.datetime:
    """What the machine of PostgreSQL takes for now."""
    now: dt.datetime = tx.scalar(select(func.clock_timestamp()))
    return now
