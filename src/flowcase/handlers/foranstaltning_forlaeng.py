"""Extends a measure on its step: a new date, T07 moves to it, and its contract is negotiated anew."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.handlers.supplier_contracts import DRAFT, INDIVIDUAL, SIGNED, UNDER_NEGOTIATION

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "foranstaltning.forlaeng",
    da="Forlæng foranstaltningen",
    en="Extend the measure",
    inputs=(
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("t07_id", "string", "Frist T07", "Deadline T07", required=False),
        Field("forlaenget_til", "date", "Forlænget til", "Extended to"),
    ),
    rules=("R-042", "R-111"),
)
def extend(job: Job, case: CaseWork) -> None:
    until, deadline = job.inputs["forlaenget_til"], job.inputs.get("t07_id")
    measure = str(job.inputs["foranstaltning_id"])
    case.update("Foranstaltning", measure, {"forlaenget_til": until})
    if deadline is not None:
        case.move_deadline(str(deadline), due=until, reason="forlaenget")
    last = date_of(until)
    if last is not None:
        _extend_contract(case, measure, last)


def _extend_contract(case: CaseWork, measure: str, last: dt.date) -> None:
    """The supplier has signed until another day, so both sign anew; what they negotiate already covers it."""
    found = case.records(INDIVIDUAL, foranstaltning_id=measure)
    under_way = [each for each in found if each["status"] in (DRAFT, UNDER_NEGOTIATION)]
    for each in under_way:
        if each["status"] == DRAFT:
            case.update(INDIVIDUAL, each.id, {"varighed": last})
    for each in found:
        ends = date_of(each["varighed"])
        if each["status"] == SIGNED and not under_way and ends is not None and ends < last:
            begun = {"sag_id": each.case, "foranstaltning_id": measure}
            case.start("individuel_kontrakt", begun, case=each.case)
