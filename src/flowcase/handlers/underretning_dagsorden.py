"""`underretning.dagsorden`: an assessed child goes on the next daily meeting's agenda."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.agenda_items import put_on_agenda
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

INPUTS = (
    Field("underretning_id", "string", "Underretning", "Notification"),
    Field("sag_id", "string", "Sag", "Case"),
    Field("akut", "boolean", "Akut", "Acute"),
    Field("vurderet", "date and time", "Vurderet", "Assessed"),
)


@handler(
    "underretning.dagsorden",
    da="Sæt barnet på dagsmødets dagsorden",
    en="Put the child on the daily meeting's agenda",
    inputs=INPUTS,
    outputs=(Field("dagsordenspunkt_id", "string", "Dagsordenspunkt", "Agenda item"),),
    rules=("R-010",),
)
def to_agenda(job: Job, case: CaseWork) -> Mapping[str, Value]:
    return {"dagsordenspunkt_id": put_on_agenda(case, job.inputs)}
