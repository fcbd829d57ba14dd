"""Records that a measure has begun; an institution stay gets its target T07."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.errors import NotFound
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_NEEDS_T07 = "t07"


@handler(
    "foranstaltning.start",
    da="Registrér start og beregn T07",
    en="Record the start and compute T07",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("start", "date", "Startet", "Started"),
        Field("trin", "number", "Trin på indsatstrappen", "Step on the ladder"),
        Field("krav", "list", "Trinnets krav (D-10)", "Requirements of the step (D-10)"),
    ),
    outputs=(
        Field("start", "date", "Startet", "Started"),
        Field("t07_id", "string", "Frist T07", "Deadline T07", required=False),
    ),
    rules=("R-042",),
)
def record_start(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """`t07_id` is null when D-10 does not ask for T07 or no rule set in force has a length for it."""
    code, measure = str(job.inputs["sag_id"]), str(job.inputs["foranstaltning_id"])
    start = date_of(job.inputs["start"]) or local_date(job.now)
    case.update("Foranstaltning", measure, {"start": start, "status": "i_gang"})
    case.set_fact(code, "status", "foranstaltning")
    case.set_fact(code, "trin", job.inputs["trin"])
    case.broadcast("trin_aendret", code, {"trin": job.inputs["trin"]})
    deadline = None
    if _NEEDS_T07 in (job.inputs.get("krav") or ()):
        try:
            deadline = case.open_deadline("T07", start, case=code, subject=measure, element=job.element)
        except NotFound:
            deadline = None
    return {"start": start, "t07_id": deadline}
