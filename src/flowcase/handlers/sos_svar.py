"""`sos.svar`: an answer of the survey counts for its unit and keeps no name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "sos.svar",
    da="Læg svaret til målingen",
    en="Add the answer to the survey",
    inputs=(
        Field("svar_id", "string", "Svar", "Answer"),
        Field("udbredelse_id", "string", "Udbredelse", "Adoption"),
        Field("maaling_nr", "number", "Måling nr.", "Survey no."),
        Field("enhed", "string", "Enhed", "Unit", required=False),
    ),
)
def add(job: Job, case: CaseWork) -> Mapping[str, Value]:
    names = ("udbredelse_id", "maaling_nr", "enhed")
    case.update("SoSSvar", str(job.inputs["svar_id"]), {name: job.inputs.get(name) for name in names})
    return {}
