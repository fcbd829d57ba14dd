"""`videregivelse.stands`: an exchange that still waits for its answer stops; what was told stays told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.samtykke_tilbagekald import STOPPED
from flowcase.handlers.videregivelse_registrer import WAITING

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "videregivelse.stands",
    da="Stands en udveksling, der venter på svar",
    en="Stop an exchange that waits for an answer",
    inputs=(Field("videregivelse_id", "string", "Videregivelse", "Disclosure"),),
)
def stop(job: Job, case: CaseWork) -> None:
    """One that was refused, or needed no answer, is not changed: the log says what happened."""
    id = str(job.inputs["videregivelse_id"])
    if case.get("Videregivelse", id)["status"] == WAITING:
        case.update("Videregivelse", id, {"status": STOPPED})
