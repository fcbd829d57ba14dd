"""Extends a measure on its step: a new date, and T07 moves to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "foranstaltning.forlaeng",
    da="Forlæng foranstaltningen",
    en="Extend the measure",
    inputs=(
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("t07_id", "string", "Frist T07", "Deadline T07", required=False),
        Field("forlaenget_til", "date", "Forlænget til", "Extended to"),
    ),
    rules=("R-042",),
)
def extend(job: Job, case: CaseWork) -> None:
    until, deadline = job.inputs["forlaenget_til"], job.inputs.get("t07_id")
    case.update("Foranstaltning", str(job.inputs["foranstaltning_id"]), {"forlaenget_til": until})
    if deadline is not None:
        case.move_deadline(str(deadline), due=until, reason="forlaenget")
