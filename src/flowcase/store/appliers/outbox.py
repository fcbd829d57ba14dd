"""Webhooks, and what of the outbox failed for good. Address and secret are sealed by the service."""

from __future__ import annotations

from sqlalchemy import select, update

from flowcase import events
from flowcase.store import webhook_tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.tx import LockedInstance, Tx

history_only(events.WebhookMade)
history_only(events.WebhookSecretChanged)


@applies(events.WebhookEnded)
def end_webhook(tx: Tx, stream: str, instance: LockedInstance | None, event: events.WebhookEnded) -> None:
    tx.update(
        webhook_tables.webhook,
        {"id": event.webhook, "is_active": True},
        {"is_active": False, "ended_at": tx.now},
        attempt=f"end webhook '{event.webhook}'",
    )
    # What failed of it can never be delivered now: nobody has to look at it any longer.
    delivery, incident = webhook_tables.webhook_delivery, webhook_tables.outbox_incident
    failed = select(delivery.c.id).where(delivery.c.webhook == event.webhook, delivery.c.status == "failed")
    tx.execute(
        update(incident)
        .where(incident.c.way == "webhook", incident.c.resolved_at.is_(None))
        .where(incident.c.delivery.in_(failed))
        .values(resolved_at=tx.now, resolved_by=tx.actor.id)
    )
    tx.update_all(delivery, {"webhook": event.webhook, "status": "failed"}, {"status": "dropped"})


@applies(events.DeliveryFailed)
def raise_incident(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.DeliveryFailed
) -> None:
    key = {"way": event.way, "delivery": event.delivery}
    values = {"raised_at": tx.now, "message": event.because, "resolved_at": None, "resolved_by": None}
    if not tx.update_any(webhook_tables.outbox_incident, key, values):
        tx.insert(webhook_tables.outbox_incident, **key, **values)


@applies(events.DeliveryRetried)
def resolve_incident(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.DeliveryRetried
) -> None:
    """What had been sent already has none."""
    incident = webhook_tables.outbox_incident
    tx.execute(
        update(incident)
        .where(incident.c.way == event.way, incident.c.delivery == event.delivery)
        .where(incident.c.resolved_at.is_(None))
        .values(resolved_at=tx.now, resolved_by=tx.actor.id)
    )
