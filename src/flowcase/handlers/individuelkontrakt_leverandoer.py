"""`individuelkontrakt.leverandoer`: who the contract is with, and who acts for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.supplier_contracts import INDIVIDUAL, STANDARD, people_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "individuelkontrakt.leverandoer",
    da="Find leverandøren",
    en="Find the supplier",
    inputs=(Field("kontrakt_id", "string", "Individuel kontrakt", "Individual contract"),),
    outputs=(
        Field("leverandoer_id", "string", "Leverandør", "Supplier"),
        Field("leverandoer_personer", "list", "Leverandørens medarbejdere", "The supplier's people"),
    ),
    rules=("R-110", "R-114"),
)
def find_supplier(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The supplier is the party of the standard contract, when there is one."""
    contract = case.get(INDIVIDUAL, str(job.inputs["kontrakt_id"]))
    standard = contract["standardkontrakt_id"]
    supplier = case.get(STANDARD, str(standard))["leverandoer_id"] if standard else contract["leverandoer_id"]
    case.update(INDIVIDUAL, contract.id, {"leverandoer_id": supplier})
    return {"leverandoer_id": supplier, "leverandoer_personer": people_of(case, supplier)}
