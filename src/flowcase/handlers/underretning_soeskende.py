"""`underretning.soeskende`: siblings who were not named are assessed on a notification of their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.underretning_modtag import ADDED_SIBLINGS
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_TAKEN_OVER = (
    "modtaget",
    "kanal",
    "underretter_type",
    "underretter_anonym",
    "underretter_kontakt",
    "bekymring",
    "aftalt_med_familien",
    "begrundelse_ikke_orienteret",
    "umiddelbar_fare",
    "mistanke_overgreb",
    "aeresrelateret",
)


@handler(
    "underretning.soeskende",
    da="Opret underretning for søskende",
    en="Create a notification for siblings",
    inputs=(
        Field("underretning_id", "string", "Underretning", "Notification"),
        Field("vurder_soeskende", "boolean", "Skal søskende vurderes?", "Assess the siblings?"),
    ),
    outputs=(Field("soeskende_underretning_id", "string", "Ny underretning", "New notification", False),),
)
def notify_of_siblings(job: Job, case: CaseWork) -> Mapping[str, Value] | None:
    id = str(job.inputs["underretning_id"])
    notification = case.get("Underretning", id)
    rows = [dict(row) for row in notification["soeskende_boern"] or []]
    if job.inputs["vurder_soeskende"] is not True or not rows:
        # Each child's case tells why: who reads one of them need not see the others.
        for code in notification["sager"] or [None]:
            case.note("soeskende", notification["soeskende_begrundelse"] or "", code, source=job.element)
        return None
    # The receipt instant is taken over, so that the siblings' clock runs from it too.
    added = case.create(
        "Underretning",
        {key: notification[key] for key in _TAKEN_OVER if notification[key] is not None}
        | {"boern": rows, "soeskende": "naevnt", "kilde": ADDED_SIBLINGS},
    )
    case.publish("underretning_modtaget", added, {"underretning_id": added}, message_id=added)
    return {"soeskende_underretning_id": added}
