"""`projekt.status`: a project evaluation was answered by its steering group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "projekt.status",
    da="Registrér evalueringens status",
    en="Record the state of the evaluation",
    inputs=(
        Field("projektevaluering_id", "string", "Evaluering", "Evaluation"),
        Field("status", "string", "Status (kode)", "Status (code)"),
    ),
)
def record_state(job: Job, case: CaseWork) -> None:
    id, status = str(job.inputs["projektevaluering_id"]), str(job.inputs["status"])
    case.update("Projektevaluering", id, {"status": status})
    if status == "til_styregruppe":
        of_mentors = case.get("Projektevaluering", id)["projekt"] == "mentornetvaerk"
        groups = ["forvaltningsledelse", *(["mentor_styregruppe"] if of_mentors else [])]
        case.notify(groups=groups, kind="opgave", text="projekt.rapport")
