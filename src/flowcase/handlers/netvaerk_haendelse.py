"""`netvaerk.haendelse`: something happened during the effort, such as new crime; those concerned are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.team_leaders import leaders_of

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

CONTINUE = "fortsaet"


@handler(
    "netvaerk.haendelse",
    da="Registrér hændelse under indsatsen",
    en="Record an incident during the effort",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("indsatshaendelse_id", "string", "Hændelse", "Incident"),
        Field("reaktion", "string", "Hvad gør vi", "What we do"),
    ),
)
def record_incident(job: Job, case: CaseWork) -> None:
    """The caseworker always hears of it; when more than going on is called for, so does the leader."""
    code = str(job.inputs["sag_id"])
    found = {"netvaerksforloeb_id": str(job.inputs["netvaerksforloeb_id"])}
    case.update("Indsatshaendelse", str(job.inputs["indsatshaendelse_id"]), found)
    facts = case.case(code)
    caseworker, team = facts.get("sagsbehandler"), facts.get("team")
    leaders = leaders_of(case, team) if job.inputs["reaktion"] != CONTINUE else []
    case.notify(
        people=[caseworker] if caseworker else (),
        groups=[*leaders, *([team] if team and not caseworker else ())],
        kind="opgave",
        case=code,
        text="netvaerksindsats.haendelse",
    )
