"""`kommissorium.godkend`: management has approved it; its group is in a coordination group, T21 runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import add_months, local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

TERMS, COORDINATION = "Kommissorium", "Koordinationsgruppe"


@handler(
    "kommissorium.godkend",
    da="Sæt kommissoriet i kraft",
    en="Put the terms of reference in force",
    inputs=(Field("kommissorium_id", "string", "Kommissorium", "Terms of reference"),),
    outputs=(
        Field("er_revision", "boolean", "Det var en revision", "It was a revision"),
        Field("evalueres", "date", "Evalueres senest", "Evaluated by"),
        Field("frist_id", "string", "Frist T21", "Deadline T21"),
    ),
    rules=("R-115", "R-116", "T21"),
)
def approve(job: Job, case: CaseWork) -> Mapping[str, Value]:
    terms = case.get(TERMS, str(job.inputs["kommissorium_id"]))
    today = local_date(job.now)
    revision = int(terms["revision"] or 0) + 1
    case.update(TERMS, terms.id, {"godkendt": today, "revision": revision, "status": "godkendt"})
    _represent(case, terms.id, list(terms["koordinationsgrupper"] or []))
    return {"er_revision": revision > 1, **open_evaluation(job, case, terms.id)}


def open_evaluation(job: Job, case: CaseWork, id: str) -> dict[str, Value]:
    """T21 from today, as often as the terms of reference themselves state."""
    terms = case.get(TERMS, id)
    today = local_date(job.now)
    due = add_months(today, int(terms["evaluering_maaneder"] or 0))
    deadline = case.open_deadline("T21", today, subject=id, due=due, element=job.element)
    case.update(TERMS, id, {"evalueres": due})
    return {"evalueres": due, "frist_id": deadline}


def _represent(case: CaseWork, terms: str, chosen: list[Value]) -> None:
    """The register of coordination groups says which groups each one coordinates."""
    known = {str(group["kode"]): group for group in case.records(COORDINATION)}
    for code in chosen:
        if str(code) not in known:
            case.create(COORDINATION, {"kode": code, "kommissorier": [terms]})
    for code, group in known.items():
        others = [each for each in group["kommissorier"] or [] if each != terms]
        wanted = [*others, terms] if code in chosen else others
        if wanted != group["kommissorier"]:
            case.update(COORDINATION, group.id, {"kommissorier": wanted})
