"""Messages and signals: what waits for them, and what waits to be received."""

from __future__ import annotations

from flowcase import events, model
from flowcase.store import tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.tx import LockedInstance, Tx
from flowcase.values import canonical_json, to_json

history_only(
    model.MessagePublished,  # the service correlates it in the same transaction
    model.SignalBroadcast,
    model.MessageReceived,  # an unsubscribed event follows where the subscription ends with it
    model.SignalReceived,
    events.MessageAccepted,
    events.MessageRepeated,
    events.SignalAccepted,
)


@applies(model.MessageSubscribed)
def subscribe(tx: Tx, stream: str, instance: LockedInstance, event: model.MessageSubscribed) -> None:
    tx.insert(
        tables.message_subscription,
        id=f"{instance.id}.{event.subscription}",
        instance=instance.id,
        subscription=event.subscription,
        process=instance.process,
        element=event.element,
        element_instance=event.element_instance,
        name=event.name,
        correlation_key=event.correlation_key,
        is_interrupting=event.is_interrupting,
        stream=stream,
        is_held=False,
        created_at=tx.now,
    )


@applies(model.MessageUnsubscribed)
def unsubscribe(tx: Tx, stream: str, instance: LockedInstance, event: model.MessageUnsubscribed) -> None:
    subscription = f"{instance.id}.{event.subscription}"
    tx.delete(tables.message_subscription, {"id": subscription}, attempt=f"end subscription '{subscription}'")


@applies(events.MessageBuffered)
def buffer(tx: Tx, stream: str, instance: LockedInstance | None, event: events.MessageBuffered) -> None:
    tx.insert(
        tables.message,
        id=event.message,
        name=event.name,
        correlation_key=event.correlation_key,
        message_id=event.message_id,
        stream=stream,
        case_code=event.case_code,
        sealed_variables=tx.seal(
            stream, f"message|{event.message}", canonical_json(to_json(event.variables))
        ),
        published_at=tx.now,
        expires_at=event.expires_at,
    )
    for process in event.reached or ():
        tx.insert(tables.message_receipt, message=event.message, process=process)


@applies(events.MessageCorrelated)
def correlate(tx: Tx, stream: str, instance: LockedInstance | None, event: events.MessageCorrelated) -> None:
    if event.message is None:
        return
    if event.is_used_up:
        tx.delete(tables.message, {"id": event.message}, attempt=f"hand over message '{event.message}'")
    else:
        tx.insert(tables.message_receipt, message=event.message, process=event.process)


@applies(events.MessageExpired)
def expire(tx: Tx, stream: str, instance: LockedInstance | None, event: events.MessageExpired) -> None:
    tx.delete(tables.message, {"id": event.message}, attempt=f"let message '{event.message}' expire")


@applies(model.SignalSubscribed)
def subscribe_signal(tx: Tx, stream: str, instance: LockedInstance, event: model.SignalSubscribed) -> None:
    tx.insert(
        tables.signal_subscription,
        id=f"{instance.id}.{event.subscription}",
        instance=instance.id,
        subscription=event.subscription,
        process=instance.process,
        element=event.element,
        element_instance=event.element_instance,
        name=event.name,
        is_global=event.is_global,
        stream=stream,
        is_held=False,
        created_at=tx.now,
    )


@applies(model.SignalUnsubscribed)
def unsubscribe_signal(
    tx: Tx, stream: str, instance: LockedInstance, event: model.SignalUnsubscribed
) -> None:
    subscription = f"{instance.id}.{event.subscription}"
    tx.delete(tables.signal_subscription, {"id": subscription}, attempt=f"end subscription '{subscription}'")
