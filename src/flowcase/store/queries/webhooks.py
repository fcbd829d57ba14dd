"""Webhooks and their deliveries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from flowcase.store.queries.outbox import Outgoing, OutgoingRow
from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx
from flowcase.store.webhook_tables import webhook, webhook_delivery


@dataclass(frozen=True)
class WebhookRow:
    id: str
    host: str
    kinds: Sequence[str]
    sealed_target: bytes
    is_active: bool
    made_at: dt.datetime
    made_by: str
    ended_at: dt.datetime | None
    rests_until: dt.datetime | None


@dataclass(frozen=True)
class DeliveryRow(OutgoingRow):
    webhook: str
    kind: str
    body: str


def _of_none_that_rests(statement: Select[Any], tx: Tx) -> Select[Any]:
    return statement.join(webhook, webhook.c.id == webhook_delivery.c.webhook).where(
        or_(webhook.c.rests_until.is_(None), webhook.c.rests_until <= tx.now)
    )


DELIVERIES = Outgoing("webhook", webhook_delivery, DeliveryRow, _of_none_that_rests)


def get(tx: Tx, id: str) -> WebhookRow | None:
    return made_or_none(WebhookRow, tx.first(select(webhook).where(webhook.c.id == id)))


def all_of_them(tx: Tx) -> list[WebhookRow]:
    """Those in use first, then the newest."""
    order = (webhook.c.is_active.desc(), webhook.c.made_at.desc(), webhook.c.id)
    return [made(WebhookRow, row) for row in tx.rows(select(webhook).order_by(*order))]


def subscribers(tx: Tx) -> dict[str, tuple[str, ...]]:
    """Kind of event -> the webhooks that are told of it."""
    found: dict[str, tuple[str, ...]] = {}
    statement = select(webhook.c.id, webhook.c.kinds).where(webhook.c.is_active).order_by(webhook.c.id)
    for row in tx.rows(statement):
        for kind in row.kinds:
            found[kind] = (*found.get(kind, ()), row.id)
    return found


def deliveries(
    tx: Tx, webhook_id: str, *, after: tuple[dt.datetime, str] | None = None, limit: int
) -> list[DeliveryRow]:
    """Newest first, beginning behind `after`."""
    table = webhook_delivery
    statement = (
        select(table)
        .where(table.c.webhook == webhook_id)
        .order_by(table.c.created_at.desc(), table.c.id.desc())
        .limit(limit)
    )
    if after is not None:
        at, id = after
        statement = statement.where(
            (table.c.created_at < at) | ((table.c.created_at == at) & (table.c.id < id))
        )
    return [made(DeliveryRow, row) for row in tx.rows(statement)]


def counts(tx: Tx) -> dict[str, dict[str, int]]:
    """Webhook -> status -> how many deliveries."""
    table = webhook_delivery
    statement = select(table.c.webhook, table.c.status, func.count().label("number")).group_by(
        table.c.webhook, table.c.status
    )
    found: dict[str, dict[str, int]] = {}
    for row in tx.rows(statement):
        found.setdefault(row.webhook, {})[row.status] = row.number
    return found
