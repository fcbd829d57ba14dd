"""`sos.deltagere`: everybody who is to learn Signs of Safety, by unit, and who keeps it alive there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


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
    known = {str(each["person"]): each.id for each in case.records("SoSDeltager")}
    for row in case.get("SoSUdbredelse", str(job.inputs["udbredelse_id"]))["enheder"] or []:
        keys = set(row.get("noeglepersoner") or [])
        for person in dict.fromkeys([*(row.get("medarbejdere") or []), *sorted(keys)]):
            values = {"person": person, "enhed": row.get("enhed"), "noegleperson": person in keys}
            if person in known:
                case.update("SoSDeltager", known[person], values)
            else:
                known[person] = case.create("SoSDeltager", values)
    return {"deltagere": len(known)}
