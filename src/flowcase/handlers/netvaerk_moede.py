"""`netvaerk.moede`: one more meeting was held; when the next one would be, by the planned intensity."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "netvaerk.moede",
    da="Registrér møde i netværksindsatsen",
    en="Record a meeting of the network effort",
    inputs=(
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("indsatsmoede_id", "string", "Møde", "Meeting"),
    ),
    outputs=(Field("naeste_moede", "date", "Næste møde", "Next meeting"),),
    rules=("R-132",),
)
def record_meeting(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """What the people agreed wins; without a date the table of intensity proposes one (R-132)."""
    effort, meeting = str(job.inputs["netvaerksforloeb_id"]), str(job.inputs["indsatsmoede_id"])
    record = case.get("Netvaerksforloeb", effort)
    nr = int(record["moeder"] or 0) + 1
    held = case.get("Indsatsmoede", meeting)
    upcoming = held["naeste"] or _proposed(case, record["start"], local_date(held["tid"] or job.now))
    case.update("Netvaerksforloeb", effort, {"moeder": Decimal(nr)})
    numbered = {"netvaerksforloeb_id": effort, "nr": Decimal(nr), "naeste": upcoming}
    case.update("Indsatsmoede", meeting, numbered)
    return {"naeste_moede": upcoming}


def _proposed(case: CaseWork, start: dt.date | None, held: dt.date) -> dt.date:
    since = held - (start or held)
    days = case.decide("netvaerk_intensitet", {"dage_siden_start": Decimal(max(0, since.days))})
    return held + dt.timedelta(days=int(days))
