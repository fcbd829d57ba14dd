"""`raad.find`: a council that was heard early, before there was a measure, counts for the measure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.raad_aabn import COUNCIL
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "raad.find",
    da="Er rådet allerede hørt?",
    en="Was the council heard already?",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("paataenkt", "string", "Påtænkt foranstaltning", "Measure considered"),
    ),
    outputs=(Field("raad_afholdt", "boolean", "Rådet er holdt", "The council has met"),),
    rules=("R-047",),
)
def find(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Only one about the same considered measure, and each counts once."""
    code, measure = str(job.inputs["sag_id"]), str(job.inputs["foranstaltning_id"])
    for meeting in case.records("Moede", case=code, slags=COUNCIL, foranstaltning_id=None):
        if meeting["afholdt"] is not None and meeting["paataenkt"] == job.inputs["paataenkt"]:
            case.update("Moede", meeting.id, {"foranstaltning_id": measure})
            case.update("Foranstaltning", measure, {"raad": meeting.id})
            return {"raad_afholdt": True}
    return {"raad_afholdt": False}
