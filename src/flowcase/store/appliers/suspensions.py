"""Processes from which nothing new starts for a while, and what is held meanwhile."""

from __future__ import annotations

from flowcase import events
from flowcase.store import tables
from flowcase.store.appliers import applies
from flowcase.store.queries import suspensions
from flowcase.store.suspension_tables import held_start, suspension
from flowcase.store.tx import LockedInstance, Tx
from flowcase.values import canonical_json, to_json


@applies(events.ProcessSuspended)
def suspend(tx: Tx, stream: str, instance: LockedInstance | None, event: events.ProcessSuspended) -> None:
    tx.insert(
        suspension,
        scope=scope(event.process, event.version),
        process=event.process,
        version=event.version,
        reason=event.reason,
        at=tx.now,
        actor=tx.actor.id,
        batch=event.batch,
    )
    _hold_timers(tx, event.process)


@applies(events.ProcessResumed)
def resume(tx: Tx, stream: str, instance: LockedInstance | None, event: events.ProcessResumed) -> None:
    here = scope(event.process, event.version)
    tx.delete(suspension, {"scope": here}, attempt=f"resume process '{here}'")
    _hold_timers(tx, event.process)


@applies(events.StartHeld)
def hold(tx: Tx, stream: str, instance: LockedInstance | None, event: events.StartHeld) -> None:
    tx.insert(
        held_start,
        id=event.held,
        process=event.process,
        definition=event.definition,
        kind=event.kind,
        element=event.start_element,
        name=event.name,
        start_key=event.start_key,
        stream=stream,
        case_code=event.case_code,
        sealed_variables=tx.seal(stream, f"held|{event.held}", canonical_json(to_json(event.variables))),
        at=tx.now,
        try_at=tx.now,
        has_failed=False,
    )
    if event.message is None:
        return
    if event.is_used_up:
        tx.delete(tables.message, {"id": event.message}, attempt=f"hand over message '{event.message}'")
    else:
        tx.insert(tables.message_receipt, message=event.message, process=event.process)


@applies(events.HeldStartReleased)
def release(tx: Tx, stream: str, instance: LockedInstance | None, event: events.HeldStartReleased) -> None:
    tx.delete(held_start, {"id": event.held}, attempt=f"release held start '{event.held}'")


@applies(events.HeldStartDropped)
def drop(tx: Tx, stream: str, instance: LockedInstance | None, event: events.HeldStartDropped) -> None:
    tx.delete(held_start, {"id": event.held}, attempt=f"drop held start '{event.held}'")


def scope(process: str, version: int | None) -> str:
    return process if version is None else f"{process}:{version}"


def _hold_timers(tx: Tx, process: str) -> None:
    """Timers of start events do not fall due while their definition is suspended."""
    timer = tables.timer
    rows = tx.rows(timer.select().where(timer.c.process == process, timer.c.instance.is_(None)))
    for row in rows:
        is_held = row.definition is not None and suspensions.of(tx, row.definition) is not None
        if row.is_held != is_held:
            tx.changed_timers.add(row.id)
            tx.update_all(timer, {"id": row.id}, {"is_held": is_held})
