"""`anonym.medvurderet`: a colleague finds the child recognisable; whoever judged it first is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

NOT_REAL = "ikke_reel"


@handler(
    "anonym.medvurderet",
    da="Fortæl, hvad kollegaen mener om anonymiteten",
    en="Tell what the colleague thinks of the anonymity",
    inputs=(
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("vurderet_af", "string", "Vurderet af", "Assessed by"),
        Field("medvurdering", "string", "Medvurdering", "Second opinion"),
    ),
    rules=("R-099",),
)
def tell(job: Job, case: CaseWork) -> None:
    """Where both find it real nothing is told: the discussion comes next."""
    code = job.inputs.get("sag_id")
    if job.inputs["medvurdering"] == NOT_REAL:
        case.notify(
            people=[str(job.inputs["vurderet_af"])],
            kind="opgave",
            case=None if code is None else str(code),
            text="anonymitet_ikke_reel",
        )
