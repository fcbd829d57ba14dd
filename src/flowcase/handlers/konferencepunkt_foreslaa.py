"""`konferencepunkt.foreslaa`: which conferences an item belongs to, and which leader decides on it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import conveners
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konferencepunkt.foreslaa",
    da="Find konference og leder",
    en="Find conference and leader",
    inputs=(
        Field("dagsordenspunkt_id", "string", "Punkt", "Item"),
        Field("afgoer", "string", "Hvem afgør (D-15)", "Who decides (D-15)"),
    ),
    outputs=(
        Field("indkaldere", "list", "Grupper, der indkalder", "Groups that convene"),
        Field("konferenceserie_id", "string", "Distriktets serie", "The district's series", required=False),
        Field("konferencetype", "string", "Konferencetype", "Conference type"),
        Field("konferenceomraade", "string", "Område", "Area"),
    ),
    rules=("R-037", "R-060", "R-071", "R-073", "R-076"),
)
def propose(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The district's own procedure is read from its series of that area (R-073)."""
    item = case.get("Dagsordenspunkt", str(job.inputs["dagsordenspunkt_id"]))
    answer = case.decide("konference_deltagere", {"emnetype": item["emnetype"]})
    rows = [row for row in answer if isinstance(row, Mapping)] if isinstance(answer, list) else []
    kind = next((row["type"] for row in rows if row["type"]), "operationel")
    area = item["konferenceomraade"] or next((row["omraade"] for row in rows if row["omraade"]), "skole")
    groups = conveners(case, kind, area)["indkaldere"]
    settled = {"konferencetype": kind, "konferenceomraade": area, "afgoer": job.inputs["afgoer"]}
    case.update("Dagsordenspunkt", item.id, {**settled, "status": "foreslaaet"})
    case.notify(groups=groups, kind="moede", case=item["sag_id"], text="konferencepunkt_foreslaaet")
    series = case.records("Konferenceserie", distrikt=item["distrikt"], omraade=area, type=kind)
    return {
        "indkaldere": groups,
        "konferenceserie_id": series[-1].id if series else None,
        "konferencetype": kind,
        "konferenceomraade": area,
    }
