"""`raadgivning.notat`: one more anonymous talk was held; the note says what about, never with whom."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.caseload import PREVENTIVE_WORKERS
from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

PREVENTIVE = "forebyggende"


@handler(
    "raadgivning.notat",
    da="Registrér anonym rådgivning",
    en="Record anonymous advice",
    inputs=(
        Field("raadgivningsnotat_id", "string", "Notat", "Note"),
        Field("samtale_nr", "number", "Samtale nr.", "Talk no."),
        Field("udfald", "string", "Udfald", "Outcome"),
    ),
    outputs=(Field("samtale_nr", "number", "Næste samtale nr.", "Next talk no."),),
)
def record_talk(job: Job, case: CaseWork) -> Mapping[str, Value]:
    nr = int(job.inputs["samtale_nr"])
    given = {"nr": Decimal(nr), "givet": local_date(job.now)}
    case.update("Raadgivningsnotat", str(job.inputs["raadgivningsnotat_id"]), given)
    if job.inputs["udfald"] == PREVENTIVE:
        case.notify(groups=[PREVENTIVE_WORKERS], kind="opgave", text="raadgivning.forebyggende")
    return {"samtale_nr": Decimal(nr + 1)}
