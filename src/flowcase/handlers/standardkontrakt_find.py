"""`standardkontrakt.find`: whether a standard contract for a type of measure is in force."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import active_contracts
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "standardkontrakt.find",
    da="Find aktiv standardkontrakt",
    en="Find an active standard contract",
    inputs=(Field("indsatstype", "string", "Indsatstype", "Type of measure"),),
    outputs=(
        Field("standardkontrakt_findes", "boolean", "Der er en aktiv", "There is an active one"),
        Field(
            "standardkontrakt_id", "string", "Den eneste, når der kun er én", "The only one", required=False
        ),
    ),
    rules=("R-110",),
)
def find(job: Job, case: CaseWork) -> Mapping[str, Value]:
    found = active_contracts(case, job.inputs["indsatstype"])
    return {
        "standardkontrakt_findes": bool(found),
        "standardkontrakt_id": found[0].id if len(found) == 1 else None,
    }
