"""`konference.paamind`: a conference was not held or was cancelled: the convener hears, then the district."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.konference_tider import working_days_later
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "konference.paamind",
    da="Påmind om konferencen",
    en="Remind of the conference",
    inputs=(
        Field("moede_id", "string", "Konference", "Conference"),
        Field("til", "list", "Grupper", "Groups"),
        Field("aflyst", "boolean", "Blev den aflyst?", "Was it cancelled?", required=False),
    ),
    outputs=(Field("ledelse_tid", "date and time", "Distriktsledelsen", "District management"),),
)
def remind(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Nothing is breached (X-07). A conference that was moved to a later time is not asked about."""
    when = case.get("Moede", str(job.inputs["moede_id"]))["tid"]
    is_cancelled = job.inputs.get("aflyst") is True
    if is_cancelled or when <= case.now:
        text = "konference_aflyst" if is_cancelled else "konference_ikke_holdt"
        case.notify(groups=job.inputs["til"], kind="paamindelse", text=text)
    return {"ledelse_tid": working_days_later(case, case.now, "konference_eskalering_hverdage")}
