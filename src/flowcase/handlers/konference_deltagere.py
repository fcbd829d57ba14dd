"""`konference.deltagere`: whom the topics of the agenda call for (D-06)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.access.groups import group_name
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

_CASEWORKER = "sagens_raadgiver"  # of the case that the item is about
_CLUB, _YES = "distriktsleder_klub", "ja"


@handler(
    "konference.deltagere",
    da="Find konferencens deltagere",
    en="Find the conference's participants",
    inputs=(
        Field("moede_id", "string", "Konference", "Conference"),
        Field("punkter", "list", "Punkter", "Items"),
        Field("klub_relevant", "string", "Klubben med?", "Is the club to attend?", required=False),
    ),
    rules=("R-066", "R-071", "R-074", "R-075", "R-078"),
)
def find_participants(job: Job, case: CaseWork) -> None:
    """A proposal that the leader changes as the task needs it; nobody attends by a fixed circle."""
    meeting = str(job.inputs["moede_id"])
    rows: dict[str, dict[str, Value]] = {}
    for id in job.inputs["punkter"]:
        item = case.get("Dagsordenspunkt", str(id))
        case.update("Dagsordenspunkt", item.id, {"moede_id": meeting})
        for unit in _called_for(case, item):
            rows.setdefault(*_row(case, item, unit))
    if job.inputs.get("klub_relevant") == _YES:
        rows.setdefault(_CLUB, _unit(_CLUB))
    case.update("Moede", meeting, {"deltagere": list(rows.values())})


def _called_for(case: CaseWork, item: Record) -> list[str]:
    asked = {name: item[name] for name in ("emnetype", "klub_enig", "dagtilbud_med", "identificerbart_barn")}
    answer = case.decide("konference_deltagere", {**asked, "har_sag": item["sag_id"] is not None})
    found = answer if isinstance(answer, list) else []
    return [unit for row in found if isinstance(row, Mapping) for unit in row.get("deltagere") or []]


def _row(case: CaseWork, item: Record, unit: str) -> tuple[str, dict[str, Value]]:
    if unit != _CASEWORKER:
        return unit, _unit(unit)
    worker = case.case(str(item["sag_id"])).get("sagsbehandler")
    if worker is None:
        return "socialafsnit", _unit("socialafsnit")
    return str(worker), {"navn": "Sagsbehandler", "slags": "medarbejder", "person": worker}


def _unit(group: str) -> dict[str, Value]:
    return {"navn": group_name(group), "slags": "fagperson", "gruppe": group}
