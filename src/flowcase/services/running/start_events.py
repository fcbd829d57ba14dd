"""What starts instances by itself: message, signal and timer start events of the newest versions."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from zoneinfo import ZoneInfo

from flowcase import events
from flowcase.engine.timers import Series, duration_from, instant_from, next_occurrence, parse_cycle
from flowcase.errors import NotFound
from flowcase.feel import Expression as Compiled
from flowcase.feel import compile_expression
from flowcase.modeling.definition import (
    CatchUp,
    Element,
    ElementKind,
    Expression,
    MessageEvent,
    ProcessDefinition,
    SignalEvent,
    TimerEvent,
    TimerKind,
)
from flowcase.services.running.advancing import Advancing
from flowcase.services.running.holding import check_may_start
from flowcase.store import INSTALLATION, Tx, tables
from flowcase.store.queries import resources, waiting
from flowcase.values import Value

LATE_AFTER = dt.timedelta(minutes=1)  # what counts as missed for the policies `once` and `skip`

WorkingDays = Callable[[Tx], Callable[[dt.date], bool]]
Facts = Callable[[Tx], Mapping[str, Value]]


def _no_facts(tx: Tx) -> Mapping[str, Value]:
    return {}


class StartEvents:
    """Works on transactions that others open."""

    def __init__(
        self, advancing: Advancing, working_days: WorkingDays, zone: str, facts: Facts = _no_facts
    ) -> None:
        """`facts` are what a start event's expression reads: there are no variables before the start."""
        self._advancing, self._working_days, self._zone = advancing, working_days, ZoneInfo(zone)
        self._facts = facts

    def replace(self, tx: Tx, process: ProcessDefinition, definition: str) -> None:
        """The start events of this definition take the place of the older versions'."""
        tx.delete_all(tables.start_subscription, {"process": process.id})
        scheduled: set[str] = set()
        for element in process.children(None):
            if element.kind is not ElementKind.START_EVENT:
                continue
            if isinstance(element.event, MessageEvent):
                self._subscribe(tx, process, definition, element, "message", element.event.name)
            elif isinstance(element.event, SignalEvent):
                name = element.event.name
                self._subscribe(tx, process, definition, element, "signal", name, element.event.is_global)
            elif isinstance(element.event, TimerEvent) and self._schedule_first(
                tx, process.id, definition, element, element.event
            ):
                scheduled.add(element.id)
        for timer in waiting.start_timers(tx, process.id):
            if timer.element not in scheduled:
                cancelled = events.StartTimerCancelled(process=process.id, element=timer.element)
                tx.append(INSTALLATION, cancelled)

    def fire(self, tx: Tx, timer: waiting.TimerRow) -> None:
        """Start an instance at a due timer start event, as its catch-up policy says; schedule the next."""
        if timer.definition is None:
            raise NotFound("process definition of timer", timer.id)
        definition = resources.definition(tx, timer.definition)
        if definition is None:
            raise NotFound("process definition", timer.definition)
        check_may_start(tx, definition)  # a held timer is not due; but a suspension that comes now waits
        process = self._advancing.definitions.process(tx, definition.id)
        event = process.elements[timer.element].event
        if not isinstance(event, TimerEvent):
            raise NotFound("timer start event", timer.element)
        is_late = tx.now - timer.due_at > LATE_AFTER
        started = None
        if not (is_late and event.catch_up is CatchUp.SKIP):
            started = self._advancing.start(
                tx,
                definition,
                variables={},
                stream=None,
                case_code=None,
                start_element=timer.element,
            )
        fired = events.StartTimerFired(
            process=timer.process, element=timer.element, due_at=timer.due_at, started=started
        )
        tx.append(INSTALLATION, fired)
        if event.kind is TimerKind.CYCLE and timer.repetitions_left != 0:
            self._schedule_next(tx, timer, event, definition.id)

    def _subscribe(
        self,
        tx: Tx,
        process: ProcessDefinition,
        definition: str,
        element: Element,
        kind: str,
        name: Expression,
        is_global: bool = False,
    ) -> None:
        tx.insert(
            tables.start_subscription,
            process=process.id,
            element=element.id,
            definition=definition,
            kind=kind,
            name=str(self._value(tx, name)),
            is_global=is_global,
        )

    # --- timers ------------------------------------------------------------------------------------

    def _schedule_first(
        self, tx: Tx, process: str, definition: str, element: Element, event: TimerEvent
    ) -> bool:
        """Whether there is an occurrence to come. Raises TimerTextError for a timer that nobody can read."""
        value = self._value(tx, event.expression)
        left: int | None = 0
        if event.kind is TimerKind.CYCLE:
            series = Series(
                parse_cycle(str(value), self._zone), tx.now, self._zone, self._calendar(tx, event)
            )
            first = series.first()
            if first is None:
                return False
            due_at, left = first.due_at, series.left_after(first)
        elif event.kind is TimerKind.DATE:
            due_at = instant_from(value, self._zone)
            if due_at <= tx.now:  # a date that has passed started the version that was in force then
                return False
        else:
            due_at = duration_from(value).after(tx.now, self._zone)
        self._schedule(tx, process, element.id, definition, event, due_at, left)
        return True

    def _schedule_next(self, tx: Tx, timer: waiting.TimerRow, event: TimerEvent, definition: str) -> None:
        text = str(self._value(tx, event.expression))
        calendar = self._calendar(tx, event)
        left, after = timer.repetitions_left, timer.due_at
        while True:
            due_at = next_occurrence(text, after, zone=self._zone, is_working_day=calendar)
            left = None if left is None else left - 1
            if due_at is None or (left is not None and left < 0):
                return
            if event.catch_up is CatchUp.ALL or due_at > tx.now:
                break
            # One instance stands for all that were missed; counted repetitions pass one by one.
            after = due_at if left is not None else _latest_step(text, due_at, tx.now)
        self._schedule(tx, timer.process, timer.element, definition, event, due_at, left)

    def _schedule(
        self,
        tx: Tx,
        process: str,
        element: str,
        definition: str,
        event: TimerEvent,
        due_at: dt.datetime,
        left: int | None,
    ) -> None:
        scheduled = events.StartTimerScheduled(
            process=process,
            element=element,
            definition=definition,
            due_at=due_at,
            kind=event.kind.value,
            catch_up=event.catch_up.value,
            repetitions_left=left,
        )
        tx.append(INSTALLATION, scheduled)

    def _value(self, tx: Tx, expression: Expression) -> Value:
        if expression.is_static:
            return expression.text
        return _compiled(expression.text).evaluate(self._facts(tx), now=tx.now).value

    def _calendar(self, tx: Tx, event: TimerEvent) -> Callable[[dt.date], bool] | None:
        return None if event.calendar is None else self._working_days(tx)


@functools.lru_cache(maxsize=1024)  # a flow of every day asks for its own again each day
def _compiled(text: str) -> Compiled:
    return compile_expression(text)


def _latest_step(text: str, due_at: dt.datetime, now: dt.datetime) -> dt.datetime:
    """Where to go on looking: cron may jump to now at once, a repetition must keep its phase."""
    return due_at if text.strip()[:1] in ("R", "r") else now
