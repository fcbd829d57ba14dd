"""`moede.traek_invitation`: consent fell away while the meeting was waited for: whom it covered is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import (
    INVITED,
    WITHDRAWN,
    invitations,
    items_of,
    name_of,
    tell,
    what_is_missing,
)
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "moede.traek_invitation",
    da="Træk invitationer tilbage",
    en="Withdraw invitations",
    inputs=(
        Field("moede_id", "string", "Møde", "Meeting"),
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("udaekkede", "list", "Deltagere uden samtykke", "Participants without consent"),
    ),
    outputs=(Field("trukket", "number", "Antal trukket tilbage", "How many were withdrawn"),),
    rules=("R-080", "R-090"),
)
def withdraw(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """An anonymous item stays open to them; an item about the child does not."""
    id, code = str(job.inputs["moede_id"]), job.inputs.get("sag_id")
    uncovered = job.inputs["udaekkede"] or []
    named = [item for item in items_of(case, id) if item["identificerbart_barn"] is True]
    if not any(item["anonym"] is not True for item in named):
        return {"trukket": 0}
    for item in named:
        both = list(dict.fromkeys([*(item["udelukkede"] or []), *uncovered]))
        case.update("Dagsordenspunkt", item.id, {"udelukkede": both})
    meeting = case.get("Moede", id)
    withdrawn = [
        each for each in invitations(case, id) if each["modtager"] in uncovered and each["status"] == INVITED
    ]
    lines = [str(meeting["ikke_inviterede"] or "")]
    for each in withdrawn:
        missing = what_is_missing(case, meeting, each, None if code is None else str(code))
        lines.append(f"{name_of(case, each)}: {missing['mangler']}")
        case.update("Invitation", each.id, {"status": WITHDRAWN, **missing})
    if withdrawn:
        case.update("Moede", id, {"ikke_inviterede": "\n".join(line for line in lines if line)})
        tell(case, withdrawn, "moede_invitation_trukket", where=None if code is None else str(code))
        case.notify(
            people=[str(meeting["indkalder"])] if meeting["indkalder"] else [],
            kind="moede",
            case=None if code is None else str(code),
            text="moede_deltager_faldt_fra",
        )
    return {"trukket": len(withdrawn)}
