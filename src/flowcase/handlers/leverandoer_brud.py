"""`leverandoer.brud`: a breach of contract or of the duty to notify reaches who must know of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL, people_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "leverandoer.brud",
    da="Meld brud på kontrakt eller underretningspligt",
    en="Report a breach of contract or of the duty to notify",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("kontrakt_id", "string", "Individuel kontrakt", "Individual contract"),
        Field("kontraktbrud_id", "string", "Brud", "Breach"),
    ),
    outputs=(Field("leverandoer_personer", "list", "Leverandørens medarbejdere", "The supplier's people"),),
)
def report(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The caseworker and the head of suppliers are told at once (2.n)."""
    code = str(job.inputs["sag_id"])
    contract = case.get(INDIVIDUAL, str(job.inputs["kontrakt_id"]))
    caseworker = case.case(code).get("sagsbehandler")
    case.update(
        "Kontraktbrud",
        str(job.inputs["kontraktbrud_id"]),
        {"kontrakt_id": contract.id, "leverandoer_id": contract["leverandoer_id"], "meldt": case.now},
    )
    case.notify(
        people=[caseworker] if caseworker else [],
        groups=["leverandoeransvarlig"],
        kind="opgave",
        case=code,
        text="kontraktbrud_meldt",
    )
    return {"leverandoer_personer": people_of(case, contract["leverandoer_id"])}
