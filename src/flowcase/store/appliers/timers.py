"""Timers of instances and of timer start events."""

from __future__ import annotations

from flowcase import events, model
from flowcase.model import TimerStatus
from flowcase.store import tables
from flowcase.store.appliers import applies, history_only
from flowcase.store.queries import suspensions
from flowcase.store.tx import INSTALLATION, LockedInstance, Tx

history_only(model.TimerSkipped)


@applies(model.TimerScheduled)
def schedule(tx: Tx, stream: str, instance: LockedInstance, event: model.TimerScheduled) -> None:
    tx.insert(
        tables.timer,
        id=f"{instance.id}.{event.timer}",
        instance=instance.id,
        timer=event.timer,
        process=instance.process,
        element=event.element,
        element_instance=event.element_instance,
        stream=stream,
        case_code=instance.case_code,
        kind=event.kind,
        catch_up=event.catch_up,
        repetitions_left=event.repetitions_left,
        due_at=event.due_at,
        try_at=event.due_at,
        status=TimerStatus.PENDING,
        is_held=False,
        created_at=tx.now,
    )


@applies(model.TimerRescheduled)
def reschedule(tx: Tx, stream: str, instance: LockedInstance, event: model.TimerRescheduled) -> None:
    timer = f"{instance.id}.{event.timer}"
    tx.changed_timers.add(timer)
    tx.update(
        tables.timer,
        {"id": timer, "status": TimerStatus.PENDING},
        {"due_at": event.due_at, "try_at": event.due_at},
        attempt=f"reschedule timer '{timer}'",
    )


@applies(model.TimerFired)
def fire(tx: Tx, stream: str, instance: LockedInstance, event: model.TimerFired) -> None:
    _end(tx, instance, event.timer, TimerStatus.FIRED)


@applies(model.TimerCancelled)
def cancel(tx: Tx, stream: str, instance: LockedInstance, event: model.TimerCancelled) -> None:
    _end(tx, instance, event.timer, TimerStatus.CANCELLED)


def _end(tx: Tx, instance: LockedInstance, timer: str, status: TimerStatus) -> None:
    id = f"{instance.id}.{timer}"
    tx.changed_timers.add(id)
    tx.update(
        tables.timer,
        {"id": id, "status": TimerStatus.PENDING},
        {"status": status, "ended_at": tx.now},
        attempt=f"make timer '{id}' {status}",
    )


@applies(events.StartTimerScheduled)
def schedule_start(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.StartTimerScheduled
) -> None:
    """The row of a timer start event is one for all its occurrences: the next one overwrites it."""
    timer = f"start:{event.process}:{event.element}"
    tx.changed_timers.add(timer)
    changes = {
        "definition": event.definition,
        "kind": event.kind,
        "catch_up": event.catch_up,
        "repetitions_left": event.repetitions_left,
        "due_at": event.due_at,
        "try_at": event.due_at,
        "status": TimerStatus.PENDING,
        "ended_at": None,
        "is_held": suspensions.of_start(tx, event.definition) is not None,
    }
    if not tx.update_any(tables.timer, {"id": timer}, changes):
        tx.insert(
            tables.timer,
            id=timer,
            timer=event.element,
            process=event.process,
            element=event.element,
            stream=INSTALLATION,
            created_at=tx.now,
            **changes,
        )


@applies(events.StartTimerFired)
def fire_start(tx: Tx, stream: str, instance: LockedInstance | None, event: events.StartTimerFired) -> None:
    _end_start(tx, event.process, event.element, TimerStatus.FIRED)


@applies(events.StartTimerCancelled)
def cancel_start(
    tx: Tx, stream: str, instance: LockedInstance | None, event: events.StartTimerCancelled
) -> None:
    _end_start(tx, event.process, event.element, TimerStatus.CANCELLED)


def _end_start(tx: Tx, process: str, element: str, status: TimerStatus) -> None:
    timer = f"start:{process}:{element}"
    tx.changed_timers.add(timer)
    tx.update(
        tables.timer,
        {"id": timer, "status": TimerStatus.PENDING},
        {"status": status, "ended_at": tx.now},
        attempt=f"make timer '{timer}' {status}",
    )
