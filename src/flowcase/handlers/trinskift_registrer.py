"""Notes on a change of step which measure it is about and which step it came from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "trinskift.registrer",
    da="Notér trinskiftet på foranstaltningen",
    en="Note the change of step on the measure",
    inputs=(
        Field("trinskift_id", "string", "Trinskift", "Change of step"),
        Field("foranstaltning_id", "string", "Foranstaltning", "Measure"),
        Field("fra", "number", "Fra trin", "From step"),
    ),
    rules=("R-041", "R-042"),
)
def note_change(job: Job, case: CaseWork) -> None:
    """An extension is a change from a step to itself; the indicators count both by this record."""
    given = job.inputs
    case.update(
        "Trinskift",
        str(given["trinskift_id"]),
        {"foranstaltning_id": given["foranstaltning_id"], "fra": given["fra"]},
    )
