"""A table's input column cut into pieces within which all its cells answer alike.

Rules become bit masks per column, so overlaps, gaps and unreachable rules are questions about bits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flowcase.dmn.cells import EVERYTHING, Cell, Span
from flowcase.values import YearMonthDuration


class NotComparable(Exception):
    """The column's cells mix kinds of values, or order what has no order."""


@dataclass(frozen=True)
class Piece:
    """A point (`low` is `high`), an open interval between neighbouring points, or all other texts."""

    kind: str
    low: Any
    high: Any
    is_point: bool
    is_rest: bool = False  # every string that no cell names


@dataclass(frozen=True)
class Column:
    pieces: tuple[Piece, ...]

    def mask(self, cell: Cell) -> int:
        """Bit i is set when the cell accepts piece i."""
        bits = 0
        for index, piece in enumerate(self.pieces):
            if any(_covers(span, piece) for span in cell.spans) is not cell.negated:
                bits |= 1 << index
        return bits

    @property
    def everything(self) -> int:
        return (1 << len(self.pieces)) - 1

    def describe(self, mask: int) -> str:
        """The pieces of a mask in words; empty when the mask is the whole column."""
        if mask == self.everything:
            return ""
        texts: list[str] = []
        index = 0
        while index < len(self.pieces):
            if not mask >> index & 1:
                index += 1
                continue
            first = index
            while (
                index + 1 < len(self.pieces)
                and mask >> (index + 1) & 1
                and self.pieces[index].kind == self.pieces[index + 1].kind
                and self.pieces[index].kind in _ORDERED
            ):
                index += 1
            texts.append(_span_text(self.pieces[first], self.pieces[index]))
            index += 1
        return " or ".join(texts[:4]) + (" or …" if len(texts) > 4 else "")


def column_of(cells: Iterable[Cell], domain: Cell = EVERYTHING, *, kind: str | None = None) -> Column:
    """The pieces of a column. `domain` is what may come in at all, `kind` the declared kind of the values.

    Raises NotComparable when the cells are not of one kind.
    """
    cells = [*cells, domain]
    spans = [span for cell in cells for span in cell.spans]
    kinds = {span.kind for span in spans} - {"null"}
    if kind is not None and kinds:
        kinds.add(kind)
    if len(kinds) > 1:
        raise NotComparable
    pieces: list[Piece] = []
    only = next(iter(kinds), kind)
    if only == "boolean":
        pieces = [Piece("boolean", value, value, True) for value in (True, False)]
    elif only == "string" and kinds:
        values = dict.fromkeys(span.low for span in spans if span.kind == "string")
        pieces = [Piece("string", value, value, True) for value in values]
        pieces.append(Piece("string", None, None, False, is_rest=True))
    elif kinds:
        pieces = _ordered_pieces(str(only), spans)
    else:
        pieces = [Piece("any", None, None, False)]
    if any(span.kind == "null" for cell in cells[:-1] for span in cell.spans):
        pieces.append(Piece("null", None, None, True))
    column = Column(tuple(pieces))
    allowed = column.mask(domain)
    if domain is not EVERYTHING:
        pieces = [piece for index, piece in enumerate(pieces) if allowed >> index & 1 or piece.kind == "null"]
    return Column(tuple(pieces))


def _ordered_pieces(kind: str, spans: Sequence[Span]) -> list[Piece]:
    try:
        points = sorted(
            {end for span in spans if span.kind == kind for end in (span.low, span.high) if end is not None}
        )
    except TypeError:
        raise NotComparable from None
    pieces = [Piece(kind, None, points[0], False)]
    for index, point in enumerate(points):
        pieces.append(Piece(kind, point, point, True))
        after = points[index + 1] if index + 1 < len(points) else None
        if after is None or not _are_neighbours(kind, point, after):
            pieces.append(Piece(kind, point, after, False))
    return pieces


def _are_neighbours(kind: str, low: Any, high: Any) -> bool:
    """Whether nothing lies between the two: days and months are counted, all else is measured."""
    if kind == "date":
        return high - low == dt.timedelta(days=1)
    return kind == "months" and high.months - low.months == 1


def _covers(span: Span, piece: Piece) -> bool:
    if span.kind != piece.kind:
        return False
    if piece.kind in ("string", "boolean", "null"):
        return not piece.is_rest and span.low == piece.low
    if piece.is_point:
        above = span.low is None or span.low < piece.low or (span.low == piece.low and span.low_included)
        below = span.high is None or span.high > piece.low or (span.high == piece.low and span.high_included)
        return above and below
    # The ends of all spans are points of the column, so an interval is inside of a span or apart from it.
    above = span.low is None or (piece.low is not None and span.low <= piece.low)
    below = span.high is None or (piece.high is not None and span.high >= piece.high)
    return above and below


_ORDERED = ("number", "date", "date and time", "time", "days", "months")


def _span_text(first: Piece, last: Piece) -> str:
    if first.kind not in _ORDERED:
        if first.is_rest:
            return "any other text"
        return "any value" if first.kind == "any" else _text(first.low)
    low, high = first.low, last.high
    if low is None and high is None:
        return "any value"
    if low is not None and low == high:
        return _text(low)
    if low is None:
        return f"{'<=' if last.is_point else '<'} {_text(high)}"
    if high is None:
        return f"{'>=' if first.is_point else '>'} {_text(low)}"
    return f"{'[' if first.is_point else '('}{_text(low)}..{_text(high)}{']' if last.is_point else ')'}"


def _text(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, YearMonthDuration):
        return f"{value.months} months"
    if isinstance(value, dt.timedelta):
        return f"{value.total_seconds() / 3600:g} hours"
    return value.isoformat()
