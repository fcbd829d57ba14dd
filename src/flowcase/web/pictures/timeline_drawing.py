"""The deadlines of a case on a line in time: a picture for the eye, the list beneath it for everybody."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flowcase.web.language import gettext
from flowcase.web.words.presenting import date, deadline_name, deadline_state

if TYPE_CHECKING:
    from flowcase.services.case_files.deadlines import Deadline

WIDTH, LEFT, RIGHT, ROW, TOP = 720, 16, 16, 34, 26
MOST = 12  # deadlines that one line shows; the list has them all
_LABEL = 7.2  # pixels that a letter takes


@dataclass(frozen=True)
class Mark:
    x: float
    y: float
    state: str
    words: str
    anchor: str  # start or end: on which side of the mark its words stand


@dataclass(frozen=True)
class Timeline:
    width: int
    height: int
    marks: tuple[Mark, ...]
    today: float
    first: str
    last: str
    description: str


def timeline(deadlines: Iterable[Deadline], now: dt.datetime) -> Timeline | None:
    """The running deadlines and the latest of those that are over; None for none."""
    every = list(deadlines)
    running = [row for row in every if row.status in ("open", "breached")]
    over = sorted((row for row in every if row.status == "met"), key=lambda row: row.due_at)[-4:]
    shown = sorted([*over, *running], key=lambda row: row.due_at)[-MOST:]
    if not shown:
        return None
    begin = min(min(row.due_at for row in shown), now) - dt.timedelta(days=2)
    end = max(max(row.due_at for row in shown), now) + dt.timedelta(days=2)
    span = (end - begin).total_seconds()

    def x(at: dt.datetime) -> float:
        return round(LEFT + (WIDTH - LEFT - RIGHT) * (at - begin).total_seconds() / span, 1)

    marks = []
    for number, row in enumerate(shown):
        at = x(row.due_at)
        name = deadline_name(row.rule) or row.rule
        words = f"{name}, {date(row.due_at)}"
        anchor = "end" if at + len(words) * _LABEL > WIDTH else "start"
        status = "breached" if row.seconds_late else row.status
        marks.append(Mark(at, TOP + number * ROW + 12, status, words, anchor))
    states = [deadline_state(row.status, row.seconds_late) for row in shown]
    said = "; ".join(
        f"{row.rule} {deadline_name(row.rule)} {date(row.due_at)} ({state})"
        for row, state in zip(shown, states, strict=True)
    )
    return Timeline(
        WIDTH,
        TOP + len(shown) * ROW + 24,
        tuple(marks),
        x(now),
        date(begin),
        date(end),
        gettext("Frister i rækkefølge: {said}. I dag er {today}.").format(said=said, today=date(now)),
    )
