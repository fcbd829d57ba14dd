"""What one evaluation carries: its clock, its limits, what it has used so far and why something is null."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from flowcase.feel.errors import FeelLimitError, line_and_column
from flowcase.feel.limits import Limits
from flowcase.feel.numbers import from_float, from_int, rounded
from flowcase.feel.ranges import AllBut, Range
from flowcase.feel.types import Function
from flowcase.feel.wide import WideDate, WideDateTime
from flowcase.values import Value, YearMonthDuration

MAX_WARNINGS = 100


@dataclass(frozen=True, slots=True)
class FeelWarning:
    """Why a part of the expression became null, and where it stands in the text."""

    reason: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.reason} (line {self.line}, column {self.column})"


class Run:
    """One evaluation of one expression."""

    __slots__ = ("_imported", "_warnings", "depth", "limits", "now", "steps", "text")

    def __init__(self, now: dt.datetime | None, limits: Limits, text: str) -> None:
        self.now = now
        self.limits = limits
        self.text = text
        self.steps = limits.steps
        self.depth = 0
        self._warnings: list[tuple[str, int]] | None = None
        self._imported: dict[int, tuple[Value, Value]] | None = None

    def warn(self, reason: str, at: int) -> None:
        """Note why a value is null. Reasons name types and names, never values: those may be personal."""
        if self._warnings is None:
            self._warnings = []
        if len(self._warnings) < MAX_WARNINGS:
            self._warnings.append((reason, at))

    def warnings(self) -> tuple[FeelWarning, ...]:
        if self._warnings is None:
            return ()
        return tuple(
            FeelWarning(reason, *line_and_column(self.text, at))
            for reason, at in dict.fromkeys(self._warnings)
        )

    def charge(self, steps: int) -> None:
        """Use up `steps`. Raises FeelLimitError when there are none left."""
        self.steps -= steps
        if self.steps < 0:
            raise FeelLimitError("steps", self.limits.steps)

    def checked_list(self, items: list) -> list:
        """`items`, when it is no longer than a list may be; building it is charged."""
        if len(items) > self.limits.list_items:
            raise FeelLimitError("list_items", self.limits.list_items)
        self.charge(len(items) >> 4)
        return items

    def checked_text(self, text: str) -> str:
        """`text`, when it is no longer than a string may be; building it is charged."""
        if len(text) > self.limits.text_length:
            raise FeelLimitError("text_length", self.limits.text_length)
        self.charge(len(text) >> 6)
        return text

    def imported(self, value: Value) -> Value:
        """A host's value as a FEEL value; containers are walked once per evaluation."""
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is Decimal:
            return rounded(value) if value.is_finite() else None
        if kind is int:
            return from_int(value)
        if self._imported is None:
            self._imported = {}
        known = self._imported.get(id(value))
        if known is None:
            # The host's value is kept beside the result, so that its id stays its own.
            known = self._imported[id(value)] = (value, self._import(value, 0))
        return known[1]

    def _import(self, value: Value, level: int) -> Value:
        kind = type(value)
        if kind in PLAIN:
            return value
        if kind is Decimal:
            return rounded(value) if value.is_finite() else None
        if kind is int:
            return from_int(value)
        if isinstance(value, Function):
            return value
        if isinstance(value, Mapping):
            self.check_level(level)
            self.charge(len(value) >> 2)
            return {str(key): self._import(item, level + 1) for key, item in value.items()}
        if isinstance(value, (list, tuple)):
            self.check_level(level)
            self.charge(len(value) >> 2)
            return [self._import(item, level + 1) for item in value]
        if isinstance(value, Decimal):
            return rounded(Decimal(value)) if value.is_finite() else None
        if isinstance(value, str):
            return str(value)
        if isinstance(value, int):
            return from_int(int(value))
        if isinstance(value, float):
            return from_float(value)
        if isinstance(value, (dt.date, dt.time, dt.timedelta)):
            return value
        self.warn(f"A {kind.__name__} is no FEEL value", 0)
        return None

    def check_level(self, level: int) -> None:
        if level > self.limits.nesting:
            raise FeelLimitError("nesting", self.limits.nesting)

    def check_result(self, value: Value) -> None:
        """Refuse a result that is nested too deeply or, through sharing, larger than it looks."""
        left = self.limits.list_items
        stack = [(value, 0)]
        while stack:
            item, level = stack.pop()
            left -= 1
            if left < 0:
                raise FeelLimitError("list_items", self.limits.list_items)
            if isinstance(item, (list, dict)):
                self.check_level(level)
                if len(item) > left:
                    raise FeelLimitError("list_items", self.limits.list_items)
                inner = item if isinstance(item, list) else item.values()
                stack.extend((each, level + 1) for each in inner if type(each) not in _LEAVES)
                left -= len(item)


_LEAVES = frozenset((type(None), bool, str, Decimal, dt.datetime, dt.date))
PLAIN = frozenset(
    (
        type(None),
        bool,
        str,
        dt.datetime,
        dt.date,
        dt.time,
        dt.timedelta,
        YearMonthDuration,
        WideDate,
        WideDateTime,
        Range,
        AllBut,
    )
)


class Scope:
    """Names and their values; the outermost one holds the host's variables."""

    __slots__ = ("names", "parent", "run")

    def __init__(self, names: Mapping[str, Value], parent: Scope | None, run: Run) -> None:
        self.names = names
        self.parent = parent
        self.run = run


DEFAULT_ZONE = ZoneInfo("Europe/Copenhagen")
