"""`tilsyn.aar`: the supervisory visits of one calendar year begin (T18)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import local_date
from flowcase.errors import NotFound, Refused
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

LAST_MONTH, LAST_DAY = 12, 31


@handler(
    "tilsyn.aar",
    da="Åbn årets tilsynsbesøg (T18)",
    en="Open this year's supervisory visits (T18)",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("plejefamilie_id", "string", "Plejefamilie", "Foster family"),
        Field("fra", "date", "Tælles fra", "Counts from", required=False),
        Field("forrige_frist_id", "string", "Sidste års frist", "Last year's deadline", required=False),
    ),
    outputs=(
        Field("tilsyn_aar", "number", "Kalenderår", "Calendar year"),
        Field("aar_slut", "date", "Årets sidste dag", "Last day of the year"),
        Field("besoeg_kraeves", "number", "Besøg, der kræves", "Visits needed"),
        Field("besoeg_holdt", "number", "Besøg, der er holdt", "Visits held"),
        Field("tilsyn_frist_id", "string", "Frist T18", "Deadline T18", required=False),
    ),
    rules=("T18",),
)
def open_year(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """How many visits a year that has begun already needs is said by table `tilsynsbesoeg`.

    Last year's deadline, when it was not met, has been breached and counted. It stays for a visit that is
    written late (`tilsyn.sidste_aar` ends it); diagrams of before name it here, and it ends with its year.
    """
    code, family = str(job.inputs["sag_id"]), str(job.inputs["plejefamilie_id"])
    today = local_date(job.now)
    start = max(date_of(job.inputs.get("fra")) or today, dt.date(today.year, 1, 1))
    last = job.inputs.get("forrige_frist_id")
    if last:
        case.cancel_deadline(str(last), reason="aaret_er_gaaet")
    needed = visits_needed(case, start)
    try:
        deadline = case.open_deadline(
            "T18", start, case=code, subject=family, part=str(start.year), element=job.element
        )
    except (NotFound, Refused):  # a rule set without T18 asks for visits, but sets no date
        deadline = None
    return {
        "tilsyn_aar": Decimal(start.year),
        "aar_slut": dt.date(start.year, LAST_MONTH, LAST_DAY),
        "besoeg_kraeves": needed,
        "besoeg_holdt": Decimal(0),
        "tilsyn_frist_id": deadline,
    }


def visits_needed(case: CaseWork, start: dt.date) -> Any:
    """How many visits the rest of a calendar year asks for that is counted from this day."""
    return case.decide(
        "tilsynsbesoeg",
        {
            "maaneder_tilbage": LAST_MONTH + 1 - start.month,
            "besoeg_pr_aar": case.setting("tilsynsbesoeg_pr_aar"),
        },
    )
