"""`plejefamilie.akut`: a child lives with a network family before it was looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "plejefamilie.akut",
    da="Meld akut anbringelse i netværket",
    en="Report a placement with kin at once",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("plejefamilie_id", "string", "Plejefamilie", "Foster family"),
    ),
    outputs=(Field("egnethed_frist_id", "string", "Frist for egnethed", "Deadline of suitability"),),
)
def report(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The head is told, and the suitability gets a date (2.Z, acute network placement)."""
    code, family = str(job.inputs["sag_id"]), str(job.inputs["plejefamilie_id"])
    days: Any = case.setting("plejefamilie_akut_dage")
    today = local_date(job.now)
    case.notify(groups=["myndighedsansvarlig"], kind="opgave", case=code, text="plejefamilie_akut")
    deadline = case.open_deadline(
        "T20",
        today,
        case=code,
        subject=family,
        due=today + dt.timedelta(days=int(days)),
        responsible=case.case(code).get("sagsbehandler"),
        element=job.element,
    )
    return {"egnethed_frist_id": deadline}
