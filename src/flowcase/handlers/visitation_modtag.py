"""`visitation.modtag`: the referral has reached its committee, about whom, and when that is reminded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import COPENHAGEN, at_wall_clock, local_date
from flowcase.cases.deadlines import time_of_day
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.working_days import working_calendar
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "visitation.modtag",
    da="Registrér henvisningen",
    en="Record the referral",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("visitation_id", "string", "Visitation", "Visitation"),
        Field("spor", "number", "Spor", "Track"),
        Field("grupper", "list", "Udvalg", "Committee"),
        Field("uden_tilslutning", "boolean", "Uden forældrenes tilslutning", "Without the parents' support"),
    ),
    outputs=(Field("paamind_tid", "date and time", "Påmindelse", "Reminder"),),
    rules=("R-049", "R-050"),
)
def receive(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Whoever decides reads who the child is: a case code tells a committee nothing.

    A referral without the parents' support leaves a note with the school leader's reasons (R-050).
    """
    code, record = str(job.inputs["sag_id"]), str(job.inputs["visitation_id"])
    child = case.case(code).get("barn_id")
    who = case.get("Barn", str(child)) if child else None
    case.update(
        "Visitation",
        record,
        {
            "spor": job.inputs["spor"],
            "barn_navn": who["navn"] if who else None,
            "barn_foedt": who["foedt"] if who else None,
            "indsendt": case.now,
            "status": "til_udvalg",
        },
    )
    if job.inputs["uden_tilslutning"] is True:
        reasons = str(case.get("Visitation", record)["absolut_paakraevet"] or "")
        case.note("henvist_uden_tilslutning", reasons, code, source=job.element)
    case.notify(groups=job.inputs["grupper"], kind="opgave", case=code, text="henvisning_modtaget")
    days = int(case.setting("visitation_paamindelse_hverdage"))
    day = working_calendar(case).add_hverdage(local_date(case.now), days)
    clock = time_of_day(case.setting("paamindelse_kl"))
    return {"paamind_tid": at_wall_clock(day, clock, COPENHAGEN)}
