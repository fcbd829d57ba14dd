"""`moede.behandl_punkt`: an item that not everybody may hear: without them, anonymously, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import ITEM_WITHDRAWN, items_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

WITHOUT_THEM, ANONYMOUS, WITHDRAWN = "uden_dem", "anonym", "traek"


@handler(
    "moede.behandl_punkt",
    da="Registrér, hvordan punktet drøftes",
    en="Record how the item is discussed",
    inputs=(
        Field("punkt_id", "string", "Dagsordenspunkt", "Agenda item"),
        Field("handling", "string", "uden_dem, anonym eller traek", "uden_dem, anonym or traek"),
        Field("udaekkede", "list", "Deltagere uden samtykke", "Participants without consent", required=False),
    ),
    rules=("R-080", "R-099"),
)
def decide(job: Job, case: CaseWork) -> Mapping[str, Value]:
    chosen = job.inputs["handling"]
    changes: dict[str, Value] = {"behandling": chosen}
    if chosen == ANONYMOUS:
        changes["anonym"] = True
    elif chosen == WITHDRAWN:
        changes["status"] = ITEM_WITHDRAWN
    else:
        changes["udelukkede"] = job.inputs.get("udaekkede") or []
    item = str(job.inputs["punkt_id"])
    case.update("Dagsordenspunkt", item, changes)
    if chosen == ANONYMOUS:
        _leave_unnamed(case, str(case.get("Dagsordenspunkt", item)["moede_id"]))
    return {}


def _leave_unnamed(case: CaseWork, meeting: str) -> None:
    """Nobody outside is told whose meeting it is, when no item names the child of its case (R-099)."""
    children = [each for each in items_of(case, meeting) if each["identificerbart_barn"] is True]
    if case.get("Moede", meeting).case and all(each["anonym"] is True for each in children):
        case.update("Moede", meeting, {"anonymt": True})
