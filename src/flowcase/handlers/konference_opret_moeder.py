"""`konference.opret_moeder`: the dates of the year plan become conferences in the calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import CONFERENCE, PLANNED

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.opret_moeder",
    da="Sæt konferencerne i kalenderen",
    en="Put the conferences in the calendar",
    inputs=(
        Field("konferenceserie_id", "string", "Serie", "Series"),
        Field("indkaldere", "list", "Grupper, der indkalder", "Groups that convene"),
    ),
    rules=("R-063", "R-068"),
)
def create_meetings(job: Job, case: CaseWork) -> None:
    series = case.get("Konferenceserie", str(job.inputs["konferenceserie_id"]))
    dates = sorted(row["tid"] for row in series["moededatoer"] or [])
    for number, each in enumerate(dates, 1):
        case.create(
            "Moede",
            {
                "slags": CONFERENCE,
                "type": series["type"],
                "omraade": series["omraade"],
                "distrikt": series["distrikt"],
                "enhed": series["enhed"],
                "serie_id": series.id,
                "nr": number,
                "tid": each,
                "status": PLANNED,
            },
        )
    case.update("Konferenceserie", series.id, {"status": "i_drift"})
    case.notify(groups=job.inputs["indkaldere"], kind="moede", text="konferencer_planlagt")
