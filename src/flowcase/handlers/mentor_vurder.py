"""`mentor.vurder`: what table D-17 says about a young person who is proposed for a mentor."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.ages import age_on
from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

REFUSE, PRIORITY, WARNING, LOW_NEED, BY_GROUP = "afvis", "forrang", "advarsel", "lavt_behov", "visitation"


@handler(
    "mentor.vurder",
    da="Vurdér den unge til mentorordningen (D-17)",
    en="Assess the young person for the mentors (D-17)",
    inputs=(Field("mentorung_id", "string", "Ung", "Young person"),),
    outputs=(
        Field("afvist", "boolean", "Afvist", "Refused"),
        Field("advarsel", "boolean", "Advarsel", "Warning"),
        Field("lavt_behov", "boolean", "Lavt behov", "Low need"),
        Field("tunge_problemer", "boolean", "Tunge problemer", "Heavy problems"),
        Field("forrang", "boolean", "Forrang", "Priority"),
    ),
    rules=("D-17", "R-135", "R-141"),
)
def assess(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Every row that matches counts (COLLECT); one refusal is enough to refuse."""
    id = str(job.inputs["mentorung_id"])
    young = case.get("Mentorung", id)
    asked = {
        "alder": Decimal(age_on(young["foedt"], local_date(job.now))),
        "oevre_alder_med": case.setting("oevre_alder_med"),
        "betroet_voksen": young["betroet_voksen"],
        "egen_motivation": young["egen_motivation"],
        "kendt_kriminalitet": young["kendt_kriminalitet"],
        "tunge_problemer": young["tunge_problemer"],
        "mentor_har_ventet": bool(_waiting_too_long(case)),
    }
    found = case.decide("mentor_match", asked)
    effects = list(dict.fromkeys(hit["virkning"] for hit in found or ()))
    is_first, is_refused = PRIORITY in effects, REFUSE in effects
    state = "afvist" if is_refused else "foreslaaet"
    case.update("Mentorung", id, {"vurdering": effects, "forrang": is_first, "status": state})
    return {
        "afvist": is_refused,
        "advarsel": WARNING in effects,
        "lavt_behov": LOW_NEED in effects,
        "tunge_problemer": BY_GROUP in effects,
        "forrang": is_first,
    }


def _waiting_too_long(case: CaseWork) -> list[str]:
    """Mentors whose waiting alert (T22) has gone off."""
    free = case.records("Mentor", status="ledig")
    return [
        each.id
        for each in free
        if any(row.due_at < case.now for row in case.deadlines(rule="T22", subject=each.id))
    ]
