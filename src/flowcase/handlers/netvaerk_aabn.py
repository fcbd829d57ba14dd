"""`netvaerk.aabn`: a network effort is asked for in a case; its record begins here."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "netvaerk.aabn",
    da="Opret netværksindsats",
    en="Begin a network effort",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    outputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("foedt_kendt", "boolean", "Kendes fødselsdatoen?", "Is the date of birth known?"),
    ),
)
def begin(job: Job, case: CaseWork) -> Mapping[str, Value]:
    code = str(job.inputs["sag_id"])
    child = case.case(code).get("barn_id")
    is_known = child is not None and case.get("Barn", str(child))["foedt"] is not None
    first = {"status": "henvist", "moeder": Decimal(0), "forlaengelser": Decimal(0)}
    record = case.create("Netvaerksforloeb", first, case=code)
    return {"sag_id": code, "netvaerksforloeb_id": record, "foedt_kendt": is_known}
