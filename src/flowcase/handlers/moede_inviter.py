"""`moede.inviter`: invite those who may hear the items; say who is left out and which consent is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import (
    CANCELLED,
    INVITED,
    LEFT_OUT,
    NOTHING_MISSING,
    WITHDRAWN,
    invitations,
    items_of,
    name_of,
    tell,
    what_is_missing,
)
from flowcase.services.entitled.meeting_parts import COUNCIL
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record


@handler(
    "moede.inviter",
    da="Inviter dem, der må deltage",
    en="Invite those who may take part",
    inputs=(
        Field("moede_id", "string", "Møde", "Meeting"),
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("havde_punkter", "boolean", "Havde mødet en dagsorden?", "Had it an agenda?", required=False),
    ),
    outputs=(
        Field("har_punkter", "boolean", "Er der noget at mødes om?", "Is there something to meet about?"),
        Field("ikke_inviterede", "number", "Antal ikke inviterede", "How many are not invited"),
        Field("medleder", "string", "Inviteret, der leder med", "Invited co-chair", required=False),
    ),
    rules=("R-048", "R-080"),
)
def invite(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Notices go to accounts and groups and name nobody; who was left out is told on the meeting's record."""
    id, code = str(job.inputs["moede_id"]), job.inputs.get("sag_id")
    items = items_of(case, id)
    if job.inputs.get("havde_punkter") and not items:
        return {"har_punkter": False, "ikke_inviterede": 0, "medleder": None}
    meeting = case.get("Moede", id)
    newly: list[Record] = []
    left_out: list[str] = []
    for each in invitations(case, id):
        if each["status"] in (INVITED, WITHDRAWN, CANCELLED):
            continue
        if each["ekstern"] is True and not _may_hear_something(each, items):
            missing = what_is_missing(case, meeting, each, _case_of(items, each))
            left_out.append(f"{name_of(case, each)}: {missing['mangler']}")
            case.update("Invitation", each.id, {"status": LEFT_OUT, **missing})
        else:
            newly.append(each)
            case.update("Invitation", each.id, {"status": INVITED, **NOTHING_MISSING, "sendt": case.now})
    told = {"ikke_inviterede": "\n".join(left_out) or None}
    case.update("Moede", id, {**told, "moedeleder": meeting["moedeleder"] or _chair(case, meeting, code)})
    tell(case, newly, "moede_indkaldelse", where=None if code is None else str(code))
    return {
        "har_punkter": True,
        "ikke_inviterede": len(left_out),
        "medleder": _leading(case, meeting, invitations(case, id)),
    }


def _chair(case: CaseWork, meeting: Record, code: Value) -> Value:
    """Of a council the case's caseworker, who may still be changed (R-048)."""
    return case.case(str(code)).get("sagsbehandler") if code and meeting["slags"] == COUNCIL else None


def _leading(case: CaseWork, meeting: Record, invited: Sequence[Record]) -> Value:
    """Who leads together with the convener, unless the child may not be discussed with them."""
    leader = meeting["medleder"]
    may_hear = any(each["modtager"] == leader and each["status"] == INVITED for each in invited)
    return leader if may_hear and case.groups_of(str(leader)) else None


def _may_hear_something(invitation: Record, items: Sequence[Record]) -> bool:
    return not items or any(invitation["modtager"] not in (item["udelukkede"] or []) for item in items)


def _case_of(items: Sequence[Record], invitation: Record) -> str | None:
    """The case whose consent the participant lacks: of the first item that they may not hear."""
    for item in items:
        if invitation["modtager"] in (item["udelukkede"] or []):
            code = item["sag_id"] or item.case
            return None if code is None else str(code)
    return None
