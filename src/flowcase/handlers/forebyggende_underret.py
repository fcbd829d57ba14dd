"""`forebyggende.underret`: more than prevention is needed: the professional was advised, or we notify."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

BY_OURSELVES = "selv"
SOURCE = "forebyggende"
_OF_THE_CHILD = ("navn", "foedt", "adresse", "institution")


@handler(
    "forebyggende.underret",
    da="Notér vejledning, eller opret underretning",
    en="Note the advice, or file a notification",
    inputs=(
        Field("sag_id", "string", "Sag", "Case"),
        Field("forebyggelse_id", "string", "Forebyggende indsats", "Preventive work"),
        Field("underretning_maade", "string", "Hvem underretter?", "Who notifies?"),
    ),
    outputs=(Field("ny_underretning_id", "string", "Ny underretning", "New notification", required=False),),
    rules=("R-008",),
)
def notify(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A filed notification is linked to the case and gets its own clock; the staff complete it in Fronten."""
    code, record = str(job.inputs["sag_id"]), str(job.inputs["forebyggelse_id"])
    work = case.get("Forebyggelse", record)
    if job.inputs["underretning_maade"] != BY_OURSELVES:
        case.note("underretning_vejledt", str(work["resultat"] or ""), code, source=job.element)
        return {"ny_underretning_id": None}
    added = case.create(
        "Underretning",
        {
            "modtaget": case.now,
            "registreret": case.now,
            "kanal": "fagsystem",
            "underretter_type": "forebyggende_raadgiver",
            "underretter_anonym": False,
            "underretter_kontakt": work["underretter_kontakt"],
            "boern": [child_of(case, code)],
            "bekymring": work["bekymring"],
            "aftalt_med_familien": work["aftalt_med_familien"],
            "status": "modtaget",
            "kilde": SOURCE,
        },
    )
    case.update("Forebyggelse", record, {"ny_underretning_id": added})
    case.publish("underretning_modtaget", added, {"underretning_id": added}, message_id=added)
    return {"ny_underretning_id": added}


def child_of(case: CaseWork, code: str) -> dict[str, Value]:
    """The child of a case as a notification names it."""
    known = case.case(code).get("barn_id")
    child = case.get("Barn", str(known)) if known else None
    return {"sag": code} | {key: child[key] for key in _OF_THE_CHILD if child and child[key] is not None}
