"""`underretning.modtag`: a notification has arrived: cases, deadlines, duplicates, first warnings."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.duty_call import call_duty_outside_office_hours
from flowcase.handlers.named_children import has_contact, is_fully_registered, open_cases
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

# Siblings whom a worker adds are assessed on the notification already received: one receipt is enough.
ADDED_SIBLINGS = "soeskende"


@handler(
    "underretning.modtag",
    da="Modtag underretning: sager og frister",
    en="Receive notification: cases and deadlines",
    inputs=(Field("underretning_id", "string", "Underretning", "Notification"),),
    outputs=(
        Field("boern", "list", "Børn med sagskode", "Children with case code"),
        Field("kvittering_mulig", "boolean", "Kan der kvitteres?", "Can a receipt be sent?"),
        Field("fuldt_registreret", "boolean", "Fuldt registreret?", "Fully registered?"),
        Field("umiddelbar_fare", "boolean", "Umiddelbar fare", "Immediate danger", required=False),
        Field("mistanke_overgreb", "boolean", "Mistanke om overgreb", "Suspicion of abuse", required=False),
        Field("aeresrelateret", "boolean", "Æresrelateret", "Honour-related", required=False),
        Field("soeskende", "string", "Søskende", "Siblings", required=False),
        Field("modtaget", "date and time", "Modtaget", "Received"),
        Field("begyndt_af", "string", "Begyndt af", "Begun by", required=False),
        Field("regelsaet", "string", "Regelsæt", "Rule set", required=False),
    ),
    rules=("R-001", "R-002", "R-010"),
)
def receive(job: Job, case: CaseWork) -> Mapping[str, Value]:
    id = str(job.inputs["underretning_id"])
    notification = case.get("Underretning", id)
    received = notification["modtaget"]
    registered = notification["registreret"] or case.now
    case.update("Underretning", id, {"status": "modtaget", "registreret": registered})
    children = open_cases(case, id)
    if notification["kilde"] != ADDED_SIBLINGS:
        case.open_deadline("T02", received, subject=id, element="kvitter")
    _warn(case, notification, children, registered - received)
    call_duty_outside_office_hours(case, id, str(children[0]["sag_id"]) if children else None)
    return {
        "boern": children,
        "kvittering_mulig": has_contact(notification) and notification["kilde"] != ADDED_SIBLINGS,
        "fuldt_registreret": is_fully_registered(notification),
        **{
            name: notification[name]
            for name in ("umiddelbar_fare", "mistanke_overgreb", "aeresrelateret", "soeskende", "modtaget")
        },
        "begyndt_af": notification["begyndt_af"],
        "regelsaet": case.case(str(children[0]["sag_id"])).get("regelsaet") if children else None,
    }


def _warn(
    case: CaseWork, notification: Record, children: list[dict[str, Value]], delay: dt.timedelta
) -> None:
    first = str(children[0]["sag_id"]) if children else None
    if delay > dt.timedelta(hours=int(case.setting("sen_registrering_timer"))):
        case.update("Underretning", notification.id, {"registreret_sent": True})
        case.notify(groups=["vagtleder"], kind="advarsel", case=first, text="sen_registrering")
    if notification["umiddelbar_fare"] is True:
        case.notify(groups=["akutvagt"], kind="akut", case=first, text="umiddelbar_fare_meldt")
