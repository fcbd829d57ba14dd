"""`underretning.kvittering_ikke_mulig`: nobody to send a receipt to; the duty ends with a record of why."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.underretning_modtag import ADDED_SIBLINGS

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_NO_RECEIPT = "Underretter er anonym eller kan ikke nås. Der er ikke sendt kvittering."


@handler(
    "underretning.kvittering_ikke_mulig",
    da="Notér, at der ikke kan kvitteres",
    en="Record that no receipt is possible",
    inputs=(Field("underretning_id", "string", "Underretning", "Notification"),),
    rules=("R-002",),
)
def record_no_receipt(job: Job, case: CaseWork) -> None:
    id = str(job.inputs["underretning_id"])
    notification = case.get("Underretning", id)
    if notification["kilde"] == ADDED_SIBLINGS:
        return  # the notifier has the receipt of the notification that the siblings were added to
    case.update("Underretning", id, {"kvittering_ikke_mulig": True})
    case.cancel_deadline(rule="T02", subject=id, reason="kvittering_ikke_mulig")
    for code in notification["sager"] or [None]:
        case.note("kvittering_ikke_mulig", _NO_RECEIPT, code, source=job.element)
