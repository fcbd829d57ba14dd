"""`overgang.opret`: a transition begins; what the case knows of it is filled in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.young_people import birthday
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

TRANSITION = "Overgang"
TO_ADULT_LIFE = "voksenliv"


@handler(
    "overgang.opret",
    da="Opret overgangen",
    en="Open the transition",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("overgang_slags", "string", "Sektor eller voksenliv", "Sector or adult life", required=False),
    ),
    outputs=(
        Field("overgang_id", "string", "Overgang", "Transition"),
        Field("fylder_voksen", "date", "Bliver voksen", "Comes of age", required=False),
    ),
    rules=("R-123", "R-124"),
)
def open_transition(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """`fylder_voksen` is null when the birthday is not known, or has passed."""
    code = str(job.inputs["sag_id"])
    adult = coming_of_age(case, code)
    values = {"slags": job.inputs.get("overgang_slags"), "status": "begyndt"}
    transition = case.create(TRANSITION, values, case=code)
    lies_ahead = adult is not None and adult > local_date(job.now)
    return {"overgang_id": transition, "fylder_voksen": adult if lies_ahead else None}


def coming_of_age(case: CaseWork, code: str) -> dt.date | None:
    """The day the child of the case comes of age (setting `voksen_alder`)."""
    years: Any = case.setting("voksen_alder")
    return birthday(case, code, int(years))
