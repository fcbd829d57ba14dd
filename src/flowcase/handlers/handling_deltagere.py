"""`handling.deltagere`: who takes part in an action: professionals, the family's network, and the parents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.moede_deltagere import CHILD, PARENT
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

NETWORK = "netvaerk"


@handler(
    "handling.deltagere",
    da="Find handlingens deltagere",
    en="Find the action's participants",
    inputs=(
        Field("handling_id", "string", "Handling", "Action"),
        Field("sag_id", "string", "Sag", "Case", required=False),
    ),
    outputs=(
        Field("deltagere", "list", "Deltagere", "Participants"),
        Field("andre_end_familien", "list", "Deltagere ud over familien", "Participants beside the family"),
    ),
    rules=("R-080",),
)
def find(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The parents are always among them when it is about an identifiable child (2.u)."""
    id, code = str(job.inputs["handling_id"]), job.inputs.get("sag_id")
    action = case.get("Handling", id)
    found = list(action["deltagere"] or [])
    for row in action["netvaerk"] or []:
        known = {"navn": row.get("navn"), "relation": row.get("relation"), "rolle": NETWORK}
        found.append(case.create("Netvaerksperson", known, case=None if code is None else str(code)))
    if action["identificerbart_barn"] is True and code:
        found.append(PARENT)
    found = list(dict.fromkeys(found))
    # The rows are people of their own now: an adjusted action does not make them again.
    case.update("Handling", id, {"deltagere": found, "netvaerk": None})
    return {"deltagere": found, "andre_end_familien": [one for one in found if one not in (CHILD, PARENT)]}
