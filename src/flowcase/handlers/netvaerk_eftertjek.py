"""`netvaerk.eftertjek`: how the young person does half a year after the effort; meets T11."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "netvaerk.eftertjek",
    da="Registrér efterundersøgelse",
    en="Record the after-check",
    inputs=(
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("efter_frist_id", "string", "Frist (T11)", "Deadline (T11)"),
    ),
    rules=("R-136", "R-137"),
)
def record_after_check(job: Job, case: CaseWork) -> None:
    case.meet_deadline(str(job.inputs["efter_frist_id"]))
    checked = {"eftertjekket": local_date(job.now)}
    case.update("Netvaerksforloeb", str(job.inputs["netvaerksforloeb_id"]), checked)
