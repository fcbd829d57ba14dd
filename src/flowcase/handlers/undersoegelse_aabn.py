"""Opens an examination: its record, and the deadline T04 that counts from knowledge of the concern."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.civil_time import local_date
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.message_dates import date_of
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "undersoegelse.aabn",
    da="Åbn undersøgelse og beregn frist",
    en="Open the examination and compute its deadline",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field(
            "ny_kendskabsdato",
            "date",
            "Kendskabsdato for en ny undersøgelse",
            "Date of knowledge of a further examination",
            required=False,
        ),
    ),
    outputs=(
        Field("undersoegelse_id", "string", "Undersøgelse", "Examination"),
        Field("frist_id", "string", "Frist", "Deadline"),
    ),
    rules=("R-020",),
)
def open_examination(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A first examination counts from the case's *kendskabsdato* and moves with its correction.

    One that a follow-up asked for counts from the day that was decided there.
    """
    code = str(job.inputs["sag_id"])
    today = local_date(job.now)
    further = date_of(job.inputs.get("ny_kendskabsdato"))
    start = further or case.case(code).get("kendskabsdato") or today
    examination = case.create("Undersoegelse", {"ivaerksat": today}, case=code)
    deadline = case.open_deadline(
        "T04",
        start,
        case=code,
        subject=examination,
        start_fact="ny_kendskabsdato" if further else "kendskabsdato",
        element=job.element,
    )
    due = next(row.due_at for row in case.deadlines(rule="T04", case=code, subject=examination, is_open=None))
    case.update("Undersoegelse", examination, {"frist": local_date(due)})
    case.set_fact(code, "status", "undersoegelse")
    case.set_fact(code, "undersoegelse_i_gang", True)
    return {"undersoegelse_id": examination, "frist_id": deadline}
