"""`netvaerk.slut`: the effort has ended; what still ran is cancelled and the after-check is set (T11)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

RUNNING = ("T08", "T09", "T10")
CLOSED_WITH_THE_CASE = "sag_lukket"


@handler(
    "netvaerk.slut",
    da="Registrér, at netværksindsatsen er slut",
    en="Record that the network effort has ended",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("slutaarsag", "string", "Afsluttet som", "Ended as"),
        Field("slut", "date", "Sluttet den", "Ended on", required=False),
        Field("medarbejder", "string", "Netværksmedarbejder", "Network worker", required=False),
    ),
    outputs=(Field("efter_frist_id", "string", "Frist (T11)", "Deadline (T11)", required=False),),
    rules=("R-136",),
)
def end(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """When the case itself was closed nobody follows the young person any more: no after-check."""
    code, effort = str(job.inputs["sag_id"]), str(job.inputs["netvaerksforloeb_id"])
    reason = str(job.inputs["slutaarsag"])
    ended = date_of(job.inputs.get("slut")) or local_date(job.now)
    for rule in RUNNING:
        case.cancel_deadline(rule=rule, case=code, subject=effort, reason=reason)
    case.update("Netvaerksforloeb", effort, {"slut": ended, "slutaarsag": reason, "status": "afsluttet"})
    if reason == CLOSED_WITH_THE_CASE:
        return {"efter_frist_id": None}
    deadline = case.open_deadline(
        "T11",
        ended,
        case=code,
        subject=effort,
        responsible=job.inputs.get("medarbejder"),
        element=job.element,
    )
    return {"efter_frist_id": deadline}
