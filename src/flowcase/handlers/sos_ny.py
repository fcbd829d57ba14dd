"""`sos.ny`: a newcomer is introduced to Signs of Safety by a key person of the unit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
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
    newcomer = case.get("SoSDeltager", str(job.inputs["deltager_id"]))
    case.update("SoSDeltager", newcomer.id, {"ny": True, "noegleperson": False})
    near = case.records("SoSDeltager", enhed=newcomer["enhed"], noegleperson=True)
    return {"noeglepersoner": [each["person"] for each in near]}
