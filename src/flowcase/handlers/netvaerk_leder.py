"""`netvaerk.leder`: what the leader decided where table D-16 leaves it to the leader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.netvaerk_adgang import WIDENED

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

YES = "ja"


@handler(
    "netvaerk.leder",
    da="Registrér leders afgørelse om netværksindsats",
    en="Record the leader's decision on a network effort",
    inputs=(
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("leder_svar", "string", "Leders afgørelse", "The leader's decision"),
    ),
    rules=("R-135",),
)
def record_decision(job: Job, case: CaseWork) -> None:
    """Whoever the leader lets in belongs to the widened target group: effects are counted apart."""
    if job.inputs["leder_svar"] == YES:
        case.update("Netvaerksforloeb", str(job.inputs["netvaerksforloeb_id"]), {"kriterium": WIDENED})
