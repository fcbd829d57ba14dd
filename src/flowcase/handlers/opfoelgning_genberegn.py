"""Computes the first follow-up anew when an examination that ran beside the measure has ended (R-034)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.opfoelgning_naeste import open_follow_up_deadline

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "opfoelgning.genberegn",
    da="Beregn opfølgningens frist igen",
    en="Compute the follow-up's deadline anew",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("start", "date", "Foranstaltningens start", "Start of the measure"),
        Field("art", "string", "Anbringelse eller forebyggende", "Placement or preventive"),
        Field("regelsaet", "list", "Valgte regelsæt", "Rule sets chosen"),
        Field("nr", "number", "Opfølgning nr.", "Follow-up no."),
    ),
    rules=("R-034",),
)
def compute_anew(job: Job, case: CaseWork) -> None:
    """Only the first round looks at the examination; a later one keeps its date."""
    nr = int(job.inputs["nr"])
    measure = str(job.inputs["foranstaltning_id"])
    is_waiting = case.deadlines(rule="T05", case=str(job.inputs["sag_id"]), subject=measure)
    if nr == 1 and is_waiting:
        open_follow_up_deadline(job, case, nr)
