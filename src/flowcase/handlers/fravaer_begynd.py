"""`fravaer.begynd`: the caseworker is away: the case has a deputy, and keeps its owner (2.c, R-022)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.fravaer_meld import note_on_person
from flowcase.services.casework.absence_names import ABSENCE_ID
from flowcase.services.staffing.deputies import UNDER_WAY

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "fravaer.begynd",
    da="Sæt stedfortræder på sagen",
    en="Give the case a deputy",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field(ABSENCE_ID, "string", "Fravær", "Absence"),
    ),
    rules=("R-022",),
)
def begin_absence(job: Job, case: CaseWork) -> None:
    """No change of caseworker is recorded, so none is counted (I-09)."""
    code, absence = str(job.inputs["sag_id"]), str(job.inputs[ABSENCE_ID])
    announced = case.get("Fravaer", absence)
    deputy, owner = announced["stedfortraeder"], case.case(code).get("sagsbehandler")
    note_on_person(case, owner, announced)  # where it was announced before `fravaer.meld` was drawn
    case.update("Fravaer", absence, {"sagsbehandler": owner, "status": UNDER_WAY})
    case.set_fact(code, "stedfortraeder", deputy)
    told = [person for person in (deputy, owner) if person]
    case.notify(people=told, kind="tildeling", case=code, text="stedfortraeder_sat")
