"""`plejefamilie.aabn`: the placement that a foster family is looked at for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

FAMILY = "Plejefamilie"


@handler(
    "plejefamilie.aabn",
    da="Find anbringelsen",
    en="Find the placement",
    inputs=(Field("sag_id", "string", "Sag", "Case"),),
    outputs=(
        Field("plejefamilie_id", "string", "Plejefamilie", "Foster family"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure", required=False),
    ),
)
def open_family(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The newest placement of the case that has not ended; the form says the rest.

    A measure whose step is not decided yet may become one. Support at home beside the placement is none:
    the supervision would end with it.
    """
    code = str(job.inputs["sag_id"])
    placements: Any = case.setting("trin_anbringelse")
    open_ones = [each for each in case.records("Foranstaltning", case=code) if each["status"] != "ophoert"]
    placed = [each for each in open_ones if each["trin"] in placements]
    undecided = [each for each in open_ones if each["trin"] is None]
    measure = next(reversed(placed or undecided), None)
    values = {
        "foranstaltning_id": measure and measure.id,
        "anbragt": measure and measure["start"],
        "status": "vurderes",
    }
    family = case.create(FAMILY, values, case=code)
    return {"plejefamilie_id": family, "foranstaltning_id": measure and measure.id}
