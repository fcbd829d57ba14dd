"""`fravaer.slut`: the absence has ended, or will not be: the case has no deputy (any more) (2.c)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.civil_time import end_of_day, local_date
from flowcase.handlers import Field, Job, handler
from flowcase.services.casework.absence_names import ABSENCE_ID, BACK, ENDS
from flowcase.services.staffing.deputies import UNDER_WAY

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    ENDS,
    da="Fjern stedfortræder",
    en="Take the deputy off the case",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field(ABSENCE_ID, "string", "Fravær", "Absence"),
        Field("status", "string", "Hvordan det sluttede", "How it ended"),
    ),
    rules=("R-022",),
)
def end_absence(job: Job, case: CaseWork) -> None:
    """A deputy whom a later absence has named stays, and who never was one is not told of an end.

    Who is back before the last day is away no longer, in whatever case that was said: unlike after the
    case's end or another caseworker.
    """
    code, absence = str(job.inputs["sag_id"]), str(job.inputs[ABSENCE_ID])
    before = case.get("Fravaer", absence)
    deputy, had_begun = before["stedfortraeder"], before["status"] == UNDER_WAY
    case.update("Fravaer", absence, {"status": job.inputs["status"], "sluttet": local_date(job.now)})
    if not had_begun:
        return
    person, last = before["sagsbehandler"], before["til"]
    if job.inputs["status"] == BACK and person and last and job.now < end_of_day(last):
        case.end_absence(str(person))
    if case.case(code).get("stedfortraeder") == deputy:
        case.set_fact(code, "stedfortraeder", None)
    case.notify(people=[str(deputy)], kind="tildeling", case=code, text="stedfortraeder_slut")
