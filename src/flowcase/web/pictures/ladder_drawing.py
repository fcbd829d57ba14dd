"""The way on the ladder as a drawing: time from left to right, steps from below; the same in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from flowcase.cases.ladder import Direction, Step
from flowcase.services.case_files.case_overviews import Overview
from flowcase.web.language import gettext
from flowcase.web.words.presenting import date

WIDTH, ROW, LEFT, RIGHT, TOP, BOTTOM = 340, 30, 28, 8, 10, 24


@dataclass(frozen=True)
class Bar:
    """One stay on a step."""

    x: float
    y: float
    width: float
    is_open: bool  # goes on


@dataclass(frozen=True)
class Drawing:
    width: int
    height: int
    bars: tuple[Bar, ...]
    links: tuple[tuple[float, float, float, float], ...]  # (x1, y1, x2, y2) from one step to the next
    rows: tuple[tuple[float, int], ...]  # (y, number) of each step of the ladder
    first: str  # day at the left edge
    last: str  # day at the right edge
    description: str
    lines: tuple[str, ...]  # one sentence per stay, oldest first


def drawing(overview: Overview, today: dt.date) -> Drawing | None:
    """None while the child has been on no step."""
    steps = overview.ladder
    if not steps:
        return None
    top = max(len(overview.step_names), max(each.step for each in steps))
    begin = steps[0].start
    end = max(max((each.end or today) for each in steps), begin + dt.timedelta(days=1))
    span = (end - begin).days

    def x(day: dt.date) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (day - begin).days / span, 1)

    def y(step: int) -> float:
        return TOP + (top - step) * ROW + ROW / 2

    bars = tuple(
        Bar(
            x(each.start),
            y(each.step) - 6,
            max(4.0, round(x(each.end or today) - x(each.start), 1)),
            each.end is None,
        )
        for each in steps
    )
    links = tuple(
        (x(after.start), y(before.step), x(after.start), y(after.step))
        for before, after in pairwise(steps)
        if before.step != after.step
    )
    return Drawing(
        WIDTH,
        TOP + top * ROW + BOTTOM,
        bars,
        links,
        tuple((y(step), step) for step in range(1, top + 1)),
        date(begin),
        date(end),
        _description(steps),
        tuple(_line(each, overview.step_names, today) for each in steps),
    )


def _description(steps: Sequence[Step]) -> str:
    downs = sum(each.direction is Direction.DOWN for each in steps)
    ups = sum(each.direction is Direction.UP for each in steps)
    return gettext("{count} ophold på trappen: {down} ned, {up} op. Nu: {now}.").format(
        count=len(steps),
        down=_times(downs),
        up=_times(ups),
        now=gettext("trin {step}").format(step=steps[-1].step)
        if steps[-1].end is None
        else gettext("intet trin"),
    )


def _times(count: int) -> str:
    return gettext("1 gang") if count == 1 else gettext("{count} gange").format(count=count)


def _line(each: Step, names: Sequence[str], today: dt.date) -> str:
    name = f" ({names[each.step - 1]})" if 0 < each.step <= len(names) else ""
    way = {
        Direction.FIRST: gettext("det første"),
        Direction.UP: gettext("op"),
        Direction.DOWN: gettext("ned"),
        Direction.SAME: gettext("samme trin"),
    }[each.direction]
    until = gettext("til {day}").format(day=date(each.end)) if each.end else gettext("og stadig")
    days = each.days(today)
    lasted = gettext("1 dag") if days == 1 else gettext("{days} dage").format(days=days)
    return gettext("Trin {step}{name}, {way}: fra {start} {until} ({lasted})").format(
        step=each.step, name=name, way=way, start=date(each.start), until=until, lasted=lasted
    )
