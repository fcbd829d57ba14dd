"""`samtykke.paamind`: nobody has answered yet; who asked is reminded and decides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import REQUEST, tell_requester
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "samtykke.paamind",
    da="Påmind om manglende svar",
    en="Remind of a missing answer",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("anmodning_id", "string", "Anmodning", "Request"),
    ),
)
def remind(job: Job, case: CaseWork) -> Mapping[str, Value]:
    request = case.get(REQUEST, str(job.inputs["anmodning_id"]))
    tell_requester(case, request, "samtykke_mangler_svar", kind="paamindelse")
    return {}
