"""`forum.grundlag`: whether the forum was asked with consent, anonymously, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import items_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

WITH_CONSENT, ANONYMOUS = "samtykke", "anonym"


@handler(
    "forum.grundlag",
    da="Notér, hvad drøftelsen bygger på",
    en="Note what the discussion rests on",
    inputs=(
        Field("forumraad_id", "string", "Spørgsmål", "Question"),
        Field("moede_id", "string", "Møde", "Meeting"),
    ),
    outputs=(Field("grundlag", "string", "Grundlag", "Ground"),),
    rules=("R-080", "R-099"),
)
def note_ground(job: Job, case: CaseWork) -> Mapping[str, Value]:
    items = items_of(case, str(job.inputs["moede_id"]))
    ground = ANONYMOUS if any(item["anonym"] is True for item in items) else WITH_CONSENT
    case.update("Forumraad", str(job.inputs["forumraad_id"]), {"grundlag": ground, "givet": case.now})
    return {"grundlag": ground}
