"""`dagsmoede.beslut`: what the daily meeting decided about one child."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.caseload import WAITING_FOR_ALLOCATION
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.agenda_items import DECIDED, WAITING, carry
from flowcase.handlers.closing import close_case
from flowcase.handlers.named_children import CLOSED
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

CARRIED = "udsaettes"
_STATUS_AFTER = {
    "til_familieteam": WAITING_FOR_ALLOCATION,
    "til_handicapteam": WAITING_FOR_ALLOCATION,
    "til_forebyggende": "forebyggende",
}
_CLOSING = {"lukkes", "videresendes"}


@handler(
    "dagsmoede.beslut",
    da="Registrér dagsmødets beslutning",
    en="Record the daily meeting's decision",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("dagsordenspunkt_id", "string", "Dagsordenspunkt", "Agenda item"),
        Field("udfald", "string", "Videre forløb", "Outcome"),
        Field("kendskabsdato", "date", "Dato for kendskab", "Date of knowledge", required=False),
        Field("omraade", "string", "Område", "Area", required=False),
    ),
    outputs=(Field("har_raadgiver", "boolean", "Har sagen en rådgiver?", "Has the case a caseworker?"),),
    rules=("R-006", "R-020"),
)
def record_decision(job: Job, case: CaseWork) -> Mapping[str, Value]:
    code, item_id = str(job.inputs["sag_id"]), str(job.inputs["dagsordenspunkt_id"])
    outcome = str(job.inputs["udfald"])
    item = case.get("Dagsordenspunkt", item_id)
    if outcome == CARRIED:
        carry(case, item, item["begrundelse"])
        case.update(
            "Dagsordenspunkt",
            item_id,
            {
                "status": WAITING,
                "udfald": None,
                "noteret_af": None,
                "noteret": None,
            },
        )
        return {"har_raadgiver": False}
    case.update("Dagsordenspunkt", item_id, {"status": DECIDED, "afgjort": case.now})
    for notification_id in item["underretninger"] or [item["underretning_id"]]:
        case.update("Underretning", notification_id, {"status": "afgjort", "resultat": outcome})
    facts = case.case(code)
    if job.inputs.get("kendskabsdato") and facts.get("kendskabsdato") != job.inputs["kendskabsdato"]:
        case.set_fact(code, "kendskabsdato", job.inputs["kendskabsdato"], reason="Bekræftet på dagsmødet")
    if job.inputs.get("omraade"):
        case.set_fact(code, "omraade", job.inputs["omraade"])
    if item["informerer_familie"]:
        case.notify(people=[item["informerer_familie"]], kind="opgave", case=code, text="informer_familien")
    # Closed since the notification came: nobody has it, and what is decided on begins anew.
    was_closed = facts.get("status") in CLOSED
    caseworker = None if was_closed else facts.get("sagsbehandler")
    if caseworker:
        # An open case keeps its caseworker; the notification becomes part of the work in progress.
        case.notify(people=[caseworker], kind="underretning", case=code, text="dagsmoede_beslutning")
    elif outcome in _CLOSING:
        if not was_closed:
            close_case(case, code, outcome)
    elif was_closed:
        case.reopen_case(code, _STATUS_AFTER[outcome], reason="Ny underretning")
    else:
        case.set_fact(code, "status", _STATUS_AFTER[outcome])
    return {"har_raadgiver": bool(caseworker)}
