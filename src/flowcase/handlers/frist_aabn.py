"""Open a deadline by its timer id; the rule sets give its length."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "frist.aabn",
    da="Åbn en frist",
    en="Open a deadline",
    inputs=(
        Field("frist", "string", "Timer, fx T04", "Timer, e.g. T04"),
        Field("start", "Any", "Tælles fra (dato eller tidspunkt)", "Counts from (date or instant)"),
        Field("sag_id", "string", "Sag; ellers processens", "Case; else the process's own", required=False),
        Field("vedroerer", "string", "Hvad den vedrører (id)", "What it is about (id)", required=False),
        Field(
            "del", "string", "Skelner flere af samme slags", "Tells several of a kind apart", required=False
        ),
        Field("startfakta", "string", "Sagens fakta, som flytter den", "Fact that moves it", required=False),
        Field("art", "string", "Art", "Kind", required=False),
        Field("nr", "number", "Nummer i serien", "Number in the series", required=False),
        Field("forfald", "Any", "Aftalt dato", "Agreed date", required=False),
        Field("ansvarlig", "string", "Ansvarlig person eller gruppe", "Person or group", required=False),
    ),
    outputs=(Field("frist_id", "string", "Frist", "Deadline"),),
    rules=("D-11",),
)
def open_deadline(job: Job, case: CaseWork) -> Mapping[str, Value]:
    asked = job.inputs
    deadline = case.open_deadline(
        str(asked["frist"]),
        asked["start"],
        case=asked.get("sag_id"),
        subject=asked.get("vedroerer"),
        part=asked.get("del"),
        start_fact=asked.get("startfakta") or "",
        kind=asked.get("art") or "",
        occurrence=int(asked.get("nr") or 1),
        due=asked.get("forfald"),
        responsible=asked.get("ansvarlig"),
        element=job.element,
    )
    return {"frist_id": deadline}
