"""`konference.efter`: one conference of the series is over: its date is closed, the rest counted on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.cases.cadence import Anchor
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import CANCELLED, HELD, following, planned

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.efter",
    da="Luk datoen og regn videre",
    en="Close the date and count on",
    inputs=(
        Field("konferenceserie_id", "string", "Serie", "Series"),
        Field("moede_id", "string", "Konference", "Conference"),
        Field("frist_id", "string", "Frist", "Deadline", required=False),
        Field("konference_udfald", "string", "Udfald", "Outcome", required=False),
        Field("anker", "string", "Anker", "Anchor"),
        Field("rytme", "string", "Rytme (T12, T13)", "Rhythm (T12, T13)", required=False),
        Field("luk_serie", "boolean", "Lukkes serien?", "Does the series end?", required=False),
    ),
    rules=("R-061", "R-062"),
)
def count_on(job: Job, case: CaseWork) -> None:
    """Skipping is never a breach (X-07). By anchor `held` a moved conference moves those that follow."""
    series, meeting = str(job.inputs["konferenceserie_id"]), str(job.inputs["moede_id"])
    conference, deadline = case.get("Moede", meeting), job.inputs.get("frist_id")
    is_held = conference["status"] == HELD
    if deadline is not None and is_held:
        case.meet_deadline(str(deadline))
    elif deadline is not None:
        case.cancel_deadline(str(deadline), reason=str(job.inputs.get("konference_udfald")))
    coming = planned(case, series)
    if job.inputs.get("luk_serie") is True:
        for each in coming:
            case.update("Moede", each.id, {"status": CANCELLED})
        case.update("Konferenceserie", series, {"status": "lukket"})
    elif is_held and job.inputs["anker"] == Anchor.HELD and _was_moved(case, series, conference):
        dates = following(case, job.inputs.get("rytme"), conference["tid"], len(coming), Anchor.HELD)
        for each, day in zip(coming, dates, strict=False):
            case.update("Moede", each.id, {"tid": day})


def _was_moved(case: CaseWork, series: str, conference) -> bool:
    """Whether it was held at another time than the year plan says."""
    dates = [row["tid"] for row in case.get("Konferenceserie", series)["moededatoer"] or []]
    return conference["tid"] not in dates
