"""`konference.datoer`: the dates of a series, proposed from its rhythm for the leader to check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import anchor_of, conveners, following
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.datoer",
    da="Beregn konferencens datoer",
    en="Compute the conference's dates",
    inputs=(
        Field("konferenceserie_id", "string", "Serie", "Series"),
        Field("type", "string", "Konferencetype", "Conference type"),
        Field("omraade", "string", "Område", "Area"),
        Field("foerste", "date and time", "Første konference", "First conference"),
        Field("antal", "number", "Antal", "Number"),
        Field("anker", "string", "Anker", "Anchor", required=False),
    ),
    outputs=(
        Field("rytme", "string", "Rytme (T12, T13)", "Rhythm (T12, T13)", required=False),
        Field("indkaldere", "list", "Grupper, der indkalder", "Groups that convene"),
        Field("anker", "string", "Anker", "Anchor"),
        Field("distrikt", "string", "Distrikt", "District"),
    ),
    rules=("R-061", "R-062", "R-063"),
)
def propose(job: Job, case: CaseWork) -> Mapping[str, Value]:
    first = job.inputs["foerste"]
    row = conveners(case, job.inputs["type"], job.inputs["omraade"])
    anchor = anchor_of(case, job.inputs.get("anker"))
    dates = [first, *following(case, row["rytme"], first, int(job.inputs["antal"]) - 1, anchor)]
    series = str(job.inputs["konferenceserie_id"])
    case.update(
        "Konferenceserie",
        series,
        {
            "moededatoer": [{"tid": each} for each in dates],
            "anker": anchor.value,
            "omraade": job.inputs["omraade"],  # which the form does not ask for where the type settles it
        },
    )
    return {
        "rytme": row["rytme"],
        "indkaldere": row["indkaldere"],
        "anker": anchor.value,
        "distrikt": case.get("Konferenceserie", series)["distrikt"],
    }
