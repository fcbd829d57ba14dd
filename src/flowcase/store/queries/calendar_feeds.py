"""Calendars that people subscribe to."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from flowcase.store.calendar_tables import calendar_feed
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx


@dataclass(frozen=True)
class FeedRow:
    person: str
    series: str
    secret_hash: str
    made_at: dt.datetime


def feeds_of(tx: Tx, person: str) -> list[FeedRow]:
    statement = select(calendar_feed).where(calendar_feed.c.person == person)
    return [made(FeedRow, row) for row in tx.rows(statement)]


def feed_by_hash(tx: Tx, secret_hash: str) -> FeedRow | None:
    statement = select(calendar_feed).where(calendar_feed.c.secret_hash == secret_hash)
    return made_or_none(FeedRow, tx.first(statement))
