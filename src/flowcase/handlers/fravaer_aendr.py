"""`fravaer.aendr`: the absence ends earlier or later than was said: the deputy stays until then (2.c)."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.fravaer_meld import note_on_person
from flowcase.services.casework.absence_names import ABSENCE_ID, CHANGES, LAST_DAY

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    CHANGES,
    da="Ret sidste fraværsdag",
    en="Change the last day of absence",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field(ABSENCE_ID, "string", "Fravær", "Absence"),
        Field(LAST_DAY, "date", "Sidste fraværsdag", "Last day of absence"),
    ),
    rules=("R-022",),
)
def change_last_day(job: Job, case: CaseWork) -> None:
    """The person's own absence follows, unless it lasts longer for another reason.

    Before its first day the absence is that of whose the case is.
    """
    code, absence, last = str(job.inputs["sag_id"]), str(job.inputs[ABSENCE_ID]), job.inputs[LAST_DAY]
    before = case.get("Fravaer", absence)
    person, known = before["sagsbehandler"] or case.case(code).get("sagsbehandler"), before["til"]
    if not isinstance(last, dt.date) or last == known:
        return
    case.update("Fravaer", absence, {"til": last})
    if isinstance(person, str) and isinstance(known, dt.date):
        case.change_last_day(person, known, last)
    note_on_person(case, person, case.get("Fravaer", absence))
    told = [str(each) for each in (before["stedfortraeder"], person) if each]
    case.notify(people=told, kind="tildeling", case=code, text="stedfortraeder_aendret")
