"""Notices as the page tells them: by day, the newest first, and within a day by case."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterable
from dataclasses import dataclass

from flowcase.cases.civil_time import local_date
from flowcase.services.notices import OwnNotice


@dataclass(frozen=True)
class OfCase:
    """What was told of one case on one day, or of none; the newest first."""

    case: str | None
    rows: tuple[OwnNotice, ...]

    @property
    def unread(self) -> list[str]:
        """Their ids."""
        return [row.id for row in self.rows if not row.is_read]


@dataclass(frozen=True)
class OfDay:
    day: dt.date
    cases: tuple[OfCase, ...]  # the one that was told of last first


def grouped(rows: Iterable[OwnNotice]) -> list[OfDay]:
    """Rows that come newest first; a day that is cut by the end of a page goes on with the next one."""
    return [
        OfDay(day, _by_case(of_day))
        for day, of_day in itertools.groupby(rows, lambda row: local_date(row.at))
    ]


def _by_case(rows: Iterable[OwnNotice]) -> tuple[OfCase, ...]:
    cases: dict[str | None, list[OwnNotice]] = {}
    for row in rows:
        cases.setdefault(row.case_code, []).append(row)
    return tuple(OfCase(case, tuple(told)) for case, told in cases.items())
