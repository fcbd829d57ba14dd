"""`handling.resultat`: the result of an action is reported at the conference it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import CONFERENCE
from flowcase.handlers.konferencepunkt_klar import APPROVED
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

CLOSED, ADJUSTED, ANOTHER = "afsluttet", "justeret", "ny_handling"
REPORT = "Resultat af tværfaglig handling"


@handler(
    "handling.resultat",
    da="Meld resultatet tilbage",
    en="Report the result",
    inputs=(
        Field("handling_id", "string", "Handling", "Action"),
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("udfald", "string", "Udfald", "Outcome"),
        Field("proces", "string", "Proces for næste handling", "Process of the next action"),
    ),
    rules=("R-065",),
)
def report(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """An adjusted action goes on as one that knows the old; a new one begins from the same conference."""
    id, code, outcome = str(job.inputs["handling_id"]), job.inputs.get("sag_id"), job.inputs["udfald"]
    where = None if code is None else str(code)
    action = case.get("Handling", id)
    case.update("Handling", id, {"status": outcome, "meldt_tilbage": case.now})
    origin = action["fra_moede"]
    if origin:
        meeting = case.get("Moede", str(origin))
        if meeting["slags"] == CONFERENCE:
            _put_on_the_list(case, action, meeting, where)
        if meeting["indkalder"]:
            people = [str(meeting["indkalder"])]
            case.notify(people=people, kind="moede", case=where, text="handling_meldt_tilbage")
    if outcome in (ADJUSTED, ANOTHER):
        given = {"sag_id": code, "fra_moede": origin, "forrige_id": id if outcome == ADJUSTED else None}
        case.start(str(job.inputs["proces"]), given, case=where)
    return {}


def _put_on_the_list(case: CaseWork, action: Record, meeting: Record, code: str | None) -> None:
    """The next conference there is offered it: that it is reported needs no leader's leave (2.u step 4)."""
    item = {
        "emne": REPORT,
        "opgave": action["resultat"],
        "identificerbart_barn": action["identificerbart_barn"],
        "sag_id": code,
        "fra_handling": action.id,
        "konferencetype": meeting["type"],
        "konferenceomraade": meeting["omraade"],
        "distrikt": meeting["distrikt"],
        "foreslaaet_af": case.actor,
        "status": APPROVED,
    }
    known = {key: value for key, value in item.items() if value is not None}
    case.create("Dagsordenspunkt", known, case=code)
