"""What the contract handlers know together: active standard contracts, and who works at a supplier."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.errors import NotFound
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork
    from flowcase.services.casework.record_work import Record

STANDARD, INDIVIDUAL = "Standardkontrakt", "IndividuelKontrakt"
DRAFT = "kladde"
ACTIVE = "aktiv"
UNDER_NEGOTIATION = "forhandles"
SIGNED = "underskrevet"
REPLACED = "afloest"


def active_contracts(case: CaseWork, measure_type: Value) -> list[Record]:
    """The standard contracts in force for a type of measure, oldest first (R-110)."""
    return case.records(STANDARD, indsatstype=measure_type, status=ACTIVE)


def people_of(case: CaseWork, supplier: Value) -> list[Value]:
    """Ids of those who act for the supplier; empty while it has none, or is not known."""
    if not supplier:
        return []
    try:
        return list(case.get("Leverandoer", str(supplier))["medarbejdere"] or [])
    except NotFound:
        return []


def tell_supplier(case: CaseWork, supplier: Value, text: str, *, code: str | None = None) -> None:
    """Those who act for the supplier hear of what became of their contract."""
    people = [str(person) for person in people_of(case, supplier)]
    if people:
        case.notify(people=people, kind="opgave", case=code, text=text)


def contract_of(case: CaseWork, kind: str, id: Value) -> Record:
    """A standard contract (`standard`) or the contract of a child (`individuel`)."""
    return case.get(STANDARD if kind == "standard" else INDIVIDUAL, str(id))
