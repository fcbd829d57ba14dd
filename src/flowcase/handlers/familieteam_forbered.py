"""`familieteam.forbered`: what the allocation of a case has to know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.ages import age_on
from flowcase.cases.caseload import NOT_COUNTED, WAITING_FOR_ALLOCATION
from flowcase.cases.civil_time import end_of_day, local_date
from flowcase.errors import NotFound
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.working_days import working_calendar
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "familieteam.forbered",
    da="Saml, hvad fordelingen kræver",
    en="Gather what the allocation needs",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("omraade", "string", "Område", "Area", required=False),
        Field("direkte_team", "string", "Modtog direkte", "Received it directly", required=False),
    ),
    outputs=(
        Field("aaben_sag", "boolean", "Åben sag med rådgiver", "Open case with caseworker"),
        Field("nuvaerende_team", "string", "Nuværende team", "Present team", required=False),
        Field("omraade", "string", "Område", "Area", required=False),
        Field("direkte_team", "string", "Modtog direkte", "Received it directly", required=False),
        Field("ungekriterier", "boolean", "Ungekriterier opfyldt", "Youth criteria met"),
        Field("foreslaaet_raadgiver", "string", "Foreslået rådgiver", "Proposed caseworker", required=False),
        Field("tildeling_senest", "date and time", "Tildeles senest", "To be allocated by"),
    ),
    rules=("R-022", "R-024"),
)
def prepare(job: Job, case: CaseWork) -> Mapping[str, Value]:
    code = str(job.inputs["sag_id"])
    facts = case.case(code)
    own = facts.get("sagsbehandler")
    if not own and facts.get("status") != WAITING_FOR_ALLOCATION:
        case.set_fact(code, "status", WAITING_FOR_ALLOCATION)
    last_day = working_calendar(case).working_days_after(
        local_date(case.now), int(case.setting("tildeling_arbejdsdage"))
    )
    return {
        "aaben_sag": bool(own and facts.get("team")),
        "nuvaerende_team": facts.get("team"),
        "omraade": job.inputs.get("omraade") or facts.get("omraade"),
        "direkte_team": job.inputs.get("direkte_team"),
        "ungekriterier": _meets_youth_criteria(case, facts),
        "foreslaaet_raadgiver": own or _caseworker_of_siblings(case, code, facts.get("familie_id")),
        "tildeling_senest": end_of_day(last_day),
    }


def _caseworker_of_siblings(case: CaseWork, code: str, family: str | None) -> str | None:
    """A sibling's open case proposes its caseworker (sibling rule of D-01)."""
    if not family:
        return None
    siblings = (case.case(sag.id) for sag in case.records("Sag", familie_id=family) if sag.id != code)
    return next(
        (
            facts["sagsbehandler"]
            for facts in siblings
            if facts.get("sagsbehandler") and facts.get("status") not in NOT_COUNTED
        ),
        None,
    )


def _meets_youth_criteria(case: CaseWork, facts: Mapping[str, Value]) -> bool:
    """Off unless the installation turns it on and gives an age: the sources have no threshold."""
    try:
        if case.setting("ungeafsnit_modtager") is not True or not facts.get("barn_id"):
            return False
        age = int(case.setting("ungeafsnit_fra_alder"))
    except NotFound:
        return False
    born = case.get("Barn", facts["barn_id"])["foedt"]
    return born is not None and age_on(born, local_date(case.now)) >= age
