"""`samtykke.afgoer`: what the answers make of a request, and whether a leader may make an exception."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import NO_ANSWER, YES, Outcome, outcome_of
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import (
    CUSTODY_JOINT,
    REQUEST,
    answers_to,
    asked_of,
    custody_facts,
    family_of,
    tell_requester,
)
from flowcase.handlers.samtykke_krav import givers
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

EXCEPTION_DECISION = "samtykke_bopael"
EXCEPTION = "bopaelsforaelder_alene"
NOTE = "samtykke_undtagelse"


@handler(
    "samtykke.afgoer",
    da="Afgør, om samtykket er givet",
    en="Decide whether consent is given",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("anmodning_id", "string", "Anmodning", "Request"),
        Field("ledersvar", "string", "Lederens svar", "Leader's answer", required=False),
    ),
    outputs=(
        Field("samtykke_udfald", "string", "Udfald", "Outcome"),
        Field("undtagelse_mulig", "boolean", "Skal leder tage stilling?", "Is it for a leader to decide?"),
    ),
    rules=("R-083", "R-086", "D-03"),
)
def settle(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A leader is asked once, and only where D-03 row 10 makes it possible; without a yes nothing opens."""
    code, id = str(job.inputs["sag_id"]), str(job.inputs["anmodning_id"])
    request, leader = case.get(REQUEST, id), job.inputs.get("ledersvar")
    if request["status"] == Outcome.WITHDRAWN:
        return {"samtykke_udfald": Outcome.WITHDRAWN, "undtagelse_mulig": False}
    if leader == YES and request["undtagelse"] is None:
        _except(job, case, code, id)
        request = case.get(REQUEST, id)
    outcome = outcome_of(asked_of(case, request))
    is_open = outcome in (Outcome.GIVEN, Outcome.PARTLY)
    if not is_open and leader is None and _may_except(case, code, id):
        return {"samtykke_udfald": outcome, "undtagelse_mulig": True}
    case.update(REQUEST, id, {"status": str(outcome), "afgjort": case.now})
    tell_requester(case, request, f"samtykke_{outcome}")
    case.publish(
        "samtykke_svar",
        code,
        {"besvaret_anmodning_id": id, "besvaret_udfald": str(outcome)},
        time_to_live=dt.timedelta(0),
    )
    return {"samtykke_udfald": outcome, "undtagelse_mulig": False}


def _may_except(case: CaseWork, code: str, id: str) -> bool:
    """D-03 row 10 before the leader: residence parent's yes, the other's silence, and both reasons."""
    request, facts = case.get(REQUEST, id), custody_facts(family_of(case, code))
    residence = facts["bopaelsforaelder"]
    answers = {str(each["afgiver"]): each for each in answers_to(case, request)}
    own = answers.get(str(residence))
    other = next((each for giver, each in answers.items() if giver != residence), None)
    is_apart = facts["foraeldremyndighed"] == CUSTODY_JOINT and facts["bor_sammen"] is not True
    return (
        case.decide(
            EXCEPTION_DECISION,
            {
                "laesning": case.setting("undtagelse_laesning"),
                "bor_hver_for_sig": is_apart,
                "bopael_ja": own is not None and own["svar"] == YES,
                "andens_svar": NO_ANSWER if other is None else other["svar"],
                "grund_ikke_svar": bool(other and other["ikke_svar"]),
                "grund_udsaettes": bool(other and other["kan_ikke_udsaettes"]),
            },
        )
        is True
    )


def _except(job: Job, case: CaseWork, code: str, id: str) -> None:
    """The residence parent's consent takes the place of both; the other's own data stay closed (row 14)."""
    whole, _ = givers(case, code, id, is_excepted=True)
    reasons = [
        f"{label}: {each[name]}"
        for each in answers_to(case, case.get(REQUEST, id))
        for name, label in (
            ("ikke_svar", "Hvorfor svares ikke"),
            ("kan_ikke_udsaettes", "Hvorfor kan det ikke udsættes"),
        )
        if each[name]
    ]
    case.update(REQUEST, id, {"kraevet": list(whole), "undtagelse": EXCEPTION, "ledergodkendt": case.actor})
    because = case.get(REQUEST, id)["lederbegrundelse"] or ""
    case.note(NOTE, "; ".join([*reasons, f"Leder: {because}"]), code, source=job.element)
