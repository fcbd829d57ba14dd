"""`underretning.kvitter`: the receipt to the notifier, at once (R-002); T02 is only its outer limit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "underretning.kvitter",
    da="Send kvittering til underretter",
    en="Send receipt to the notifier",
    inputs=(Field("underretning_id", "string", "Underretning", "Notification"),),
    rules=("R-002",),
)
def send_receipt(job: Job, case: CaseWork) -> None:
    id = str(job.inputs["underretning_id"])
    case.update("Underretning", id, {"kvittering_sendt": case.now, "kvittering_ikke_mulig": False})
    case.meet_deadline(rule="T02", subject=id)
