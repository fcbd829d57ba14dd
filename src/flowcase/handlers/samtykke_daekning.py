"""`samtykke.daekning`: are these recipients covered for this purpose and these data?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import codes
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "samtykke.daekning",
    da="Se, om samtykket dækker",
    en="See whether consent covers",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("modtagere", "list", "Modtagere", "Recipients"),
        Field("formaal_kode", "string", "Formålets art", "Kind of purpose"),
        Field("oplysningstyper", "list", "Typer af oplysninger", "Types of data", required=False),
    ),
    outputs=(
        Field("daekket", "boolean", "Er alle dækket?", "Is everybody covered?"),
        Field("daekkede", "list", "Dækkede modtagere", "Covered recipients"),
        Field("udaekkede", "list", "Modtagere uden samtykke", "Recipients without consent"),
        Field("samtykke_mangel", "string", "Hvad der mangler", "What is missing", required=False),
    ),
    rules=("R-080", "R-082", "D-12"),
)
def look_up(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Covered is who belongs to the authority itself, or for whom a valid consent or exception stands.

    Nobody in particular is not covered: whoever is told something must be known.
    """
    recipients = codes(job.inputs["modtagere"])
    found = case.consent_cover(
        str(job.inputs["sag_id"]),
        recipients,
        str(job.inputs["formaal_kode"]),
        codes(job.inputs.get("oplysningstyper")),
    )
    return {
        "daekket": bool(recipients) and found.is_complete,
        "daekkede": list(found.covered),
        "udaekkede": list(found.uncovered),
        "samtykke_mangel": str(found.missing[0].gap) if found.missing else None,
    }
