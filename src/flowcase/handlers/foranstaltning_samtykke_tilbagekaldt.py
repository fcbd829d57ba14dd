"""`foranstaltning.samtykke_tilbagekaldt`: the consent to a measure was withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.case_work import CaseWork

WITHDRAWN = "tilbagekaldt"


@handler(
    "foranstaltning.samtykke_tilbagekaldt",
    da="Registrér, at samtykket er trukket tilbage",
    en="Record that the consent was withdrawn",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
    ),
    outputs=(Field("samtykke_indehaver", "string", "Forældremyndighedens svar", "Holder's answer"),),
    rules=("R-051",),
)
def withdraw(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Before the decision this bars it; a running measure goes on until family or committee answers."""
    code = str(job.inputs["sag_id"])
    case.update("Foranstaltning", str(job.inputs["foranstaltning_id"]), {"samtykke_indehaver": WITHDRAWN})
    case.note(
        "samtykke_tilbagekaldt", "Samtykket til foranstaltningen er trukket tilbage.", code, job.element
    )
    return {"samtykke_indehaver": WITHDRAWN}
