"""`underretning.tillaeg`: a further notification of an undecided concern joins the first one's item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.agenda_items import put_on_agenda
from flowcase.handlers.underretning_dagsorden import INPUTS
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "underretning.tillaeg",
    da="Knyt tillægsunderretning til den første",
    en="Link a further notification to the first one",
    inputs=INPUTS,
    outputs=(Field("dagsordenspunkt_id", "string", "Dagsordenspunkt", "Agenda item"),),
    rules=("R-010",),
)
def join_first(job: Job, case: CaseWork) -> Mapping[str, Value]:
    case.update("Underretning", str(job.inputs["underretning_id"]), {"resultat": "tillaegsunderretning"})
    return {"dagsordenspunkt_id": put_on_agenda(case, job.inputs)}
