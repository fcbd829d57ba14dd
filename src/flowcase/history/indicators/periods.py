"""Which periods figures are shown for to who may not see the cases, so that no two can be subtracted.

Who may see the cases may ask about any days: they learn nothing from a difference that they may not look up.
Everybody else is shown whole, finished periods of the calendar only, as the rule set says
(`statistik_perioder`), and of teams, districts and rule sets only the longer ones. Periods that lie in one
another are still subtracted: a year less three of its quarters is the fourth. They are therefore decided in
the order in which they end, each once and for all, so that what was shown last year is no help today:

* A figure is not shown where it is small, or where it less all that was shown inside of it is small, or is
  one period alone.
* A period behind one that was left out is left out too while what was left out together is still small, so
  that the longer one can be shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from flowcase.history.indicators.figure import (
    LEAST_HIDDEN,
    Figure,
    Words,
    left_out,
    measures,
    without_small_groups,
)
from flowcase.history.indicators.material import Question

SETTING = "statistik_perioder"
_FIRST_MONTHS = {"maaned": range(1, 13), "kvartal": (1, 4, 7, 10), "halvaar": (1, 7), "aar": (1,)}


class Kind(StrEnum):
    """Of periods, the shortest first."""

    MONTH = "maaned"
    QUARTER = "kvartal"
    HALF = "halvaar"
    YEAR = "aar"


_ORDER = tuple(Kind)


@dataclass(frozen=True)
class Period:
    kind: Kind
    first: dt.date

    @property
    def last(self) -> dt.date:
        months = self.first.year * 12 + self.first.month - 1 + 12 // len(_FIRST_MONTHS[self.kind])
        return dt.date(months // 12, months % 12 + 1, 1) - dt.timedelta(days=1)

    @property
    def code(self) -> str:
        """As it stands in an address: 2026, 2026-H1, 2026-K3, 2026-07."""
        number = list(_FIRST_MONTHS[self.kind]).index(self.first.month) + 1
        tail = {Kind.YEAR: "", Kind.HALF: f"-H{number}", Kind.QUARTER: f"-K{number}"}
        return f"{self.first.year}{tail.get(self.kind, f'-{number:02}')}"

    def within(self, kind: Kind) -> Period:
        """The period of that kind that this one lies in."""
        month = max(each for each in _FIRST_MONTHS[kind] if each <= self.first.month)
        return Period(kind, self.first.replace(month=month))

    def holds(self, other: Period) -> bool:
        return self.first <= other.first and other.last <= self.last and self != other


@dataclass(frozen=True)
class Rule:
    """Which kinds are shown of everything, the usual one first, and which of a team, district or rule set.

    Of a part there is one kind only: parts and periods together would be a table of two dimensions, where
    what is hidden along one of them can be computed along the other.
    """

    of_all: tuple[Kind, ...]
    of_part: Kind

    @classmethod
    def read(cls, setting: Any) -> Rule:
        """Raises ValueError for what is no such rule."""
        kinds = setting.get("alle") if isinstance(setting, Mapping) else None
        if not isinstance(kinds, (list, tuple)) or not kinds:
            raise ValueError("expected a list 'alle' and 'udsnit', of maaned, kvartal, halvaar, aar")
        of_all, of_part = tuple(Kind(str(each)) for each in kinds), Kind(str(setting.get("udsnit")))
        if of_part not in of_all:
            raise ValueError(f"expected '{of_part}' of 'udsnit' among those of 'alle'")
        return cls(of_all, of_part)

    def of(self, question: Question) -> tuple[Kind, ...]:
        return (self.of_part,) if question.is_part else self.of_all

    def period_of(self, question: Question) -> Period | None:
        """The period that the days are, when it is one of those that are shown."""
        for kind in self.of(question):
            if question.first.day == 1 and question.first.month in _FIRST_MONTHS[kind]:
                period = Period(kind, question.first)
                if period.last == question.last:
                    return period
        return None

    def finished(self, since: dt.date, today: dt.date) -> list[Period]:
        """Every one from the year of `since` that is over, in the order of their ends, the shorter first."""
        found = [
            Period(kind, dt.date(year, month, 1))
            for year in range(since.year, today.year + 1)
            for kind in self.of_all
            for month in _FIRST_MONTHS[kind]
        ]
        over = [each for each in found if each.last < today]
        return sorted(over, key=lambda each: (each.last, _ORDER.index(each.kind)))


def decided(
    counted: Mapping[Period, Sequence[Figure]], kinds: Sequence[Kind], limit: int
) -> dict[Period, list[Figure]]:
    """What is shown of the periods of one year, given in the order of `Rule.finished` up to any of them."""
    shown: dict[Period, list[Figure]] = {}
    shortest, longest = (order(kinds, key=_ORDER.index) for order in (min, max))
    for period, figures in counted.items():
        found = without_small_groups(figures, limit)
        was_small = [each.is_suppressed for each in found]
        for n, figure in enumerate(figures):
            if not figure.is_personal or was_small[n]:
                continue
            row = _Row(figure.label, counted, shown, shortest)
            if row.gives_away(period, limit) or (
                period.kind is not longest and period.kind is shortest and row.hides(period, kinds, limit)
            ):
                found[n] = left_out(figure)
        for parts in _clusters(figures):
            hidden = [n for n in parts if found[n].is_suppressed]
            # Parts along one way, periods along another: only the longest may tell some of the parts.
            if hidden and (period.kind is not longest or not all(was_small[n] for n in hidden)):
                for n in parts:
                    found[n] = left_out(figures[n])
        shown[period] = found
    return shown


def _clusters(figures: Sequence[Figure]) -> list[list[int]]:
    """Figures of which one tells something of another: parts of one whole, and shares of the same number."""
    found: list[tuple[set[object], list[int]]] = []
    for n, each in enumerate(figures):
        if not each.is_personal:
            continue
        counted, all_, _ = measures(each)
        keys: set[object] = {key for key in (each.group, all_ or counted) if key}
        mine = [n]
        for known, parts in [one for one in found if one[0] & keys]:
            found.remove((known, parts))
            keys, mine = keys | known, [*parts, *mine]
        found.append((keys, mine))
    return [parts for _, parts in found]


@dataclass(frozen=True)
class _Row:
    """One figure of an indicator through the periods of a year."""

    label: Words
    counted: Mapping[Period, Sequence[Figure]]
    shown: Mapping[Period, Sequence[Figure]]
    shortest: Kind

    def gives_away(self, period: Period, limit: int) -> bool:
        """Whether the period less all that is shown inside of it is small, or one period alone."""
        inside = [each for each in self.shown if period.holds(each)]
        told = [each for each in inside if self._is_shown(each)]
        top = [each for each in told if not any(other.holds(each) for other in told)]
        own = self._sizes(period)
        if any(self._sizes(each) == own for each in told):
            return False  # it tells nothing new: what stood at the end of both, or all of it happened in one
        for each in told:
            # Cases that were open in two periods count in both: one taken from the other leaves a group too.
            if any(0 < all_ - part < limit for all_, part in zip(own, self._sizes(each), strict=True)):
                return True
        rest = [whole - sum(parts) for whole, *parts in zip(own, *map(self._sizes, top), strict=True)]
        return bool(told) and self._is_telling(rest, self._hidden(inside, told), limit)

    def hides(self, period: Period, kinds: Sequence[Kind], limit: int) -> bool:
        """Whether what was left out before, in a longer one that the period is of, needs it beside it."""
        for kind in kinds:
            around = period.within(kind)
            inside = [each for each in self.shown if around.holds(each)]
            hidden = self._hidden(inside, [each for each in inside if self._is_shown(each)])
            rest = [sum(sizes) for sizes in zip(*map(self._sizes, hidden), strict=True)]
            own = self._sizes(period)
            if around != period and hidden and any(own) and self._is_telling(rest, hidden, limit):
                return True
        return False

    def _is_telling(self, rest: Sequence[int], hidden: Sequence[Period], limit: int) -> bool:
        for n, left in enumerate(rest):
            parts = [each for each in hidden if self._sizes(each)[n]]
            if left > 0 and (left < limit or len(parts) < LEAST_HIDDEN):
                return True
        return False

    def _hidden(self, inside: Sequence[Period], told: Sequence[Period]) -> list[Period]:
        """The shortest ones that no period which is shown covers."""
        return [
            each
            for each in inside
            if each.kind is self.shortest and each not in told and not any(one.holds(each) for one in told)
        ]

    def _is_shown(self, period: Period) -> bool:
        """One that has no such figure tells that there is none."""
        return not any(each.label == self.label and each.is_suppressed for each in self.shown[period])

    def _sizes(self, period: Period) -> tuple[int, ...]:
        for each in self.counted[period]:
            if each.label == self.label:
                return measures(each)
        return (0, 0, 0)
