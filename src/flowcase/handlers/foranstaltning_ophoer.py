"""Ends a measure: how it ended, T07 closed, and whether a measure on another step follows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_STEP_CHANGED = "trinskift"


@handler(
    "foranstaltning.ophoer",
    da="Registrér ophør",
    en="Record the end",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("slutaarsag", "string", "Årsag", "Reason"),
        Field("trin", "number", "Trin", "Step"),
        Field("til_trin", "number", "Nyt trin", "New step", required=False),
    ),
    outputs=(
        Field("slut", "string", "Sluttede som", "Ended as"),
        Field("nyt_trin", "boolean", "Et andet trin følger", "Another step follows"),
    ),
    rules=("R-041", "R-042"),
)
def end_measure(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A change to step 0 is the general system: the measure has done its work."""
    code, measure = str(job.inputs["sag_id"]), str(job.inputs["foranstaltning_id"])
    before, after = job.inputs["trin"], job.inputs.get("til_trin")
    outcome = str(job.inputs["slutaarsag"])
    follows = outcome == _STEP_CHANGED and bool(after)
    if outcome == _STEP_CHANGED:
        outcome = "ophoert_almen" if not after else "nedtrappet" if after < before else "trappet_op"
    case.update(
        "Foranstaltning",
        measure,
        {"slut": local_date(job.now), "slutaarsag": outcome, "status": "ophoert"},
    )
    case.cancel_deadline(rule="T07", case=code, subject=measure, reason=outcome)
    case.set_fact(code, "trin", after if follows else None)
    case.broadcast("trin_aendret", code, {"trin": after if follows else None})
    return {"slut": outcome, "nyt_trin": follows}
