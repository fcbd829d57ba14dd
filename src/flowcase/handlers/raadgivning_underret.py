"""`raadgivning.underret`: a child was identified in an open advice: a notification begins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

SOURCE = "aaben_raadgivning"


@handler(
    "raadgivning.underret",
    da="Opret underretning",
    en="File a notification",
    outputs=(Field("ny_underretning_id", "string", "Ny underretning", "New notification"),),
    rules=("R-001",),
)
def notify(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Received now: the clock of T01 begins here. Who gave the advice knows the child and may write it, too.

    Nothing of it goes back into the anonymous course: the notification lies in a stream of its own.
    """
    id = f"RAAD-{job.key}"
    stream = f"notification:{id}"
    first = {
        "modtaget": case.now,
        "registreret": case.now,
        "kanal": "fagsystem",
        "status": "modtaget",
        "kilde": SOURCE,
        "begyndt_af": case.actor,
    }
    case.create("Underretning", first, id=id, stream=stream)
    variables = {"underretning_id": id}
    case.publish("underretning_modtaget", id, variables, message_id=id, stream=stream)
    return {"ny_underretning_id": id}
