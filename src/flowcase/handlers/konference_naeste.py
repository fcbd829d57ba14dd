"""`konference.naeste`: the next conference of a series is taken up, and its date watched (T12, T13)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import planned
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.naeste",
    da="Tag den næste konference op",
    en="Take up the next conference",
    inputs=(
        Field("konferenceserie_id", "string", "Serie", "Series"),
        Field("rytme", "string", "Rytme (T12, T13)", "Rhythm (T12, T13)", required=False),
    ),
    outputs=(
        Field("moede_id", "string", "Konference", "Conference", required=False),
        Field("frist_id", "string", "Frist", "Deadline", required=False),
    ),
    rules=("R-061", "R-062"),
)
def take_up(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """`moede_id` is null when the series has no further date."""
    series, rhythm = str(job.inputs["konferenceserie_id"]), job.inputs.get("rytme")
    coming = planned(case, series)
    if not coming:
        case.update("Konferenceserie", series, {"status": "slut"})
        return {"moede_id": None, "frist_id": None}
    meeting = coming[0]
    deadline = None
    if rhythm is not None:
        deadline = case.open_deadline(
            str(rhythm), meeting["tid"], subject=meeting.id, due=meeting["tid"], element=job.element
        )
    return {"moede_id": meeting.id, "frist_id": deadline}
