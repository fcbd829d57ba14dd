"""`underretning.videresend`: the child lives elsewhere; the other municipality takes over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.closing import close_case

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "underretning.videresend",
    da="Send underretningen til den anden kommune",
    en="Forward the notification to the other municipality",
    inputs=(
        Field("underretning_id", "string", "Underretning", "Notification"),
        Field("sag_id", "string", "Sag", "Case"),
    ),
)
def forward(job: Job, case: CaseWork) -> None:
    notification_id, code = str(job.inputs["underretning_id"]), str(job.inputs["sag_id"])
    case.update("Underretning", notification_id, {"status": "afgjort", "resultat": "videresendt_kommune"})
    case.note(
        "videregivelse",
        "Underretningen er sendt til barnets opholdskommune, som har ansvaret for barnet.",
        code,
        source=job.element,
    )
    case.publish(
        "til_anden_kommune",
        code,
        {"sag_id": code, "underretning_id": notification_id},
        message_id=f"{notification_id}:{code}",
    )
    if not case.case(code).get("sagsbehandler"):
        close_case(case, code, "videresendt_kommune")
