"""A table's input column cut into pieces within which all its cells answer alike.

Rules become bit masks per column, so overlaps, gaps and unreachable rules are questions about bits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
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
    """Pieces in ascending order; bit i of a mask stands for piece i."""

    pieces: tuple[Piece, ...]
    everything: int  # the pieces that may come in at all; null always may
    usual: int  # the same, without null when no cell speaks of it: nobody expects a rule for it then
    _places: Mapping[tuple[str, Any], int]  # (kind, point) -> piece

    def mask(self, cell: Cell) -> int:
        """The pieces that the cell accepts, of those that may come in."""
        bits = 0
        for span in cell.spans:
            bits |= self._bits(span)
        return (~bits if cell.negated else bits) & self.everything

    def _bits(self, span: Span) -> int:
        if span.is_point:
            return 1 << self._places[span.kind, span.low]
        # Only ordered kinds have spans that are no points, and their ends are pieces of the column.
        first = 0 if span.low is None else self._places[span.kind, span.low] + (not span.low_included)
        last = (
            sum(piece.kind == span.kind for piece in self.pieces) - 1
            if span.high is None
            else self._places[span.kind, span.high] - (not span.high_included)
        )
        return ((1 << (last - first + 1)) - 1) << first if last >= first else 0

    def describe(self, mask: int) -> str:
        """The pieces of a mask in words; empty when the mask is the whole column."""
        if mask & self.usual == self.usual:
            return ""
        mask &= self.usual or mask
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


def column_of(
    cells: Iterable[Cell],
    domain: Cell = EVERYTHING,
    *,
    kind: str | None = None,
    is_whole: bool = False,
) -> Column:
    """The pieces of a column. `domain` is what may come in at all, `kind` the declared kind of the values,
    `is_whole` says that numbers are declared to be integers.

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
        pieces = _ordered_pieces(str(only), spans, is_whole)
    else:
        pieces = [Piece("any", None, None, False)]
    pieces.append(Piece("null", None, None, True))
    places = {(piece.kind, piece.low): index for index, piece in enumerate(pieces) if piece.is_point}
    null = 1 << len(pieces) - 1
    everything = (1 << len(pieces)) - 1
    if domain is not EVERYTHING:
        everything = Column(tuple(pieces), everything, everything, places).mask(domain) | null
    speaks_of_null = any(span.kind == "null" for cell in cells for span in cell.spans)
    return Column(tuple(pieces), everything, everything if speaks_of_null else everything & ~null, places)


def _ordered_pieces(kind: str, spans: Sequence[Span], is_whole: bool) -> list[Piece]:
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
        if after is None or not _are_neighbours(kind, point, after, is_whole):
            pieces.append(Piece(kind, point, after, False))
    return pieces


def _are_neighbours(kind: str, low: Any, high: Any, is_whole: bool) -> bool:
    """Whether nothing lies between the two: days and months are counted, all else is measured."""
    if kind == "date":
        return high - low == dt.timedelta(days=1)
    if kind == "months":
        return high.months - low.months == 1
    return kind == "number" and is_whole and low == int(low) and high - low == 1


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
