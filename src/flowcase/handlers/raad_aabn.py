"""`raad.aabn`: a meeting of Det Kreative Råd is opened; after an acute placement its deadline runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.raad_akut import open_acute_deadline
from flowcase.services.entitled.meeting_parts import COUNCIL
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "raad.aabn",
    da="Opret møde i Det Kreative Råd",
    en="Open a meeting of the council",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure", required=False),
        Field("paataenkt", "string", "Påtænkt foranstaltning", "Measure considered", required=False),
        Field("uden_for_kommunen", "boolean", "Uden for kommunen", "Outside", required=False),
        Field("akut", "boolean", "Efter akut anbringelse", "After an acute placement", required=False),
    ),
    outputs=(
        Field("raad_id", "string", "Møde", "Meeting"),
        Field("akut", "boolean", "Efter akut anbringelse", "After an acute placement"),
    ),
    rules=("R-047", "R-048"),
)
def open_council(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A council is about one case and sits in the case's own district (R-048)."""
    code, acute = str(job.inputs["sag_id"]), job.inputs.get("akut") is True
    meeting = case.create(
        "Moede",
        {
            "slags": COUNCIL,
            "distrikt": case.case(code).get("distrikt"),
            "foranstaltning_id": job.inputs.get("foranstaltning_id"),
            "paataenkt": job.inputs.get("paataenkt"),
            "uden_for_kommunen": job.inputs.get("uden_for_kommunen"),
            "akut": acute,
            "status": "planlagt",
        },
        case=code,
    )
    if acute:
        open_acute_deadline(job, case, code, meeting)
    return {"raad_id": meeting, "akut": acute}
