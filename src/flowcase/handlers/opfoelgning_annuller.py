"""Cancels the open deadline of a follow-up whose measure has ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "opfoelgning.annuller",
    da="Luk opfølgningens åbne frist",
    en="Close the follow-up's open deadline",
    inputs=(Field("frist_id", "string", "Frist", "Deadline"),),
)
def cancel(job: Job, case: CaseWork) -> None:
    case.cancel_deadline(str(job.inputs["frist_id"]), reason="foranstaltning_ophoert")
