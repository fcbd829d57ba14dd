"""Firing a timer: what happens to occurrences that were missed, and when the next one is due."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING

from flowcase.engine import subscriptions
from flowcase.engine.cron import Cron
from flowcase.engine.subscriptions import BY_HAND, PendingTimer
from flowcase.engine.timers import Occurrence
from flowcase.model import TimerCancelled, TimerFired, TimerRescheduled, TimerSkipped
from flowcase.modeling.definition import CatchUp, ElementKind, TimerEvent

if TYPE_CHECKING:
    from flowcase.engine.step import Step

MAX_TOLD = 100  # skipped occurrences that get an event of their own; the rest pass in silence


def fire(step: Step, timer: PendingTimer, late_after: dt.timedelta) -> bool:
    """Tell what happens to a due timer and schedule the next occurrence. True when it really fires.

    `all`: each missed occurrence fires, one after the other. `once`: one fires for all that were missed.
    `skip`: those that are later than `late_after` do not fire at all. Where a token waits for nothing but
    this timer, it always fires, since the token could not go on otherwise.
    """
    element = step.diagram.node(timer.element).element
    event = element.event
    assert isinstance(event, TimerEvent)
    del step.state.subscriptions[timer.key]
    told = {"element": timer.element, "element_instance": timer.host, "timer": timer.key}
    beside_something = element.kind in (ElementKind.BOUNDARY_EVENT, ElementKind.START_EVENT)
    is_missed = step.now - timer.due_at > late_after
    fires = not (is_missed and event.catch_up is CatchUp.SKIP and beside_something)
    if fires:
        step.emit(TimerFired(**told, due_at=timer.due_at))
    else:
        step.emit(TimerSkipped(**told, due_at=timer.due_at))
    goes_on = timer.cycle is not None and not (fires and subscriptions.is_consumed(element))
    following = _following(step, event, timer, told) if goes_on else None
    if not fires:
        step.emit(TimerCancelled(**told))
    if following is not None:
        subscriptions.schedule_next(step, element, timer, following)
    return fires


def _following(step: Step, event: TimerEvent, timer: PendingTimer, told: dict[str, str]) -> Occurrence | None:
    series = subscriptions.series(step, event, str(timer.cycle), timer.entered_at)
    occurrence = series.following(Occurrence(timer.index, timer.due_at))
    if isinstance(series.cycle, Cron) and timer.index == BY_HAND and occurrence is not None:
        occurrence = series.following(occurrence)  # it was brought forward, and stood for that one
    if event.catch_up is CatchUp.ALL:
        return occurrence
    told_of = 0
    while occurrence is not None and occurrence.due_at <= step.now:
        if told_of == MAX_TOLD:
            return series.after(step.now)
        step.emit(TimerSkipped(**told, due_at=occurrence.due_at))
        told_of += 1
        occurrence = series.following(occurrence)
    return occurrence


def reschedule(step: Step, timer: PendingTimer, due_at: dt.datetime, *, by_hand: bool = False) -> None:
    moved = replace(timer, due_at=due_at)
    if by_hand and timer.cycle is None:
        moved = replace(moved, index=BY_HAND)
    elif by_hand:
        moved = replace(moved, index=_index_when_moved(step, timer, due_at))
    step.state.subscriptions[timer.key] = moved
    step.emit(
        TimerRescheduled(element=timer.element, element_instance=timer.host, timer=timer.key, due_at=due_at)
    )


def _index_when_moved(step: Step, timer: PendingTimer, due_at: dt.datetime) -> int:
    """A repetition counts its occurrences; of cron only the instant tells which one is to come.

    BY_HAND where it is brought forward past the instant of an occurrence that it stands for: that one
    would come again.
    """
    event = step.diagram.node(timer.element).element.event
    assert isinstance(event, TimerEvent)
    series = subscriptions.series(step, event, str(timer.cycle), timer.entered_at)
    if not isinstance(series.cycle, Cron):
        return timer.index
    stands_for = series.after(timer.due_at) if timer.index == BY_HAND else None
    planned = timer.due_at if stands_for is None else stands_for.due_at
    following = series.after(due_at)
    return BY_HAND if following is not None and following.due_at <= planned else 0
