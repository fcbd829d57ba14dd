"""What starts instances by itself: message, signal and timer start events of the newest versions."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from zoneinfo import ZoneInfo

from flowcase import events
from flowcase.engine.timers import Series, TimerTextError, duration_from, instant_from, parse_cycle
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
_MOMENT = dt.timedelta(microseconds=1)

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

    def replace(self, tx: Tx, process: ProcessDefinition, definition: str, *, owes: bool = True) -> None:
        """The start events of this definition take the place of the older versions'.

        A timer that was due by then and that no worker had fired yet stays due, unless nothing is owed.
        """
        before = {timer.element: timer for timer in waiting.start_timers(tx, process.id)}
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
            elif isinstance(element.event, TimerEvent):
                owed = before.get(element.id) if owes else None
                if owed is not None and owed.due_at > tx.now:
                    owed = None
                if self._schedule_first(tx, process.id, definition, element, element.event, owed):
                    scheduled.add(element.id)
        for timer in before.values():
            if timer.element not in scheduled:
                cancelled = events.StartTimerCancelled(process=process.id, element=timer.element)
                tx.append(INSTALLATION, cancelled)

    def series_by_settings(self, tx: Tx) -> dict[str, str]:
        """What the series that settings draw come to by the settings that hold now, by the timer's id."""
        return {timer.id: str(self._value(tx, event.expression)) for timer, event in self._by_settings(tx)}

    def follow_settings(self, tx: Tx, before: Mapping[str, str]) -> None:
        """Plan anew what settings draw otherwise than `before`, or on a day that is no working day any more.

        What is due by now and was not fired yet stays due.
        """
        for timer, event in self._by_settings(tx):
            is_working_day = self._calendar(tx, event)
            day = timer.due_at.astimezone(self._zone).date()
            is_left_out = is_working_day is not None and not is_working_day(day)
            is_drawn_otherwise = str(self._value(tx, event.expression)) != before.get(timer.id)
            if timer.due_at <= tx.now or not (is_left_out or is_drawn_otherwise):
                continue
            with contextlib.suppress(TimerTextError):  # what nobody can read is told when it is due
                if first := self._series(tx, event, tx.now).first():
                    definition, left = str(timer.definition), timer.repetitions_left
                    self._schedule(tx, timer.process, timer.element, definition, event, first.due_at, left)

    def _by_settings(self, tx: Tx) -> Iterator[tuple[waiting.TimerRow, TimerEvent]]:
        """The series that wait whose expression or calendar settings decide."""
        for timer in waiting.start_timers(tx):
            process = self._advancing.definitions.process(tx, str(timer.definition))
            event = process.elements[timer.element].event
            if not isinstance(event, TimerEvent) or event.kind is not TimerKind.CYCLE:
                continue
            if not event.expression.is_static or event.calendar is not None:
                yield timer, event

    def fire(self, tx: Tx, timer: waiting.TimerRow, *, instead_of: dt.datetime | None = None) -> None:
        """Start an instance at a due timer start event, as its catch-up policy says; schedule the next.

        `instead_of` is the occurrence that it was brought forward from, which does not come again.
        """
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
            self._schedule_next(tx, timer, event, definition, instead_of or timer.due_at)

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
        self,
        tx: Tx,
        process: str,
        definition: str,
        element: Element,
        event: TimerEvent,
        owed: waiting.TimerRow | None,
    ) -> bool:
        """Whether there is an occurrence to come. Raises TimerTextError for a timer that nobody can read."""
        left: int | None = 0
        is_owed = owed is not None and owed.kind == event.kind.value
        if event.kind is TimerKind.CYCLE:
            series = self._series(tx, event, tx.now)
            first = series.first()
            if first is None:
                return False
            due_at, left = first.due_at, series.left_after(first)
            if is_owed:  # it comes before all of the new series
                left = None if left is None else left + 1
        elif event.kind is TimerKind.DATE:
            due_at = instant_from(self._value(tx, event.expression), self._zone)
            is_owed = is_owed and due_at <= tx.now
            if due_at <= tx.now and not is_owed:
                return False  # a date that has passed started the version that was in force then
        else:
            due_at = duration_from(self._value(tx, event.expression)).after(tx.now, self._zone)
            is_owed = False
        if owed is not None and is_owed:
            due_at = owed.due_at
        self._schedule(tx, process, element.id, definition, event, due_at, left)
        return True

    def _schedule_next(
        self,
        tx: Tx,
        timer: waiting.TimerRow,
        event: TimerEvent,
        definition: resources.ProcessDefinitionRow,
        after: dt.datetime,
    ) -> None:
        """The one behind the occurrence `after`.

        A repetition without a start counts from the deployment: counted from the occurrence before, the
        31st would be the 28th for ever after a February. One that is due at another time than the
        deployment gives, such as one that a person has moved, counts on from there.
        """
        series, left = self._series(tx, event, definition.created_at), timer.repetitions_left
        drawn = series.after(after - _MOMENT)
        if drawn is None or drawn.due_at != after:
            series = replace(series, entered_at=after)
        while True:
            following = series.after(after)
            left = None if left is None else left - 1
            if following is None or (left is not None and left < 0):
                return
            if event.catch_up is CatchUp.ALL or following.due_at > tx.now:
                break
            # One instance stands for all that were missed; counted repetitions pass one by one.
            after = tx.now if left is None else following.due_at
        self._schedule(tx, timer.process, timer.element, definition.id, event, following.due_at, left)

    def _series(self, tx: Tx, event: TimerEvent, entered_at: dt.datetime) -> Series:
        """Raises TimerTextError."""
        cycle = parse_cycle(str(self._value(tx, event.expression)), self._zone)
        return Series(cycle, entered_at.astimezone(dt.UTC), self._zone, self._calendar(tx, event))

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
