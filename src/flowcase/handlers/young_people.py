"""Whom a measure runs for and how old they are: what flows ask that begin at an age."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import structlog

from flowcase.cases.civil_time import add_months
from flowcase.handlers.message_dates import date_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

_log = structlog.get_logger(__name__)

MEASURE = "Foranstaltning"
RUNNING = "i_gang"  # status of a measure
MONTHS_A_YEAR = 12


def with_a_running_measure(case: CaseWork) -> list[Record]:
    """Open cases. One that is examined anew, or has another matter on its way, has its measure still."""
    codes = {each.case for each in case.records(MEASURE, status=RUNNING)}
    files = [case.get("Sag", code) for code in sorted(code for code in codes if code)]
    return [file for file in files if file["afsluttet"] is None]


def in_need(files: Iterable[Record], needs: Callable[[Record], bool]) -> list[str]:
    """Codes of the cases for which something is to begin, each in a job of its own.

    A case of which that cannot be said is among them: its own job tells what is wrong with it, and the
    others begin.
    """
    found = []
    for file in files:
        try:
            is_needed = needs(file)
        except Exception as error:  # of whatever kind: asked again alone, it stops nobody else
            _log.warning("a case cannot be judged", case=file.id, error=type(error).__name__)
            is_needed = True
        if is_needed:
            found.append(file.id)
    return found


def birthday(case: CaseWork, code: str, years: int) -> dt.date | None:
    """The day on which the child of the case gets that old; None where its birth is not known."""
    known = case.case(code).get("barn_id")
    born = date_of(case.get("Barn", str(known))["foedt"]) if known else None
    return add_months(born, years * MONTHS_A_YEAR) if born else None
