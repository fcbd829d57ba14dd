"""`leverandoeropfoelgning.afholdt`: the term was kept; what follows for the contract."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL, contract_of, tell_supplier

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

RENEGOTIATE, CANCEL = "genforhandl", "ophaev"


@handler(
    "leverandoeropfoelgning.afholdt",
    da="Registrér leverandøropfølgningen",
    en="Record the supplier follow-up",
    inputs=(
        Field("kontrakt_id", "string", "Kontrakt", "Contract"),
        Field("kontrakt_slags", "string", "standard eller individuel", "standard or individuel"),
        Field("leverandoeropfoelgning_id", "string", "Opfølgning", "Follow-up"),
        Field("frist_id", "string", "Frist T19", "Deadline T19"),
        Field("afholdt", "date", "Afholdt", "Held"),
        Field("udfald", "string", "Udfald", "Outcome"),
        Field("sag_id", "string", "Sag", "Case", required=False),
    ),
    rules=("R-113", "T19"),
)
def record_follow_up(job: Job, case: CaseWork) -> None:
    """Renegotiating begins a new contract; the old one holds until the new one replaces it."""
    outcome, code = str(job.inputs["udfald"]), job.inputs.get("sag_id")
    contract = contract_of(case, str(job.inputs["kontrakt_slags"]), job.inputs["kontrakt_id"])
    case.meet_deadline(str(job.inputs["frist_id"]), met_at=job.inputs["afholdt"])
    case.update(
        "Leverandoeropfoelgning",
        str(job.inputs["leverandoeropfoelgning_id"]),
        {"status": "afholdt", "udfald": outcome},
    )
    is_individual = contract.entity == INDIVIDUAL
    if outcome == RENEGOTIATE and is_individual:
        measure = {"sag_id": code, "foranstaltning_id": contract["foranstaltning_id"]}
        case.start("individuel_kontrakt", measure, case=code)
    elif outcome == RENEGOTIATE:
        case.start("standardkontrakt", {})
    elif outcome == CANCEL and not is_individual:
        case.publish("standardkontrakt_opsiges", contract.id)
    elif outcome == CANCEL:
        case.update(INDIVIDUAL, contract.id, {"status": "ophaevet"})
        caseworker = case.case(str(code)).get("sagsbehandler")
        case.notify(
            people=[caseworker] if caseworker else [],
            groups=["leverandoeransvarlig"],
            kind="opgave",
            case=code,
            text="kontrakt_ophaevet",
        )
        tell_supplier(case, contract["leverandoer_id"], "kontrakt_ophaevet", code=contract.case)
