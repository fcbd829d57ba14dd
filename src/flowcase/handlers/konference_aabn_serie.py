"""`konference.aabn_serie`: a calendar of conferences is begun by the person who plans it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.aabn_serie",
    da="Opret konferenceserie",
    en="Open a series of conferences",
    outputs=(
        Field("konferenceserie_id", "string", "Serie", "Series"),
        Field("planlaegger", "string", "Planlægger", "Planner", required=False),
    ),
    rules=("R-063", "R-068"),
)
def open_series(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """`planlaegger` is null when nobody in particular began it, so that its candidates are asked."""
    series = case.create("Konferenceserie", {"status": "planlaegges"})
    is_person = bool(case.groups_of(case.actor))
    return {"konferenceserie_id": series, "planlaegger": case.actor if is_person else None}
