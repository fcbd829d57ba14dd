"""`foranstaltning.samtykke_tilbagekaldt`: the consent to a measure was withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import YES, YOUTH
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import CONSENT
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

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
    """Before the decision this bars it; a running measure goes on until family or committee answers.

    Where none of the measure's own consents was withdrawn, as when one was that a request had asked for,
    that of the holder of custody no longer stands.
    """
    code, id = str(job.inputs["sag_id"]), str(job.inputs["foranstaltning_id"])
    case.update("Foranstaltning", id, {"samtykke_indehaver": WITHDRAWN})
    own = case.records(CONSENT, case=code, foranstaltning_id=id)
    if not any(each["status"] == WITHDRAWN for each in own):
        for each in own:
            if each["svar"] == YES and each["afgiver"] != YOUTH:
                case.update(CONSENT, each.id, {"tilbagekaldt": job.now, "status": WITHDRAWN})
    case.note(
        "samtykke_tilbagekaldt", "Samtykket til foranstaltningen er trukket tilbage.", code, job.element
    )
    return {"samtykke_indehaver": WITHDRAWN}
