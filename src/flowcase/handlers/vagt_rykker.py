"""`vagt.rykker`: nobody has taken the notification yet; the duty leader is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

LEADER = "vagtleder"


@handler("vagt.rykker", da="Giv vagtlederen besked", en="Tell the duty leader")
def tell_leader(job: Job, case: CaseWork) -> None:
    case.notify(groups=[LEADER], kind="akut", text="vagt.ikke_taget")
