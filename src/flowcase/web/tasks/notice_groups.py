"""Notices as the page tells them: by day, the newest first, and within a day by case; older days by month."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from flowcase.cases.civil_time import local_date
from flowcase.services.telling.notices import OwnNotice

READ_AT_ONCE = 7  # days


@dataclass(frozen=True)
class OfCase:
    """What was told of one case on one day, or of none; the newest first."""

    case: str | None
    rows: tuple[OwnNotice, ...]

    @property
    def unread(self) -> list[str]:
        """Their ids."""
        return [row.id for row in self.rows if row.is_unread]


@dataclass(frozen=True)
class OfDay:
    day: dt.date
    cases: tuple[OfCase, ...]  # the one that was told of last first

    @property
    def count(self) -> int:
        return sum(len(each.rows) for each in self.cases)

    @property
    def unread(self) -> int:
        return sum(len(each.unread) for each in self.cases)


@dataclass(frozen=True)
class OfMonth:
    """Older days of one month, which the page folds."""

    days: tuple[OfDay, ...]

    @property
    def first(self) -> dt.date:
        return self.days[0].day.replace(day=1)

    @property
    def key(self) -> str:
        """`2026-04`, by which an address keeps it unfolded."""
        return f"{self.first:%Y-%m}"

    @property
    def count(self) -> int:
        return sum(each.count for each in self.days)

    @property
    def unread(self) -> int:
        return sum(each.unread for each in self.days)


def grouped(rows: Iterable[OwnNotice]) -> list[OfDay]:
    """Rows that come newest first; a day that is cut by the end of a page goes on with the next one."""
    return [
        OfDay(day, _by_case(of_day))
        for day, of_day in itertools.groupby(rows, lambda row: local_date(row.at))
    ]


def folded(days: list[OfDay]) -> tuple[list[OfDay], list[OfMonth]]:
    """The newest days, to be read at once, and the older ones by month: a long page is a few lines more."""
    older = itertools.groupby(days[READ_AT_ONCE:], lambda each: (each.day.year, each.day.month))
    return days[:READ_AT_ONCE], [OfMonth(tuple(of_month)) for _, of_month in older]


def _by_case(rows: Iterable[OwnNotice]) -> tuple[OfCase, ...]:
    cases: dict[str | None, list[OwnNotice]] = {}
    for row in rows:
        cases.setdefault(row.case_code, []).append(row)
    return tuple(OfCase(case, tuple(told)) for case, told in cases.items())
