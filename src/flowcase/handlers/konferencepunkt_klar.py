"""`konferencepunkt.klar`: an item may go on an agenda; where so decided, it gets a conference of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

APPROVED = "godkendt"  # waits for a conference of its district, area and type


@handler(
    "konferencepunkt.klar",
    da="Sæt punktet på",
    en="Put the item on",
    inputs=(
        Field("dagsordenspunkt_id", "string", "Punkt", "Item"),
        Field("anonymt", "boolean", "Drøftes anonymt", "Discussed anonymously", required=False),
        Field("saerskilt_tid", "date and time", "Særskilt konference", "Separate conference", required=False),
        Field("konferencetype", "string", "Konferencetype", "Conference type"),
        Field("konferenceomraade", "string", "Område", "Area"),
        Field("distrikt", "string", "Distrikt", "District"),
    ),
    rules=("R-073",),
)
def ready(job: Job, case: CaseWork) -> None:
    item = str(job.inputs["dagsordenspunkt_id"])
    case.update("Dagsordenspunkt", item, {"status": APPROVED, "anonym": job.inputs.get("anonymt") is True})
    when = job.inputs.get("saerskilt_tid")
    if when is not None:
        asked = {
            "type": job.inputs["konferencetype"],
            "omraade": job.inputs["konferenceomraade"],
            "distrikt": job.inputs["distrikt"],
            "tid": when,
        }
        case.start_outside("koordineringskonference", asked)
