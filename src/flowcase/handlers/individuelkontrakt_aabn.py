"""`individuelkontrakt.aabn`: the contract of one child begins with what the case already knows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

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
    """Goals come from the approved plan, never from a second typing (0.5, journal pattern)."""
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
            "varighed": measure["varighed"],
            "status": "kladde",
        }
        | _parents(case.records("Familie", case=code)),
        case=code,
    )
    return {"kontrakt_id": contract, "indsatstype": measure["type"] or measure["paataenkt"]}


def _goals(case: CaseWork, code: str) -> list[dict[str, Value]]:
    plans = case.records("Handleplan", case=code)
    newest: Any = plans[-1]["maal"] if plans else None
    return [{"omraade": goal.get("omraade"), "maal": goal.get("maal")} for goal in newest or []]


def _parents(families: list[Record]) -> dict[str, Value]:
    members: Any = families[-1]["medlemmer"] if families else None
    found: dict[str, Value] = {}
    for member in members or []:
        name, cpr = _OF_A_PARENT.get(str(member.get("relation") or member.get("rolle")), (None, None))
        if name and cpr:
            found |= {name: member.get("navn"), cpr: member.get("cpr")}
    return found
