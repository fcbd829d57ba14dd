"""`ssd.aabn`: the course of one concern, and how many meetings were held about it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

ENTITY, NEW = "SSDForloeb", "ny"


@handler(
    "ssd.aabn",
    da="Åbn SSD-forløbet, og tæl møder",
    en="Open the SSD course and count meetings",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("ssdforloeb_id", "string", "Tidligere forløb", "Earlier course", required=False),
    ),
    outputs=(
        Field("ssdforloeb_id", "string", "SSD-forløb", "SSD course"),
        Field("holdt", "number", "Møder holdt", "Meetings held"),
        Field("moedenr", "number", "Møde nr.", "Meeting no."),
    ),
    rules=("R-096",),
)
def open_course(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Counted per child and concern: a new concern begins at nothing."""
    code, chosen = str(job.inputs["sag_id"]), job.inputs.get("ssdforloeb_id")
    if chosen in (None, NEW):
        id = case.create(ENTITY, {"moeder": Decimal(0), "datoer": [], "status": "i_gang"}, case=code)
    else:
        id = str(chosen)
    held = Decimal(str(case.get(ENTITY, id)["moeder"] or 0))
    return {"ssdforloeb_id": id, "holdt": held, "moedenr": held + 1}
