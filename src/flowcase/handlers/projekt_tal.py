"""`projekt.tal`: the effect goals of a project as flowcase's own records count them (I-20 to I-24)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.effects import Effect, mentor_effects, network_effects
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.netvaerk_adgang import CORE, WIDENED
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.case_work import CaseWork

NETWORK, MENTORS = "netvaerksindsats", "mentornetvaerk"


@handler(
    "projekt.tal",
    da="Tæl projektets effektmål",
    en="Count the project's effect goals",
    inputs=(
        Field("projektevaluering_id", "string", "Evaluering", "Evaluation"),
        Field("projekt", "string", "Projekt", "Project"),
    ),
    outputs=(Field("antal_tal", "number", "Antal tal", "Number of figures"),),
    rules=("R-136", "R-137", "R-138", "R-139"),
)
def count_effects(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Counts only, no person: the widened target group and suspicions stand apart (SPEC 7.2)."""
    rows: list[dict[str, Value]] = []
    if job.inputs["projekt"] == NETWORK:
        efforts = [each.values for each in case.records("Netvaerksforloeb")]
        goal = Decimal(case.setting("maal_uden_kriminalitet"))
        for criterion in (None, CORE, WIDENED):
            rows += _rows(network_effects(efforts, criterion), criterion or "alle", goal)
    elif job.inputs["projekt"] == MENTORS:
        matches = [each.values for each in case.records("Match")]
        target = int(case.setting("maal_match"))
        rows += _rows(mentor_effects(matches, goal=target), "alle", None)
    case.update("Projektevaluering", str(job.inputs["projektevaluering_id"]), {"tal": rows})
    return {"antal_tal": Decimal(len(rows))}


def _rows(effects: Sequence[Effect], group: str, goal: Decimal | None) -> list[dict[str, Value]]:
    return [
        {
            "maal": each.indicator,
            "gruppe": group,
            "antal": Decimal(each.count),
            "af": Decimal(each.of),
            "procent": None if each.percent is None else Decimal(each.percent),
            "maaltal": goal if each.indicator == "I-20" else None,
            "heraf_mistanke": Decimal(each.apart),
        }
        for each in effects
    ]
