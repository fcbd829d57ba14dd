"""Webhooks, their deliveries, and what of the outbox waits for a person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, func, or_, select, text

from flowcase.store.queries.rows import made, made_or_none
from flowcase.store.tx import Tx
from flowcase.store.webhook_tables import (
    DELIVERY_IS_UNSENT,
    OUTBOX_INCIDENT_IS_OPEN,
    outbox_incident,
    webhook,
    webhook_delivery,
)


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
class DeliveryRow:
    id: str
    webhook: str
    kind: str
    body: str
    status: str
    due_at: dt.datetime
    created_at: dt.datetime
    attempts: int
    lease_owner: str | None
    lease_until: dt.datetime | None
    sent_at: dt.datetime | None
    outcome: str | None


@dataclass(frozen=True)
class OutboxIncidentRow:
    way: str
    delivery: str
    raised_at: dt.datetime
    message: str
    resolved_at: dt.datetime | None
    resolved_by: str | None


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


def delivery(tx: Tx, id: str) -> DeliveryRow | None:
    return made_or_none(DeliveryRow, tx.first(select(webhook_delivery).where(webhook_delivery.c.id == id)))


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


def next_to_send(tx: Tx) -> DeliveryRow | None:
    """What is due and of no webhook that rests, or was claimed by a worker that has gone; locked."""
    table = webhook_delivery
    statement = (
        select(table)
        .join(webhook, webhook.c.id == table.c.webhook)
        .where(text(f"webhook_delivery.{DELIVERY_IS_UNSENT}"), table.c.due_at <= tx.now)
        .where(or_(table.c.lease_until.is_(None), table.c.lease_until <= tx.now))
        .where(or_(webhook.c.rests_until.is_(None), webhook.c.rests_until <= tx.now))
        .order_by(table.c.due_at, table.c.id)
        .limit(1)
        .with_for_update(skip_locked=True, of=table)
    )
    return made_or_none(DeliveryRow, tx.first(statement))


def is_waiting(tx: Tx) -> bool:
    """Whether `next_to_send` may find one; takes no lock."""
    table = webhook_delivery
    statement = select(table.c.id).where(text(DELIVERY_IS_UNSENT), table.c.due_at <= tx.now).limit(1)
    return tx.first(statement) is not None


def forget_sent(tx: Tx, before: dt.datetime) -> int:
    """Take away what was delivered or dropped before; how many."""
    table = webhook_delivery
    return tx.execute(
        delete(table).where(table.c.status.in_(("sent", "dropped")), table.c.created_at < before)
    )


def open_incidents(tx: Tx, *, limit: int) -> list[OutboxIncidentRow]:
    """Of mails and webhooks, oldest first."""
    statement = (
        select(outbox_incident)
        .where(text(OUTBOX_INCIDENT_IS_OPEN))
        .order_by(outbox_incident.c.raised_at, outbox_incident.c.delivery)
        .limit(limit)
    )
    return [made(OutboxIncidentRow, row) for row in tx.rows(statement)]


def count_incidents(tx: Tx) -> Mapping[str, int]:
    """How many stand open: mail and webhook."""
    statement = (
        select(outbox_incident.c.way, func.count().label("number"))
        .where(text(OUTBOX_INCIDENT_IS_OPEN))
        .group_by(outbox_incident.c.way)
    )
    return {"mail": 0, "webhook": 0} | {row.way: row.number for row in tx.rows(statement)}
