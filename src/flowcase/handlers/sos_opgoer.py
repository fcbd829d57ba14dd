"""`sos.opgoer`: the survey's shares in per cent, as the goals of R-142 to R-144 are written."""

from __future__ import annotations

from collections.abc import Mapping, Sized
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.sos_deltagere import staff
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

LIFTED = "ja"


@handler(
    "sos.opgoer",
    da="Gør målingen op",
    en="Count the survey",
    inputs=(
        Field("udbredelse_id", "string", "Udbredelse", "Adoption"),
        Field("maaling_nr", "number", "Måling nr.", "Survey no."),
    ),
    outputs=(
        Field("svar", "number", "Antal svar", "Number of answers"),
        Field("bruger_andel", "number", "Bruger metoden (%)", "Use the method (%)"),
        Field("nytte_andel", "number", "Har løftet arbejdet (%)", "Lifted the work (%)"),
        Field("uddannet_andel", "number", "Uddannet (%)", "Trained (%)"),
        Field(
            "enheder_uden_noegleperson", "number", "Enheder uden nøglepersoner", "Units without key person"
        ),
    ),
    rules=("R-142", "R-143", "R-144"),
)
def count(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Shares are of the answers, training of all staff; without answers a share is 0."""
    id, number = str(job.inputs["udbredelse_id"]), job.inputs["maaling_nr"]
    answers = case.records("SoSSvar", udbredelse_id=id, maaling_nr=number)
    using = set(case.setting("sos_bruger_hyppighed"))
    learning = staff(case)
    needed = int(case.setting("sos_noeglepersoner_pr_enhed"))
    keys: dict[Value, int] = {}
    for each in learning:
        keys[each["enhed"]] = keys.get(each["enhed"], 0) + (each["noegleperson"] is True)
    found: dict[str, Value] = {
        "svar": len(answers),
        "bruger_andel": _share([each for each in answers if each["hyppighed"] in using], answers),
        "nytte_andel": _share([each for each in answers if each["loeftet"] == LIFTED], answers),
        "uddannet_andel": _share([each for each in learning if each["uddannet"] is not None], learning),
    }
    case.update("SoSUdbredelse", id, found)
    return {**found, "enheder_uden_noegleperson": sum(1 for held in keys.values() if held < needed)}


def _share(part: Sized, whole: Sized) -> Decimal:
    if not len(whole):
        return Decimal(0)
    return (Decimal(100 * len(part)) / len(whole)).quantize(Decimal(1), ROUND_HALF_UP)
