"""`projekt.tal`: a project's effect goals, counted as the indicators do (I-20 to I-24)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.history.indicators import INDICATORS, NEEDED, Figure, Material, Question, RecordFact, compute
from flowcase.history.indicators.reports import SMALLEST_GROUP
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

# project -> which indicators are its goals, and which records they count
GOALS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "netvaerksindsats": (("I-20", "I-21", "I-22", "I-23"), ("Netvaerksforloeb",)),
    "mentornetvaerk": (("I-24",), ("Match", "Mentor")),
}


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
    """Of the evaluation's own period; groups too small to be shown are left out here, too."""
    id = str(job.inputs["projektevaluering_id"])
    evaluation = case.get("Projektevaluering", id)
    indicators, entities = GOALS.get(str(job.inputs["projekt"]), ((), ()))
    rows: list[dict[str, Value]] = []
    if indicators:
        question = Question(evaluation["fra"], evaluation["til"])
        found = compute(_material(case, entities), question, indicators)
        rows = [_row(id, figure) for id, figures in found.items() for figure in figures]
    case.update("Projektevaluering", id, {"tal": rows})
    return {"antal_tal": Decimal(len(rows))}


def _material(case: CaseWork, entities: tuple[str, ...]) -> Material:
    return Material(
        now=case.now,
        cases={},
        records={
            entity: [
                RecordFact(
                    record.id, entity, record.case, case.now, {name: record[name] for name in NEEDED[entity]}
                )
                for record in case.records(entity)
            ]
            for entity in entities
        },
        settings={SMALLEST_GROUP: case.setting(SMALLEST_GROUP)},
        references=case.references(),
    )


def _row(indicator: str, figure: Figure) -> dict[str, Value]:
    part = figure.label[0]
    return {
        "tal": f"{indicator} {INDICATORS[indicator].name[0]}" + (f": {part}" if part else ""),
        "vaerdi": figure.value,
        "antal": None if figure.numerator is None else Decimal(figure.numerator),
        "af": None if figure.denominator is None else Decimal(figure.denominator),
        "maaltal": figure.reference,
        "undladt": figure.is_suppressed,
    }
