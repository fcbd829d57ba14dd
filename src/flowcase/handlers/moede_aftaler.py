"""`moede.aftaler`: each agreement of the meeting becomes a record of its own and is followed up (T20)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import CONFERENCE
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

AGREED, ONLY_PROPOSED = "aftalt", "foreslaaet"
WITH_AGREEMENTS, NO_TASK = "aftaler_indgaaet", "ingen_opgave"
FOLLOWED_UP_BY, TRIED_BY, TRIAL = "aftale", "tvaerfaglig_handling", "afproevning"


@handler(
    "moede.aftaler",
    da="Registrér mødets aftaler",
    en="Record the meeting's agreements",
    inputs=(
        Field("moede_id", "string", "Møde", "Meeting"),
        Field("sag_id", "string", "Sag", "Case", required=False),
    ),
    outputs=(
        Field("aftaler", "list", "Aftaler", "Agreements"),
        Field("moede_udfald", "string", "Udfald", "Outcome"),
    ),
    rules=("R-064", "R-065"),
)
def record(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """What disposes of an absent party's resources stays proposed until that party agrees (S-14).

    What a conference agrees to try out begins as an action, whose result comes back to it (2.i step 7, 2.u).
    """
    id, code = str(job.inputs["moede_id"]), job.inputs.get("sag_id")
    meeting = case.get("Moede", id)
    present = {unit for one in meeting["til_stede"] or [] for unit in (one, *case.groups_of(str(one)))}
    where = None if code is None else str(code)
    made = []
    for row in meeting["aftaler"] or []:
        values = {
            "moede_id": id,
            "hvad": row.get("hvad"),
            "hvem": row.get("hvem"),
            "tovholder": row.get("tovholder"),
            "frist": row.get("frist"),
            "afproevning": row.get("afproevning"),
            "ressourcer_fra": row.get("ressourcer_fra"),
            "status": _status(row.get("ressourcer_fra"), present),
        }
        agreement = case.create("Aftale", values, case=where)
        made.append(agreement)
        given = {"aftale_id": agreement, "sag_id": code, "moede_id": id}
        case.start(FOLLOWED_UP_BY, given, case=where)
        if meeting["slags"] == CONFERENCE and row.get("afproevning") is True and values["status"] == AGREED:
            tried = {"aftale_id": agreement, "sag_id": code, "fra_moede": id, "slags": TRIAL}
            case.start(TRIED_BY, tried, case=where)
    case.update("Moede", id, {"status": "afsluttet"})
    return {"aftaler": made, "moede_udfald": WITH_AGREEMENTS if made else NO_TASK}


def _status(owner: Value, present: Collection[Value]) -> str:
    return AGREED if owner is None or owner in present else ONLY_PROPOSED
