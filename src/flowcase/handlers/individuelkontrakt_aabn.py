"""`individuelkontrakt.aabn`: the contract of one child begins with what the case already knows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.plans import PLAN
from flowcase.handlers.supplier_contracts import ACTIVE, DRAFT, INDIVIDUAL, SIGNED, STANDARD
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

# What stays as it was agreed where a contract is negotiated anew, until somebody changes it.
_TERMS = (
    "foraeldremyndighed",
    "vaerge",
    "kontaktpersoner",
    "omfang",
    "hyppighed",
    "konsulentstoette",
    "pris",
    "betaling",
    "opfoelgning_maaneder",
    "oekonomi",
)
_OF_A_PARENT = {"mor": ("mor_navn", "mor_cpr"), "far": ("far_navn", "far_cpr")}


@handler(
    "individuelkontrakt.aabn",
    da="Opret individuel kontrakt",
    en="Open the individual contract",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
    ),
    outputs=(
        Field("kontrakt_id", "string", "Individuel kontrakt", "Individual contract"),
        Field("indsatstype", "string", "Indsatstype", "Type of measure"),
    ),
    rules=("R-111",),
)
def open_contract(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Goals come from the approved plan, never from a second typing (0.5, journal pattern).

    Nor are the terms typed again where a signed contract is renegotiated; where the measure was extended, the
    new one begins when that one ends.
    """
    code = str(job.inputs["sag_id"])
    measure = case.get("Foranstaltning", str(job.inputs["foranstaltning_id"]))
    known = case.case(code).get("barn_id")
    child = case.get("Barn", str(known)) if known else None
    contract = case.create(
        INDIVIDUAL,
        {
            "foranstaltning_id": measure.id,
            "leverandoer_id": measure["leverandoer"],
            "barn_navn": child and child["navn"],
            "barn_cpr": child and child["cpr"],
            "maal": _goals(case, code),
            "start": measure["start"],
            "varighed": measure["forlaenget_til"] or measure["varighed"],
            "status": DRAFT,
        }
        | _parents(case.records("Familie", case=code))
        | _terms_before(case, measure),
        case=code,
    )
    return {"kontrakt_id": contract, "indsatstype": measure["type"] or measure["paataenkt"]}


def _terms_before(case: CaseWork, measure: Record) -> dict[str, Value]:
    signed = case.records(INDIVIDUAL, foranstaltning_id=measure.id, status=SIGNED)
    if not signed:
        return {}
    before = signed[-1]
    terms = {name: before[name] for name in _TERMS if before[name] is not None}
    standard = before["standardkontrakt_id"]
    if standard and case.get(STANDARD, str(standard))["status"] == ACTIVE:
        terms["standardkontrakt_id"] = standard
    last, extended = date_of(before["varighed"]), date_of(measure["forlaenget_til"])
    if last is not None and extended is not None and last < extended:
        terms["start"] = last + dt.timedelta(days=1)
    return terms


def _goals(case: CaseWork, code: str) -> list[dict[str, Value]]:
    """Of the newest plan that was approved; while none is, of the newest that has goals."""
    plan = case.newest(PLAN, "maal", case=code)
    goals: Any = plan["maal"] if plan is not None else []
    return [{"omraade": goal.get("omraade"), "maal": goal.get("maal")} for goal in goals]


def _parents(families: list[Record]) -> dict[str, Value]:
    members: Any = families[-1]["medlemmer"] if families else None
    found: dict[str, Value] = {}
    for member in members or []:
        name, cpr = _OF_A_PARENT.get(str(member.get("relation") or member.get("rolle")), (None, None))
        if name and cpr:
            found |= {name: member.get("navn"), cpr: member.get("cpr")}
    return found
