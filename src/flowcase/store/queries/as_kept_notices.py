"""Notices as they are kept, for comparing them with what the history tells of what was sent."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sqlalchemy import func, literal, select, tuple_

from flowcase.store import tables
from flowcase.store.appliers.user_tasks import GIVEN
from flowcase.store.tx import Tx

_AT_ONCE = 1000
_NAMED_AT_ONCE = 500


class Notice(NamedTuple):
    """What one recipient was told."""

    id: str
    recipient_kind: str
    recipient: str
    kind: str
    text_code: str
    stream: str
    case_code: str | None
    deadline: str | None
    due_at: dt.datetime | None
    at: dt.datetime


_COLUMNS = tuple(tables.notice.c[name] for name in Notice._fields)
_KEY = _COLUMNS[:3]


# That somebody was given a user task is told by the user task's own event, which names no notice.
_BY_EVENT = tables.notice.c.kind != GIVEN


def number(tx: Tx) -> int:
    return int(tx.scalar(select(func.count()).select_from(tables.notice).where(_BY_EVENT)))


def notices(tx: Tx) -> Iterator[Notice]:
    """All of which an event tells by their ids, some at a time."""
    after = ("", "", "")
    while True:
        behind = select(*_COLUMNS).where(_BY_EVENT, tuple_(*_KEY) > tuple_(*map(literal, after)))
        found = [Notice(*row) for row in tx.rows(behind.order_by(*_KEY).limit(_AT_ONCE))]
        yield from found
        if len(found) < _AT_ONCE:
            return
        after = found[-1][:3]


def among(tx: Tx, ids: Sequence[str]) -> set[Notice]:
    """Those with one of these ids."""
    found: set[Notice] = set()
    for begin in range(0, len(ids), _NAMED_AT_ONCE):
        named = tables.notice.c.id.in_(ids[begin : begin + _NAMED_AT_ONCE])
        found |= {Notice(*row) for row in tx.rows(select(*_COLUMNS).where(_BY_EVENT, named))}
    return found
