"""`fravaer.meld`: the caseworker will be away, whatever becomes of the case (2.c, R-022)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.services.casework.absence_names import ABSENCE_ID

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record
    from flowcase.values import Value


@handler(
    "fravaer.meld",
    da="Skriv fraværet på rådgiveren",
    en="Note the caseworker's absence",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field(ABSENCE_ID, "string", "Fravær", "Absence"),
    ),
    rules=("R-022",),
)
def report_absence(job: Job, case: CaseWork) -> None:
    """The absence is the person's: it stays when the case gets another caseworker."""
    owner = case.case(str(job.inputs["sag_id"])).get("sagsbehandler")
    note_on_person(case, owner, case.get("Fravaer", str(job.inputs[ABSENCE_ID])))


def note_on_person(case: CaseWork, person: Value, absence: Record) -> None:
    """Nothing happens where the person's absence covers those days already."""
    first, last = absence["fra"], absence["til"]
    if isinstance(person, str) and isinstance(first, dt.date) and isinstance(last, dt.date):
        case.report_absence(person, first, last)
