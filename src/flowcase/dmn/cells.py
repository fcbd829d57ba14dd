"""What a simple table cell accepts, as sets that can be compared without evaluating anything.

Only literals, comparisons, ranges, lists of them and `not(...)` are read; every other cell is None
(not analysed). FEEL itself decides at run time: this reading serves the static check of tables.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from flowcase.values import YearMonthDuration


@dataclass(frozen=True)
class Span:
    """Literals from `low` to `high`; None is an open end, and a single literal has both ends equal."""

    kind: str  # number, string, boolean, null, date, date and time, time, days, months
    low: Any
    high: Any
    low_included: bool = True
    high_included: bool = True

    @property
    def is_point(self) -> bool:
        return self.kind in ("null", "boolean", "string") or (self.low is not None and self.low == self.high)


@dataclass(frozen=True)
class Cell:
    """The spans that match, or with `negated` all that do not match. No spans and negated: everything."""

    spans: tuple[Span, ...]
    negated: bool = False


EVERYTHING = Cell((), negated=True)

_TOKEN = re.compile(
    r"""\s*(?:
      (?P<constructor>(?:date\ and\ time|date|time|duration)\s*\(\s*"[^"\\]*"\s*\)|@"[^"\\]*")
    | (?P<string>"(?:[^"\\]|\\["\\nrt])*")
    | (?P<number>-?\s*(?:\d+(?:\.\d+)?|\.\d+)(?!\w))
    | (?P<word>true|false|null|not)\b
    | (?P<op><=|>=|!=|\.\.|[<>=,\[\]()])
    )""",
    re.VERBOSE,
)
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n", "\\r": "\r", "\\t": "\t"}
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_MONTHS = re.compile(r"(-?)P(?:(\d+)Y)?(?:(\d+)M)?")


class _NotSimple(Exception):
    """The cell is more than literals, comparisons and ranges."""


def read_cell(text: str) -> Cell | None:
    """The set of values that the cell's unary tests accept; None when it is not simple."""
    text = text.strip()
    if text in ("", "-"):
        return EVERYTHING
    try:
        return _Reader(text).cell()
    except _NotSimple:
        return None


def split_tests(text: str) -> list[str]:
    """The texts between the commas that stand in no string and in no brackets."""
    parts, depth, start, in_string = [], 0, 0, False
    at = 0
    while at < len(text):
        char = text[at]
        if in_string:
            if char == "\\":
                at += 1
            elif char == '"':
                in_string = False
        elif char == '"':
            in_string = True
        elif char in "([{":
            depth += 1
        elif char in ")]}":
            depth -= 1
        elif char == "," and depth <= 0:
            parts.append(text[start:at].strip())
            start = at + 1
        at += 1
    parts.append(text[start:].strip())
    return [part for part in parts if part]


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0

    def cell(self) -> Cell:
        negated = self._peek() == ("word", "not")
        if negated:
            self._next()
            self._expect("(")
        spans: list[Span] = list(self._test())
        while self._peek() == ("op", ","):
            self._next()
            spans.extend(self._test())
        if negated:
            self._expect(")")
        if self._peek() is not None:
            raise _NotSimple
        return Cell(tuple(spans), negated)

    def _test(self) -> list[Span]:
        token = self._peek()
        if token is None:
            raise _NotSimple
        kind, text = token
        if kind != "op":
            return [_point(*self._literal())]
        self._next()
        if text in "[(" or text == "]":
            return [self._range(text)]
        value_kind, value = self._literal()
        if text == "=":
            return [_point(value_kind, value)]
        if text == "!=" and value_kind in _ORDERED:
            return [Span(value_kind, None, value, False, False), Span(value_kind, value, None, False, False)]
        if value_kind not in _ORDERED or text not in ("<", "<=", ">", ">="):
            raise _NotSimple
        if text[0] == "<":
            return [Span(value_kind, None, value, False, text == "<=")]
        return [Span(value_kind, value, None, text == ">=", False)]

    def _range(self, opening: str) -> Span:
        low_kind, low = self._literal()
        self._expect("..")
        high_kind, high = self._literal()
        closing = self._next()
        if closing not in (("op", "]"), ("op", ")"), ("op", "[")) or low_kind != high_kind:
            raise _NotSimple
        if low_kind not in _ORDERED:
            raise _NotSimple
        return Span(low_kind, low, high, opening == "[", closing[1] == "]")

    def _literal(self) -> tuple[str, Any]:
        kind, text = self._next()
        if kind == "number":
            try:
                return "number", Decimal(text.replace(" ", ""))
            except InvalidOperation:
                raise _NotSimple from None
        if kind == "string":
            return "string", re.sub(
                r"\\.", lambda found: _ESCAPES.get(found.group(), found.group()), text[1:-1]
            )
        if kind == "word" and text in ("true", "false"):
            return "boolean", text == "true"
        if kind == "word" and text == "null":
            return "null", None
        if kind == "constructor":
            return _temporal(text)
        raise _NotSimple

    def _peek(self) -> tuple[str, str] | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    def _next(self) -> tuple[str, str]:
        token = self._peek()
        if token is None:
            raise _NotSimple
        self._at += 1
        return token

    def _expect(self, operator: str) -> None:
        if self._next() != ("op", operator):
            raise _NotSimple


_ORDERED = ("number", "date", "date and time", "time", "days", "months")


def _point(kind: str, value: Any) -> Span:
    return Span(kind, value, value)


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at = 0
    while at < len(text.rstrip()):
        found = _TOKEN.match(text, at)
        if found is None:
            raise _NotSimple
        yield found.lastgroup or "", found.group(found.lastgroup or 0)
        at = found.end()


def _temporal(text: str) -> tuple[str, Any]:
    literal = text[text.index('"') + 1 : text.rindex('"')]
    named = "" if text.startswith("@") else text.split("(")[0].strip()
    for kind, read in _TEMPORAL:
        if named and not _NAMED[named](kind):
            continue
        value = read(literal)
        if value is not None:
            return kind, value
    raise _NotSimple


def _date(text: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _instant(text: str) -> dt.datetime | None:
    # Only instants with an offset are comparable with each other whatever their zones are.
    try:
        value = dt.datetime.fromisoformat(text) if "T" in text else None
    except ValueError:
        return None
    return value if value is not None and value.tzinfo is not None else None


def _time(text: str) -> dt.time | None:
    try:
        value = dt.time.fromisoformat(text) if ":" in text and "T" not in text else None
    except ValueError:
        return None
    return value if value is not None and value.tzinfo is None else None


def _days(text: str) -> dt.timedelta | None:
    found = _DURATION.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups()[1:])
    value = dt.timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    return -value if found.group(1) else value


def _months(text: str) -> YearMonthDuration | None:
    found = _MONTHS.fullmatch(text)
    if found is None or not any(found.groups()[1:]):
        return None
    months = int(found.group(2) or 0) * 12 + int(found.group(3) or 0)
    return YearMonthDuration(-months if found.group(1) else months)


_TEMPORAL = (
    ("date", _date),
    ("date and time", _instant),
    ("time", _time),
    ("days", _days),
    ("months", _months),
)
_NAMED = {
    "date": lambda kind: kind == "date",
    "date and time": lambda kind: kind == "date and time",
    "time": lambda kind: kind == "time",
    "duration": lambda kind: kind in ("days", "months"),
}
