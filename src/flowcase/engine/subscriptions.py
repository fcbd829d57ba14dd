"""What waits for the world: timers, messages and signals around activities, scopes and events."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flowcase.engine.stuck import Stuck
from flowcase.engine.timers import (
    CivilDuration,
    Occurrence,
    Series,
    TimerTextError,
    duration_from,
    instant_from,
    parse_cycle,
)
from flowcase.engine.tokens import Token
from flowcase.model import (
    IncidentKind,
    MessageSubscribed,
    MessageUnsubscribed,
    SignalSubscribed,
    SignalUnsubscribed,
    TimerCancelled,
    TimerScheduled,
)
from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MessageEvent,
    SignalEvent,
    TimerEvent,
    TimerKind,
)

if TYPE_CHECKING:
    from flowcase.engine.step import Step


BY_HAND = -1  # older releases read past it: saved states keep their format


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """One event that `host` waits for; `element` is the event as drawn."""

    key: str
    element: str
    host: str

    def to_json(self) -> dict[str, Any]:
        data: dict[str, Any] = {"type": type(self).__name__}
        for name, value in vars(self).items():
            if isinstance(value, dt.datetime):
                value = value.isoformat()
            if value is not None:
                data[name] = value
        return data

    @staticmethod
    def from_json(data: Mapping[str, Any]) -> Subscription:
        kind = _KINDS[data["type"]]
        values = {name: value for name, value in data.items() if name != "type"}
        for name in ("due_at", "entered_at"):
            if name in values:
                values[name] = dt.datetime.fromisoformat(values[name])
        return kind(**values)


@dataclass(frozen=True, kw_only=True)
class PendingTimer(Subscription):
    due_at: dt.datetime
    entered_at: dt.datetime  # durations and cycles without a start count from here
    cycle: str | None = None  # the cycle as it was evaluated
    index: int = 0  # of the occurrence that is due, within its cycle; BY_HAND: a person set its instant

    @property
    def is_set_by_hand(self) -> bool:
        """Whether it no longer follows what is drawn, since a person set its instant."""
        return self.cycle is None and self.index == BY_HAND


@dataclass(frozen=True, kw_only=True)
class MessageSubscription(Subscription):
    name: str
    correlation_key: str


@dataclass(frozen=True, kw_only=True)
class SignalSubscription(Subscription):
    name: str


_KINDS: dict[str, type[Subscription]] = {
    kind.__name__: kind for kind in (PendingTimer, MessageSubscription, SignalSubscription)
}


# --- opening ---------------------------------------------------------------------------------------


def open_around(step: Step, token: Token) -> None:
    """The boundary events of an activity and the event sub-processes of a scope begin to listen."""
    node = token.task_spec
    events: list[Element] = []
    if node.element is not None and "index" not in token.notes:
        events += step.diagram.boundary_events.get(node.id, [])
    if node.is_scope and not token.is_body:
        scope = None if node.element is None else node.id
        events += [
            step.diagram.start_event_of(inner.id) for inner in step.diagram.event_sub_processes.get(scope, [])
        ]
    if events:
        listen(step, token, events)


def listen(step: Step, host: Token, events: Iterable[Element]) -> None:
    """Wait at `host` for each event; everything is evaluated before anything is opened."""
    prepared = [(event, _prepare(step, host, event)) for event in events]
    for event, details in prepared:
        if details is not None:
            _open(step, host, event, details)


def _prepare(step: Step, host: Token, element: Element) -> dict[str, Any] | None:
    event = element.event or element.message
    if isinstance(event, TimerEvent):
        return prepare_timer(step, host, element)
    if isinstance(event, MessageEvent):
        if event.correlation_key is None:
            raise Stuck(
                IncidentKind.EXPRESSION_FAILED,
                f"Expected '{element.id}' to have a correlation key, but it has none.",
            )
        return {
            "name": step.text(event.name, host, f"the message name of '{element.id}'"),
            "correlation_key": step.text(
                event.correlation_key, host, f"the correlation key of '{element.id}'"
            ),
        }
    if isinstance(event, SignalEvent):
        return {"name": step.text(event.name, host, f"the signal name of '{element.id}'")}
    return None  # errors and escalations find their catcher when they are thrown


def _open(step: Step, host: Token, element: Element, details: dict[str, Any]) -> None:
    event = element.event or element.message
    number = step.tree.new_key()
    told = {"element": element.id, "element_instance": host.key}
    if isinstance(event, TimerEvent):
        schedule(step, element, PendingTimer(key=f"t{number}", element=element.id, host=host.key, **details))
    elif isinstance(event, MessageEvent):
        subscription = MessageSubscription(key=f"m{number}", element=element.id, host=host.key, **details)
        step.state.subscriptions[subscription.key] = subscription
        step.emit(
            MessageSubscribed(
                **told,
                subscription=subscription.key,
                is_interrupting=is_consumed(element),
                **details,
            )
        )
    elif isinstance(event, SignalEvent):
        listening = SignalSubscription(key=f"s{number}", element=element.id, host=host.key, **details)
        step.state.subscriptions[listening.key] = listening
        step.emit(SignalSubscribed(**told, subscription=listening.key, is_global=event.is_global, **details))


def is_consumed(element: Element) -> bool:
    """Whether the first occurrence ends the waiting: all but non-interrupting events."""
    if element.kind in (ElementKind.BOUNDARY_EVENT, ElementKind.START_EVENT):
        return element.is_interrupting
    return True


# --- timers ----------------------------------------------------------------------------------------


def prepare_timer(step: Step, host: Token, element: Element) -> dict[str, Any]:
    """What a timer that begins now would be. Raises Stuck when its expression gives no timer."""
    event = element.event
    assert isinstance(event, TimerEvent)
    what = f"the timer of '{element.id}'"
    value = step.evaluate(event.expression, host, what)
    try:
        if event.kind is not TimerKind.CYCLE:
            return {"due_at": due_at(step, event, value, step.now), "entered_at": step.now}
        if not isinstance(value, str):
            raise TimerTextError(event.expression.text, "gave no text")
        first = series(step, event, value, step.now).first()
    except TimerTextError as error:
        unknown = ", ".join(step.undefined(event.expression, host))
        because = f"{error.because}{'; not defined: ' + unknown if unknown else ''}"
        raise Stuck(
            IncidentKind.EXPRESSION_FAILED,
            f"Expected {what} to be a {event.kind.value}, but '{event.expression.text}' {because}.",
        ) from error
    if first is None:
        raise Stuck(
            IncidentKind.EXPRESSION_FAILED,
            f"Expected {what} to occur, but '{event.expression.text}' has no occurrence left.",
        )
    return {"due_at": first.due_at, "entered_at": step.now, "cycle": value, "index": first.index}


def due_at(step: Step, event: TimerEvent, value: Any, entered_at: dt.datetime) -> dt.datetime:
    """When a date or duration timer falls due. Raises TimerTextError."""
    if event.kind is TimerKind.DATE:
        return instant_from(value, step.zone)
    duration: CivilDuration = duration_from(value)
    try:
        return duration.after(entered_at, step.zone)
    except OverflowError as error:
        raise TimerTextError(event.expression.text, "is longer than can be computed") from error


def series(step: Step, event: TimerEvent, cycle: str, entered_at: dt.datetime) -> Series:
    if event.calendar is not None and step.is_working_day is None:
        raise TimerTextError(cycle, f"needs the calendar '{event.calendar}', which was not handed in")
    working = step.is_working_day if event.calendar is not None else None
    return Series(parse_cycle(cycle, step.zone), entered_at, step.zone, working)


def schedule(step: Step, element: Element, timer: PendingTimer) -> None:
    event = element.event
    assert isinstance(event, TimerEvent)
    step.state.subscriptions[timer.key] = timer
    left: int | None = 0
    if timer.cycle is not None and not is_consumed(element):
        left = series(step, event, timer.cycle, timer.entered_at).left_after(
            Occurrence(timer.index, timer.due_at)
        )
    step.emit(
        TimerScheduled(
            element=timer.element,
            element_instance=timer.host,
            timer=timer.key,
            due_at=timer.due_at,
            kind=event.kind.value,
            catch_up=event.catch_up.value,
            repetitions_left=left,
        )
    )


def schedule_next(step: Step, element: Element, timer: PendingTimer, occurrence: Occurrence) -> None:
    """The next occurrence of a cycle is a timer of its own."""
    key = f"t{step.tree.new_key()}"
    schedule(step, element, replace(timer, key=key, due_at=occurrence.due_at, index=occurrence.index))


# --- closing ---------------------------------------------------------------------------------------


def close(step: Step, subscription: Subscription) -> None:
    """Stop waiting for one event, and say so."""
    del step.state.subscriptions[subscription.key]
    told = {"element": subscription.element, "element_instance": subscription.host}
    if isinstance(subscription, PendingTimer):
        step.emit(TimerCancelled(**told, timer=subscription.key))
    elif isinstance(subscription, MessageSubscription):
        step.emit(MessageUnsubscribed(**told, subscription=subscription.key))
    else:
        step.emit(SignalUnsubscribed(**told, subscription=subscription.key))


def close_all(step: Step, host: str, *, only: set[str] | None = None) -> None:
    """Stop waiting at a token; `only` limits it to some drawn events."""
    if not step.state.subscriptions:
        return
    for subscription in list(step.state.subscriptions.values()):
        if subscription.host == host and (only is None or subscription.element in only):
            close(step, subscription)
