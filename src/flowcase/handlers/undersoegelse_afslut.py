"""Closes an examination: meets T04 on the day it was finished and records how many days late that was."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "undersoegelse.afslut",
    da="Afslut undersøgelsen og opfyld fristen",
    en="Close the examination and meet its deadline",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("undersoegelse_id", "string", "Undersøgelse", "Examination"),
        Field("afsluttet", "date", "Afsluttet", "Finished"),
    ),
    outputs=(Field("dage_for_sent", "number", "Dage for sent", "Days late"),),
    rules=("R-020", "R-034"),
)
def close_examination(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """The case's fact `undersoegelse_afsluttet` is what a first follow-up by *Barnets Lov* looks at."""
    code, examination = str(job.inputs["sag_id"]), str(job.inputs["undersoegelse_id"])
    finished = job.inputs["afsluttet"]
    days = Decimal(case.meet_deadline(rule="T04", case=code, subject=examination, met_at=finished))
    case.update("Undersoegelse", examination, {"dage_for_sent": days})
    case.set_fact(code, "undersoegelse_i_gang", False)
    case.set_fact(code, "undersoegelse_afsluttet", finished)
    return {"dage_for_sent": days}
