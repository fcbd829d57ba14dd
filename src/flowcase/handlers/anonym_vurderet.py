"""`anonym.vurderet`: who judged the anonymity, and whether two people must."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "anonym.vurderet",
    da="Notér vurderingen af anonymiteten",
    en="Note the assessment of anonymity",
    inputs=(
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("anonymdroeftelse_id", "string", "Anonym drøftelse", "Anonymous discussion"),
    ),
    outputs=(
        Field("vurderet_af", "string", "Vurderet af", "Assessed by"),
        Field("kraever_to", "boolean", "Skal to personer vurdere?", "Must two people assess?"),
    ),
    rules=("R-099",),
)
def note_assessment(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Small districts are named in the setting `anonymitet_to_personer`; a star means all."""
    case.update("AnonymDroeftelse", str(job.inputs["anonymdroeftelse_id"]), {"vurderet_af": case.actor})
    small = case.setting("anonymitet_to_personer") or []
    code = job.inputs.get("sag_id")
    district = case.case(str(code)).get("distrikt") if code else None
    return {
        "vurderet_af": case.actor,
        "kraever_to": isinstance(small, list) and ("*" in small or district in small),
    }
