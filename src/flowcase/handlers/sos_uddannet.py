"""`sos.uddannet`: who has been on a course; everybody is to be trained (R-144)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.sos_deltagere import STAFF, staff
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "sos.uddannet",
    da="Registrér, hvem der er uddannet",
    en="Record who is trained",
    inputs=(Field("kursus_id", "string", "Kursus", "Course"),),
    outputs=(Field("mangler", "number", "Mangler uddannelse", "Lack training"),),
    rules=("R-144",),
)
def record(job: Job, case: CaseWork) -> Mapping[str, Value]:
    course = case.get("SoSKursus", str(job.inputs["kursus_id"]))
    attended = set(course["deltagere"] or [])
    for each in staff(case):
        if each["person"] in attended and each["uddannet"] is None:
            case.update(STAFF, each.id, {"uddannet": course["dato"]})
    return {"mangler": sum(1 for each in staff(case) if each["uddannet"] is None)}
