"""Small charts of figures as plain numbers for SVG: bars of shares, and a line over months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from flowcase.cases.written_numbers import written
from flowcase.history.indicators import Figure, Unit

BAR_WIDTH, BAR_STEP = 300, 22  # pixels: a whole bar, and from one bar to the next
LINE_WIDTH, LINE_HEIGHT, MARGIN = 640, 200, 28


@dataclass(frozen=True)
class Bar:
    label: str
    text: str  # the value as it is read
    y: int
    width: float
    goal: float | None  # where a goal or reference stands


@dataclass(frozen=True)
class Point:
    x: float
    y: float
    label: str
    text: str


@dataclass(frozen=True)
class Line:
    """Points in pieces: a month without a value parts them."""

    pieces: tuple[tuple[Point, ...], ...]
    top: str  # what the upper edge stands for


def bars(figures: Sequence[Figure], language: str) -> list[Bar]:
    """One bar per share that is shown; none for a single one, which its number says as well."""
    spoken = 1 if language == "en" else 0
    shown = [each for each in figures if each.unit is Unit.PERCENT and each.value is not None]
    shown = [each for each in shown if 0 <= (each.value or 0) <= 100]
    if len(shown) < 2:
        return []
    return [
        Bar(
            each.label[spoken],
            f"{number(each.value, language)} %",
            position * BAR_STEP,
            float(each.value or 0) * BAR_WIDTH / 100,
            None if each.reference is None else float(each.reference) * BAR_WIDTH / 100,
        )
        for position, each in enumerate(shown)
    ]


def line(months: Sequence[tuple[str, Figure | None]], language: str) -> Line:
    """From zero to a hundred percent, or to the highest value."""
    values = [None if each is None else each.value for _, each in months]
    percent = any(each is not None and each.unit is Unit.PERCENT for _, each in months)
    top = 100.0 if percent else max((float(value) for value in values if value is not None), default=0) or 1.0
    step = (LINE_WIDTH - 2 * MARGIN) / max(len(months) - 1, 1)
    pieces: list[list[Point]] = [[]]
    for position, ((label, _), value) in enumerate(zip(months, values, strict=True)):
        if value is None:
            pieces.append([])
            continue
        y = LINE_HEIGHT - MARGIN - max(float(value), 0) / top * (LINE_HEIGHT - 2 * MARGIN)
        point = Point(round(MARGIN + position * step, 1), round(y, 1), label, number(value, language))
        pieces[-1].append(point)
    unit = " %" if percent else ""
    return Line(tuple(tuple(piece) for piece in pieces if piece), f"{top:g}{unit}")


def number(value: object, language: str) -> str:
    """A value as it is read; nothing for none."""
    return written(value, language) if isinstance(value, int | float | Decimal) else ""
