"""`handling.aabn`: a cross-professional action begins, from a conference's agreement or by itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

IN_PROGRESS = "i_gang"
_CARRIED_ON = (
    "slags",
    "formaal",
    "opgave",
    "behov_for_moede",
    "identificerbart_barn",
    "deltagere",
    "tovholder",
)


@handler(
    "handling.aabn",
    da="Opret tværfaglig handling",
    en="Create a cross-professional action",
    inputs=(
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("slags", "string", "Slags", "Kind", required=False),
        Field("aftale_id", "string", "Aftale fra mødet", "Agreement of the meeting", required=False),
        Field("fra_moede", "string", "Aftalt på møde", "Agreed at meeting", required=False),
        Field("forrige_id", "string", "Justerer handling", "Adjusts action", required=False),
    ),
    outputs=(
        Field("handling_id", "string", "Handling", "Action"),
        Field("tovholder", "string", "Tovholder", "Coordinator", required=False),
    ),
)
def begin(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """What is known from the agreement or from the action that is adjusted is not asked for again."""
    asked, code = job.inputs, job.inputs.get("sag_id")
    values: dict[str, Value] = {"slags": asked.get("slags"), "fra_moede": asked.get("fra_moede")}
    if asked.get("aftale_id"):
        agreement = case.get("Aftale", str(asked["aftale_id"]))
        values |= {
            "opgave": agreement["hvad"],
            "tovholder": agreement["tovholder"],
            "frist": agreement["frist"],
            "deltagere": agreement["hvem"],
            "fra_moede": asked.get("fra_moede") or agreement["moede_id"],
        }
    if asked.get("forrige_id"):
        earlier = case.get("Handling", str(asked["forrige_id"]))
        values |= {name: earlier[name] for name in _CARRIED_ON}
        values |= {"forrige_id": earlier.id, "fra_moede": earlier["fra_moede"]}
    values["identificerbart_barn"] = values.get("identificerbart_barn") or bool(code)
    known = {name: value for name, value in values.items() if value is not None}
    action = case.create(
        "Handling", {**known, "status": IN_PROGRESS}, case=None if code is None else str(code)
    )
    return {"handling_id": action, "tovholder": known.get("tovholder")}
