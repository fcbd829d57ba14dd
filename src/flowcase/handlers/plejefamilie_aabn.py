"""`plejefamilie.aabn`: the placement that a foster family is looked at for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

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
    """The newest measure of the case that has not ended; the form says the rest."""
    code = str(job.inputs["sag_id"])
    running = [each for each in case.records("Foranstaltning", case=code) if each["status"] != "ophoert"]
    measure = running[-1] if running else None
    values = {
        "foranstaltning_id": measure and measure.id,
        "anbragt": measure and measure["start"],
        "status": "vurderes",
    }
    family = case.create(FAMILY, values, case=code)
    return {"plejefamilie_id": family, "foranstaltning_id": measure and measure.id}
