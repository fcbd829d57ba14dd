"""What rows of what instances wait for have to say, told anew from events alone: timers, and subscriptions to
messages and signals.

A timer's row stays when it is over, a subscription's goes. When a timer that could not be fired is tried
again is no event: no row of it is told, and what is compared is whether it may be put off like that.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any

from flowcase import events, model
from flowcase.history.heard import GONE, Heard, Subject


@dataclass(frozen=True)
class Timer:
    stream: str
    instance: str
    timer: str
    definition: str | None  # of a timer that begins a process, of which the installation tells
    process: str
    element: str
    element_instance: str
    case_code: str | None
    kind: str
    catch_up: str
    repetitions_left: int | None
    due_at: dt.datetime
    created_at: dt.datetime
    status: str = "pending"
    is_held: bool = False
    ended_at: dt.datetime | None = None


@dataclass(frozen=True)
class _Subscription:
    stream: str
    instance: str
    subscription: str
    process: str
    element: str
    element_instance: str
    created_at: dt.datetime
    name: str


@dataclass(frozen=True)
class MessageSubscription(_Subscription):
    correlation_key: str
    is_interrupting: bool
    is_held: bool = False


@dataclass(frozen=True)
class SignalSubscription(_Subscription):
    is_global: bool
    is_held: bool = False


MESSAGE, SIGNAL = "message subscription", "signal subscription"
TOLD: dict[str, type[Any]] = {"timer": Timer, MESSAGE: MessageSubscription, SIGNAL: SignalSubscription}
BEGINNINGS = (model.TimerScheduled, model.MessageSubscribed, model.SignalSubscribed)
_OF_TIMERS = (model.TimerScheduled, model.TimerRescheduled, model.TimerFired, model.TimerCancelled)
_OF_MESSAGES = (model.MessageSubscribed, model.MessageUnsubscribed)
_OF_SIGNALS = (model.SignalSubscribed, model.SignalUnsubscribed)
_OWN = (*_OF_TIMERS, *_OF_MESSAGES, *_OF_SIGNALS)
KINDS = (*_OWN, model.InstanceMigrated, events.InstanceSuspended, events.InstanceResumed)


def own(heard: Heard) -> list[Subject]:
    """The row that an event of what is waited for begins or changes."""
    event: Any = heard.event
    if not isinstance(event, _OWN):
        return []
    if isinstance(event, _OF_TIMERS):
        return [("timer", f"{heard.instance}.{event.timer}")]
    sort = MESSAGE if isinstance(event, _OF_MESSAGES) else SIGNAL
    return [(sort, f"{heard.instance}.{event.subscription}")]


def retold(subject: Subject, before: Any, heard: Heard) -> Any:
    """What the row says after an event; None as long as its beginning, erased since, was not heard."""
    event: Any = heard.event
    if isinstance(event, BEGINNINGS):
        return _begun(heard)
    if before in (None, GONE):
        return before
    match event:
        case model.TimerRescheduled():
            return dataclasses.replace(before, due_at=event.due_at)
        case model.TimerFired() | model.TimerCancelled():
            status = "fired" if isinstance(event, model.TimerFired) else "cancelled"
            return dataclasses.replace(before, status=status, ended_at=heard.at)
        case model.MessageUnsubscribed() | model.SignalUnsubscribed():
            return GONE
        case model.InstanceMigrated():
            key = before.timer if isinstance(before, Timer) else before.subscription
            return dataclasses.replace(before, element=event.subscriptions.get(key, before.element))
        case events.InstanceSuspended() | events.InstanceResumed():
            return dataclasses.replace(before, is_held=isinstance(event, events.InstanceSuspended))
    return before


def _begun(heard: Heard) -> Any:
    event: Any = heard.event
    where: dict[str, Any] = {
        "stream": heard.stream,
        "instance": str(heard.instance),
        "process": heard.flow.process,
        "element": event.element,
        "element_instance": event.element_instance,
        "created_at": heard.at,
    }
    match event:
        case model.MessageSubscribed():
            return MessageSubscription(
                **where,
                subscription=event.subscription,
                name=event.name,
                correlation_key=event.correlation_key,
                is_interrupting=event.is_interrupting,
            )
        case model.SignalSubscribed():
            return SignalSubscription(
                **where, subscription=event.subscription, name=event.name, is_global=event.is_global
            )
    return Timer(
        **where,
        timer=event.timer,
        definition=None,
        case_code=heard.flow.case_code,
        kind=event.kind,
        catch_up=event.catch_up,
        repetitions_left=event.repetitions_left,
        due_at=event.due_at,
    )
