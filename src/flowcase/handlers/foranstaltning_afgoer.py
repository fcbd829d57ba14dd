"""Records the decision on a measure and opens T17 when the plan may follow it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.plans import DRAFT, PLAN, open_deadline
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_PLAN_MAY_FOLLOW = "within_3_months"
_COUNCIL = "raad"  # requirement of D-10


@handler(
    "foranstaltning.afgoer",
    da="Registrér afgørelse og meddel den",
    en="Record the decision and that it was told",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("trin", "number", "Trin på indsatstrappen", "Step on the ladder"),
        Field("regelsaet", "list", "Valgte regelsæt", "Rule sets chosen", required=False),
        Field("krav", "list", "Trinnets krav (D-10)", "Requirements of the step (D-10)", required=False),
        Field("raad_afholdt", "boolean", "Rådet er holdt", "The council has met", required=False),
    ),
    outputs=(
        Field("plan_mangler", "boolean", "Planen mangler", "A plan is missing"),
        Field("akut_uden_raad", "boolean", "Akut, før rådet er holdt", "Acute, before the council met"),
    ),
    rules=("R-037", "R-047"),
)
def record_decision(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """`plan_mangler` says that no plan is even being written, as after an acute start.

    In a case that was opened again it is, too: what was approved before it was closed opens no gate.

    `akut_uden_raad`: the step asks for the council, which has not met; an acute reason stands in for it.
    """
    code, measure = str(job.inputs["sag_id"]), str(job.inputs["foranstaltning_id"])
    today = local_date(job.now)
    case.update(
        "Foranstaltning",
        measure,
        {
            "trin": job.inputs["trin"],
            "art": case.decide("opfoelgning_art", {"trin": job.inputs["trin"]}),
            "besluttet": today,
            "regelsaet": job.inputs.get("regelsaet"),
            "status": "besluttet",
        },
    )
    case.note("afgoerelse_meddelt", "Afgørelsen er meddelt barn/ung og forældre.", code, job.element)
    is_approved = case.case(code).get("handleplan_godkendt") is not None
    if not is_approved and case.setting("plan_timing") == _PLAN_MAY_FOLLOW:
        open_deadline(case, code, today, job.element)
    needs_council = _COUNCIL in (job.inputs.get("krav") or ()) and job.inputs.get("raad_afholdt") is not True
    has_reason = bool(case.get("Foranstaltning", measure)["akut_grund"])
    return {
        "plan_mangler": not is_approved and not case.records(PLAN, case=code, status=DRAFT),
        "akut_uden_raad": needs_council and has_reason,
    }
