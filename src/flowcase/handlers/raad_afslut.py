"""`raad.afslut`: what the council's meeting came to: its advice, or a new date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_attendance import absent
from flowcase.handlers.raad_akut import RULE
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

POSTPONED, ADVISED, AFTER_ACUTE = "udsat", "anbefaling_givet", "akut_efterbehandlet"
ENDED = "afsluttet"  # as every meeting whose agreements are written; what it said is its outcome


@handler(
    "raad.afslut",
    da="Registrér rådets svar",
    en="Record the council's answer",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("raad_id", "string", "Møde", "Meeting"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure", required=False),
        Field("udfald", "string", "Hvad mødet endte med", "How the meeting ended"),
        Field("anonymt", "boolean", "Drøftet anonymt", "Discussed anonymously", required=False),
        Field("akut", "boolean", "Efter akut anbringelse", "After an acute placement", required=False),
    ),
    outputs=(Field("raad_udfald", "string", "Rådets udfald", "The council's outcome"),),
    rules=("R-047", "R-064"),
)
def end_council(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A postponed council does not stop the deadline after an acute placement.

    Who was invited of staff and did not come stands in the minutes, as of a conference (004 p. 9): the advice
    of a council without the district's leader is another one.
    """
    code, meeting = str(job.inputs["sag_id"]), str(job.inputs["raad_id"])
    if job.inputs["udfald"] == POSTPONED:
        case.update("Moede", meeting, {"status": POSTPONED, "udfald": POSTPONED})
        return {"raad_udfald": POSTPONED}
    outcome = AFTER_ACUTE if job.inputs.get("akut") is True else ADVISED
    is_anonymous = job.inputs.get("anonymt") is True
    held = {"status": ENDED, "udfald": outcome, "afholdt": case.now, "anonymt": is_anonymous}
    case.update("Moede", meeting, {**held, "udeblevne": absent(case, meeting)})
    case.meet_deadline(rule=RULE, case=code)
    measure = job.inputs.get("foranstaltning_id")
    if measure is not None:
        case.update("Foranstaltning", str(measure), {"raad": meeting})
    return {"raad_udfald": outcome}
