"""`tilsyn.besoeg`: a supervisory visit was made; enough of them meet T18."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.plejefamilie_aabn import FAMILY
from flowcase.handlers.tilsyn_aar import visits_needed
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

VISIT = "Tilsynsbesoeg"


@handler(
    "tilsyn.besoeg",
    da="Registrér tilsynsbesøget",
    en="Record the supervisory visit",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("plejefamilie_id", "string", "Plejefamilie", "Foster family"),
        Field("tilsynsbesoeg_id", "string", "Tilsynsbesøg", "Visit"),
        Field("tilsyn_aar", "number", "Kalenderår", "Calendar year"),
        Field("besoeg_kraeves", "number", "Besøg, der kræves", "Visits needed"),
        Field("tilsyn_frist_id", "string", "Frist T18", "Deadline T18", required=False),
    ),
    outputs=(Field("besoeg_holdt", "number", "Besøg, der er holdt", "Visits held"),),
    rules=("T18",),
)
def record_visit(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A visit counts in the calendar year of its date, and with a talk with the child.

    One of last year that is written in the new year meets last year's deadline on the day it was made.
    """
    code, family = str(job.inputs["sag_id"]), str(job.inputs["plejefamilie_id"])
    visit = case.get(VISIT, str(job.inputs["tilsynsbesoeg_id"]))
    day = date_of(visit["dato"])
    counts = bool(visit["samtale"]) or not case.setting("tilsyn_kraever_samtale")
    case.update(
        VISIT,
        visit.id,
        {"plejefamilie_id": family, "aar": Decimal(day.year) if day else None, "taeller": counts},
    )
    this_year: Any = job.inputs["tilsyn_aar"]
    held = _held(case, code, family, this_year)
    deadline = job.inputs.get("tilsyn_frist_id")
    if day and day.year < this_year:
        _count_late(case, code, family, day)
    elif deadline and held >= job.inputs["besoeg_kraeves"]:
        case.meet_deadline(str(deadline), met_at=day)
    return {"besoeg_holdt": Decimal(held)}


def _count_late(case: CaseWork, code: str, family: str, day: dt.date) -> None:
    first = max(date_of(case.get(FAMILY, family)["anbragt"]) or day, dt.date(day.year, 1, 1))
    if _held(case, code, family, Decimal(day.year)) >= visits_needed(case, first):
        case.meet_deadline(rule="T18", case=code, subject=family, part=str(day.year), met_at=day)


def _held(case: CaseWork, code: str, family: str, year: Decimal) -> int:
    return len(case.records(VISIT, case=code, plejefamilie_id=family, aar=year, taeller=True))
