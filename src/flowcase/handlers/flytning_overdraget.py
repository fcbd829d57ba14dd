"""`flytning.overdraget`: the new municipality has been told and sent the material (2.c, law)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "flytning.overdraget",
    da="Notat om videregivelse til den nye kommune",
    en="Note of the disclosure to the new municipality",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("flytning_id", "string", "Flytning", "Move"),
    ),
)
def note_hand_over(job: Job, case: CaseWork) -> None:
    """Disclosing confidential data needs a note of who, what, to whom, when (0.5)."""
    code = str(job.inputs["sag_id"])
    move = case.get("Flytning", str(job.inputs["flytning_id"]))
    told_whom = f"Den nye kommune ({move['kommune']}) er underrettet ved {move['modtager']}."
    case.note("videregivelse", f"{told_whom} Sendt: {move['materiale']}", code, source=job.element)
    told = [person for person in (case.case(code).get("sagsbehandler"),) if person]
    case.notify(people=told, kind="tildeling", case=code, text="til_anden_kommune")
