"""`netvaerk.rapport`: a status report was filed; its deadline is met, late or not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "netvaerk.rapport",
    da="Registrér statusrapport",
    en="Record a status report",
    inputs=(
        Field("rapport_frist_id", "string", "Frist", "Deadline"),
        Field("statusrapport_id", "string", "Statusrapport", "Status report"),
        Field("rapport_nr", "number", "Rapport nr.", "Report no."),
    ),
    outputs=(Field("rapport_nr", "number", "Næste rapport nr.", "Next report no."),),
    rules=("R-131",),
)
def file_report(job: Job, case: CaseWork) -> Mapping[str, Value]:
    late = case.meet_deadline(str(job.inputs["rapport_frist_id"]))
    filed = {"afleveret": local_date(job.now), "dage_for_sent": Decimal(late)}
    case.update("Statusrapport", str(job.inputs["statusrapport_id"]), filed)
    return {"rapport_nr": Decimal(int(job.inputs["rapport_nr"]) + 1)}
