"""`undersoegelse.afbryd`: the case was closed while its examination ran: T04 lapses (matrix d)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "undersoegelse.afbryd",
    da="Undersøgelsen og dens frist bortfalder",
    en="The examination and its deadline lapse",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("undersoegelse_id", "string", "Undersøgelse", "Examination"),
    ),
    rules=("R-020",),
)
def break_off(job: Job, case: CaseWork) -> None:
    """The family has moved, for example: the other municipality examines, and its own clock runs."""
    code, examination = str(job.inputs["sag_id"]), str(job.inputs["undersoegelse_id"])
    case.cancel_deadline(rule="T04", case=code, subject=examination, reason="Sagen blev lukket undervejs")
    case.set_fact(code, "undersoegelse_i_gang", False)
