"""`forebyggende.modtag`: a concern comes back to the district; it keeps its notification and its date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.caseload import PREVENTIVE_WORKERS
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

IN_PROGRESS = "i_gang"


@handler(
    "forebyggende.modtag",
    da="Modtag bekymringen i distriktet",
    en="Receive the concern in the district",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("underretning_id", "string", "Underretning", "Notification", required=False),
        Field("forebyggelse_id", "string", "Løbende forløb", "Course in progress", required=False),
    ),
    outputs=(
        Field("forebyggelse_id", "string", "Forebyggende indsats", "Preventive work"),
        Field("underretning_id", "string", "Første underretning", "First notification", required=False),
    ),
)
def receive(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """One preventive course per case: what comes while it is in progress is added to it."""
    code, running = str(job.inputs["sag_id"]), job.inputs.get("forebyggelse_id")
    facts = case.case(code)
    named = job.inputs.get("underretning_id")
    linked = list(facts.get("underretninger") or ([named] if named else []))
    case.notify(groups=[PREVENTIVE_WORKERS], kind="opgave", case=code, text="til_forebyggende")
    if running:
        case.update("Forebyggelse", str(running), {"underretninger": linked})
        first = case.get("Forebyggelse", str(running))["underretning_id"]
        return {"forebyggelse_id": running, "underretning_id": first}
    first = linked[0] if linked else None
    record = case.create(
        "Forebyggelse",
        {
            "underretning_id": first,
            "underretninger": linked,
            "kendskabsdato": facts.get("kendskabsdato"),
            "modtaget": case.now,
            "status": IN_PROGRESS,
        },
        case=code,
    )
    return {"forebyggelse_id": record, "underretning_id": first}
