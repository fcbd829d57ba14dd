"""`familieteam.beslutning`: whether an examination is opened, and what the case is from now on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.closing import close_case

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_STATUS = {"ja": "undersoegelse", "forebyggende": "forebyggende", "raadgivning_kort": "raadgivning"}


@handler(
    "familieteam.beslutning",
    da="Registrér beslutning om undersøgelse",
    en="Record the decision on an examination",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("undersoegelse", "string", "Iværksættes undersøgelse?", "Open an examination?"),
    ),
)
def record_choice(job: Job, case: CaseWork) -> None:
    code, choice = str(job.inputs["sag_id"]), str(job.inputs["undersoegelse"])
    if choice in _STATUS:
        case.set_fact(code, "status", _STATUS[choice])
    else:
        close_case(case, code, "ingen_undersoegelse")
