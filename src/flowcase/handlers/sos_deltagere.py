"""`sos.deltagere`: everybody who is to learn Signs of Safety, by unit, and who keeps it alive there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

STAFF = "SoSDeltager"


@handler(
    "sos.deltagere",
    da="Registrér medarbejdere og nøglepersoner",
    en="Record staff and key persons",
    inputs=(Field("udbredelse_id", "string", "Udbredelse", "Adoption"),),
    outputs=(Field("deltagere", "number", "Antal medarbejdere", "Number of staff"),),
    rules=("R-144",),
)
def register(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Somebody who is already known keeps their training; a key person is a member of staff, too."""
    known = {str(each["person"]): each.id for each in case.records(STAFF)}
    for row in case.get("SoSUdbredelse", str(job.inputs["udbredelse_id"]))["enheder"] or []:
        keys = set(row.get("noeglepersoner") or [])
        for person in dict.fromkeys([*(row.get("medarbejdere") or []), *sorted(keys)]):
            values = {"person": person, "enhed": row.get("enhed"), "noegleperson": person in keys}
            if person in known:
                case.update(STAFF, known[person], values)
            else:
                known[person] = case.create(STAFF, values)
    return {"deltagere": len(known)}


def staff(case: CaseWork) -> list[Record]:
    """Everybody once, as last written; who has left is neither trained nor asked, and counts nowhere."""
    found = {str(each["person"]): each for each in case.records(STAFF)}
    return [each for person, each in found.items() if case.works_here(person)]
