"""`leverandoeropfoelgning.aabn`: the next term that a contract states, as deadline T19."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import add_months
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.supplier_contracts import INDIVIDUAL, contract_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_LAST_DAY = {INDIVIDUAL: "varighed"}


@handler(
    "leverandoeropfoelgning.aabn",
    da="Åbn kontraktens næste termin (T19)",
    en="Open the contract's next term (T19)",
    inputs=(
        Field("kontrakt_id", "string", "Kontrakt", "Contract"),
        Field("kontrakt_slags", "string", "standard eller individuel", "standard or individuel"),
        Field("termin_fra", "date", "Terminerne tælles fra", "Terms count from"),
        Field("termin_nr", "number", "Terminens nummer", "Number of the term"),
        Field("sag_id", "string", "Sag", "Case", required=False),
    ),
    outputs=(
        Field("har_termin", "boolean", "Der er en termin", "There is a term"),
        Field("termin", "date", "Termin", "Term", required=False),
        Field("frist_id", "string", "Frist T19", "Deadline T19", required=False),
        Field("leverandoeropfoelgning_id", "string", "Opfølgning", "Follow-up", required=False),
        Field("indsatstype", "string", "Indsatstype", "Type of measure", required=False),
    ),
    rules=("R-113", "T19"),
)
def open_term(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """Every term counts from the start, so that short months do not make them drift (C3)."""
    kind, number = str(job.inputs["kontrakt_slags"]), int(job.inputs["termin_nr"])
    contract = contract_of(case, kind, job.inputs["kontrakt_id"])
    code, start = job.inputs.get("sag_id"), date_of(job.inputs["termin_fra"])
    months = int(contract["opfoelgning_maaneder"] or 0)
    last = date_of(contract[_LAST_DAY.get(contract.entity, "udloeb")])
    term = add_months(start, months * number) if start and months > 0 else None
    if term is None or (last is not None and term > last):
        return {"har_termin": False, "termin": None, "frist_id": None}
    owner = case.case(str(code)).get("sagsbehandler") if code else None
    follow_up = case.create(
        "Leverandoeropfoelgning",
        {
            "kontrakt_id": contract.id,
            "kontrakt_slags": kind,
            "nr": number,
            "frist": term,
            "status": "planlagt",
        },
        case=code,
    )
    deadline = case.open_deadline(
        "T19",
        start or term,
        case=code,
        subject=contract.id,
        due=term,
        responsible=owner or "leverandoeransvarlig",
        element=job.element,
    )
    return {
        "har_termin": True,
        "termin": term,
        "frist_id": deadline,
        "leverandoeropfoelgning_id": follow_up,
        "indsatstype": contract["indsatstype"],
    }
