"""`sos.ny`: a newcomer is introduced to Signs of Safety by a key person of the unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.sos_deltagere import STAFF, staff
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "sos.ny",
    da="Find den nyansattes nøgleperson",
    en="Find the newcomer's key person",
    inputs=(Field("deltager_id", "string", "Nyansat", "Newcomer"),),
    outputs=(Field("noeglepersoner", "list", "Enhedens nøglepersoner", "Key persons of the unit"),),
    rules=("R-144",),
)
def find_key_persons(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Who comes from another unit keeps the training that is known."""
    newcomer = case.get(STAFF, str(job.inputs["deltager_id"]))
    earlier = [each for each in case.records(STAFF, person=newcomer["person"]) if each.id != newcomer.id]
    trained = next((each["uddannet"] for each in earlier if each["uddannet"] is not None), None)
    case.update(STAFF, newcomer.id, {"ny": True, "noegleperson": False, "uddannet": trained})
    near = [each for each in staff(case) if each["enhed"] == newcomer["enhed"]]
    return {"noeglepersoner": [each["person"] for each in near if each["noegleperson"] is True]}
