"""`familie.find`: the family of a case, and whether it is known who has custody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import family_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "familie.find",
    da="Find familiens forhold",
    en="Find the family's circumstances",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    outputs=(
        Field("familie_id", "string", "Familie", "Family"),
        Field("familie_kendt", "boolean", "Kendes forældremyndigheden?", "Is custody known?"),
    ),
    rules=("D-03",),
)
def find_family(job: Job, case: CaseWork) -> Mapping[str, Value]:
    family = family_of(case, str(job.inputs["sag_id"]))
    return {"familie_id": family.id, "familie_kendt": family["foraeldremyndighed"] is not None}
