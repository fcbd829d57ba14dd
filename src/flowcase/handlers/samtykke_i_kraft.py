"""`samtykke.i_kraft`: a consent stands; does it end by itself?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.consents import YES
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.consent_requests import REQUEST, answers_to
from flowcase.services.casework.consent_work import last_valid_day
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "samtykke.i_kraft",
    da="Se, om samtykket udløber",
    en="See whether the consent expires",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("anmodning_id", "string", "Anmodning", "Request"),
    ),
    outputs=(
        Field("udloeber", "boolean", "Udløber det af sig selv?", "Does it expire by itself?"),
        Field("givet", "date and time", "Givet", "Given", required=False),
        Field("sidste_dag", "date", "Sidste gyldige dag", "Last valid day", required=False),
        Field("anmoder", "string", "Anmodende enhed", "Requesting unit", required=False),
        Field("formaal_kode", "string", "Formålets art", "Kind of purpose"),
    ),
    rules=("R-091", "D-12"),
)
def look_at_term(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The earliest of the consents given decides: from that day on not everyone's is valid."""
    request = case.get(REQUEST, str(job.inputs["anmodning_id"]))
    days = [
        (last, each["givet"])
        for each in answers_to(case, request)
        if each["svar"] == YES and (last := last_valid_day(case, each)) is not None
    ]
    last, given = min(days, default=(None, None))
    return {
        "udloeber": last is not None and case.meets_health(request),
        "givet": given,
        "sidste_dag": last,
        "anmoder": request["anmoder"],
        "formaal_kode": request["formaal_kode"],
    }
