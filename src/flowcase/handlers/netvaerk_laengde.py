"""`netvaerk.laengde`: end or extend was decided; the deadline that forced the decision is met (T10)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

EXTEND = "forlaeng"


@handler(
    "netvaerk.laengde",
    da="Registrér beslutning om længden",
    en="Record the decision on the length",
    inputs=(
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("laengdebeslutning_id", "string", "Beslutning", "Decision"),
        Field("beslutning", "string", "Forlæng eller afslut", "Extend or end"),
        Field("laengde_frist_id", "string", "Frist (T10)", "Deadline (T10)", required=False),
        Field("forlaenget_til", "date", "Forlænget til", "Extended until", required=False),
    ),
    rules=("R-130",),
)
def record_length(job: Job, case: CaseWork) -> Mapping[str, Value] | None:
    """A decision to go on in between keeps the running deadline: only the window's own ends meet it."""
    effort, decision = str(job.inputs["netvaerksforloeb_id"]), str(job.inputs["beslutning"])
    stamped = {"netvaerksforloeb_id": effort, "besluttet": local_date(job.now)}
    case.update("Laengdebeslutning", str(job.inputs["laengdebeslutning_id"]), stamped)
    deadline = job.inputs.get("laengde_frist_id")
    if deadline is not None:
        case.meet_deadline(str(deadline))
    if decision == EXTEND:
        record = case.get("Netvaerksforloeb", effort)
        until = job.inputs.get("forlaenget_til") or record["forventet_slut"]
        extended = {"forlaengelser": Decimal(int(record["forlaengelser"] or 0) + 1), "forventet_slut": until}
        case.update("Netvaerksforloeb", effort, extended)
    return None
