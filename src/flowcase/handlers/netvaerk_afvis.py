"""`netvaerk.afvis`: there will be no network effort; the caseworker is told why in a code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "netvaerk.afvis",
    da="Registrér, at netværksindsatsen ikke begynder",
    en="Record that the network effort does not begin",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("netvaerksforloeb_id", "string", "Netværksindsats", "Network effort"),
        Field("status", "string", "Hvorfor (kode)", "Why (code)"),
    ),
)
def turn_down(job: Job, case: CaseWork) -> None:
    code, status = str(job.inputs["sag_id"]), str(job.inputs["status"])
    case.update("Netvaerksforloeb", str(job.inputs["netvaerksforloeb_id"]), {"status": status})
    caseworker, team = (case.case(code).get(name) for name in ("sagsbehandler", "team"))
    case.notify(
        people=[caseworker] if caseworker else (),
        groups=[team] if team and not caseworker else (),
        kind="opgave",
        case=code,
        text=f"netvaerksindsats.{status}",
    )
