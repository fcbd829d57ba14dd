"""`aftale.laes`: who follows up an agreement, and until when."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

# Kinds of T20 in D-11.
OF_A_CASE, OF_A_DISTRICT = "aftale", "aftale_distrikt"


@handler(
    "aftale.laes",
    da="Læs aftalen",
    en="Read the agreement",
    inputs=(Field("aftale_id", "string", "Aftale", "Agreement"),),
    outputs=(
        Field("tovholder", "string", "Tovholder", "Coordinator", required=False),
        Field("frist", "date", "Frist", "Due"),
        Field("frist_art", "string", "Hvem får besked", "Whom to tell"),
        Field("kun_foreslaaet", "boolean", "Kun foreslået?", "Only proposed?"),
    ),
    rules=("R-065",),
)
def read(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """An overdue agreement about a case goes to its team leader, any other to the district's leaders."""
    agreement = case.get("Aftale", str(job.inputs["aftale_id"]))
    return {
        "frist_art": OF_A_CASE if agreement.case else OF_A_DISTRICT,
        "tovholder": agreement["tovholder"],
        "frist": agreement["ny_frist"] or agreement["frist"],
        "kun_foreslaaet": agreement["status"] == "foreslaaet",
    }
