"""`samtykke.ophoer`: a consent expires, or lapses because its purpose was reached or has changed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import Outcome
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import REQUEST, tell_requester
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "samtykke.ophoer",
    da="Registrér, at samtykket ophører",
    en="Record that the consent ends",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("anmodning_id", "string", "Anmodning", "Request"),
        Field("aarsag", "string", "Årsag (udloebet, bortfaldet)", "Reason (udloebet, bortfaldet)"),
    ),
    outputs=(Field("helt_ophoert", "boolean", "Helt ophørt?", "Ended altogether?"),),
    rules=("R-090", "R-091"),
)
def end_consent(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The year ends it towards health professionals alone; what others were promised goes on."""
    code, id = str(job.inputs["sag_id"]), str(job.inputs["anmodning_id"])
    reason, request = Outcome(str(job.inputs["aarsag"])), case.get(REQUEST, id)
    is_whole = reason is not Outcome.EXPIRED or case.is_for_health_only(request)
    if is_whole:
        case.update(REQUEST, id, {"status": str(reason), "ophoert": case.now})
    case.cancel_deadline(rule="T14", case=code, subject=id, reason=str(reason))
    tell_requester(case, request, f"samtykke_{reason}")
    return {"helt_ophoert": is_whole}
