"""`underretning.akut_ivaerksat`: acute action was taken: note (0.5) and word to the duty leader."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "underretning.akut_ivaerksat",
    da="Notat og besked om akut handling",
    en="Note and notice of acute action",
    inputs=(
        Field("underretning_id", "string", "Underretning", "Notification", required=False),
        Field("sag_id", "string", "Sag", "Case"),
        Field("akutindsats_id", "string", "Akut indsats", "Acute action", required=False),
    ),
)
def note_acute_action(job: Job, case: CaseWork) -> None:
    code = str(job.inputs["sag_id"])
    if job.inputs.get("akutindsats_id") and job.inputs.get("underretning_id"):
        case.update(
            "AkutIndsats",
            str(job.inputs["akutindsats_id"]),
            {"underretning_id": str(job.inputs["underretning_id"])},
        )
    case.note(
        "akut_indsats",
        "Akut handling er iværksat. Hvem der er kontaktet, og hvad der er gjort, står under »Akut indsats«.",
        code,
        source=job.element,
    )
    case.notify(groups=["vagtleder"], kind="akut", case=code, text="akut_ivaerksat")
