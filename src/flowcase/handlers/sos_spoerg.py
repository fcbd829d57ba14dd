"""`sos.spoerg`: a survey begins: who is asked, newcomers among them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.sos_deltagere import staff
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "sos.spoerg",
    da="Begynd målingen",
    en="Begin the survey",
    inputs=(Field("udbredelse_id", "string", "Udbredelse", "Adoption"),),
    outputs=(
        Field("maaling_nr", "number", "Måling nr.", "Survey no."),
        Field("adspurgte", "list", "Hvem der spørges", "Who is asked"),
    ),
    rules=("R-142", "R-143"),
)
def begin(job: Job, case: CaseWork) -> Mapping[str, Value]:
    id = str(job.inputs["udbredelse_id"])
    number = int(case.get("SoSUdbredelse", id)["maaling_nr"] or 0) + 1
    case.update("SoSUdbredelse", id, {"maaling_nr": number})
    asked = [{"person": each["person"], "enhed": each["enhed"]} for each in staff(case)]
    return {"maaling_nr": number, "adspurgte": asked}
