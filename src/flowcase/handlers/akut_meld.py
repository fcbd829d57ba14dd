"""`akut.meld`: somebody says that a child of a case is in danger now; who must act is told at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

ON_DUTY = "akutvagt"


@handler(
    "akut.meld",
    da="Giv besked om akut fare",
    en="Tell of acute danger",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    outputs=(Field("melder", "string", "Hvem meldte det", "Who told it"),),
)
def tell(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The acute duty and the case's own caseworker, not whoever told it; `melder` may act and write too."""
    code = str(job.inputs["sag_id"])
    caseworker = case.case(code).get("sagsbehandler")
    case.notify(
        groups=[ON_DUTY],
        people=[caseworker] if caseworker and caseworker != case.actor else [],
        kind="akut",
        case=code,
        text="akut_vending",
    )
    return {"melder": case.actor}
