"""Rows of suspended processes, batches and moves as they are kept, for comparing them with the history."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import literal, select

from flowcase.history.retold_operations import Batch, Move, Suspension
from flowcase.store.queries.rows import made
from flowcase.store.queries.worklists import BATCHES, MOVES, Lists
from flowcase.store.suspension_tables import suspension
from flowcase.store.tables import instance
from flowcase.store.tx import Tx

_ITEMS_AT_ONCE, _INSTANCES_AT_ONCE = 1000, 500


def suspensions(tx: Tx) -> dict[str, Suspension]:
    return {row.scope: made(Suspension, row) for row in tx.rows(select(suspension))}


def batches(tx: Tx) -> dict[str, Batch]:
    return {row.id: made(Batch, row) for row in tx.rows(select(BATCHES.head))}


def moves(tx: Tx) -> dict[str, Move]:
    return {row.id: made(Move, row) for row in tx.rows(select(MOVES.head))}


def items(tx: Tx, lists: Lists, list_id: str) -> Iterator[Any]:
    """Number, instance, status, and of a batch the version it is taken from, in order; some at a time."""
    item, after = lists.item, -1
    columns = [item.c.number, item.c.instance, item.c.status, *([item.c.source] if lists is BATCHES else [])]
    while True:
        # Of one number are several only where somebody altered them: those that are left out differ anyway.
        statement = select(*columns).where(lists.id() == list_id, item.c.number > after)
        found = tx.rows(statement.order_by(item.c.number, item.c.instance).limit(_ITEMS_AT_ONCE))
        yield from found
        if len(found) < _ITEMS_AT_ONCE:
            return
        after = found[-1].number


@dataclass(frozen=True)
class KeptItem:
    """What became of an instance of a batch or a move."""

    sort: str
    list: str
    act: str
    instance: str
    status: str
    done_at: dt.datetime | None
    is_called: bool  # by another instance


def items_of(tx: Tx, instances: Sequence[str]) -> Iterator[KeptItem]:
    """In which lists these instances are."""
    for sort, lists in (("batch", BATCHES), ("move", MOVES)):
        item, head = lists.item, lists.head
        act = head.c.act if lists is BATCHES else literal("migrate")
        statement = (
            select(
                lists.id().label("list"),
                act.label("act"),
                item.c.instance,
                item.c.status,
                item.c.done_at,
                instance.c.parent.is_not(None).label("is_called"),
            )
            .join_from(item, head, head.c.id == lists.id())
            .join(instance, instance.c.id == item.c.instance)
        )
        for begin in range(0, len(instances), _INSTANCES_AT_ONCE):
            named = item.c.instance.in_(instances[begin : begin + _INSTANCES_AT_ONCE])
            for row in tx.rows(statement.where(named)):
                yield KeptItem(
                    sort, row.list, row.act, row.instance, row.status, row.done_at, bool(row.is_called)
                )
