"""`underretning.vurderet`: one child is assessed: T01 is met and those who must know are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork


@handler(
    "underretning.vurderet",
    da="Luk T01 og meld vurderet",
    en="Meet T01 and tell that the child is assessed",
    inputs=(
        Field("underretning_id", "string", "Underretning", "Notification"),
        Field("sag_id", "string", "Sag", "Case"),
        Field("risikovurdering_id", "string", "Risikovurdering", "Assessment", required=False),
        Field("vurderet", "date and time", "Vurderet", "Assessed"),
        Field("vurderet_af", "string", "Vurderet af", "Assessed by"),
        Field("vurdering", "context", "Resultat af D-08", "Result of D-08"),
    ),
    rules=("R-001",),
)
def report_assessed(job: Job, case: CaseWork) -> None:
    notification_id, code = str(job.inputs["underretning_id"]), str(job.inputs["sag_id"])
    assessed, outcome = job.inputs["vurderet"], job.inputs["vurdering"]
    # The instant of the assessment counts, not of typing it in.
    case.meet_deadline(rule="T01", case=code, subject=notification_id, met_at=assessed)
    if job.inputs.get("risikovurdering_id"):
        case.update(
            "Risikovurdering",
            str(job.inputs["risikovurdering_id"]),
            {"underretning_id": notification_id, "resultat": outcome["resultat"], "vurderet": assessed},
        )
    notification = case.get("Underretning", notification_id)
    latest = max(filter(None, (notification["vurderet"], assessed)))
    is_acute = outcome["resultat"] == "akut"
    case.update(
        "Underretning",
        notification_id,
        {"vurderet": latest, "akut": bool(notification["akut"]) or is_acute, "status": "vurderet"},
    )
    facts = case.case(code)
    if facts.get("status") == "modtaget":
        case.set_fact(code, "status", "vurderet")
    if outcome["leder_samme_dag"]:
        case.notify(groups=["vagtleder"], kind="leder_samme_dag", case=code, text="leder_samme_dag")
    if outcome["anden_vurderer"] and facts.get("sagsbehandler"):
        case.notify(people=[facts["sagsbehandler"]], kind="vurderet", case=code, text="underretning_vurderet")
    case.broadcast("vurderet", code, {"underretning_id": notification_id, "resultat": outcome["resultat"]})
