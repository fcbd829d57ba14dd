"""`moede.opret`: a meeting gets its record, before anybody knows when it is or who comes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import kind_of_meeting
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

PLANNED = "planlagt"


@handler(
    "moede.opret",
    da="Opret møde",
    en="Create a meeting",
    inputs=(
        Field("slags", "string", "Slags møde", "Kind of meeting"),
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("distrikt", "string", "Distrikt", "District", required=False),
        Field("omraade", "string", "Område", "Area", required=False),
        Field("type", "string", "Type", "Type", required=False),
        Field("tid", "date and time", "Tidspunkt", "Time", required=False),
        Field("formaal_kode", "string", "Formål med samtykket", "Purpose of consent", required=False),
        Field("inviterede", "list", "Inviterede", "Invited", required=False),
    ),
    outputs=(Field("moede_id", "string", "Møde", "Meeting"),),
)
def create(job: Job, case: CaseWork) -> Mapping[str, Value]:
    asked = job.inputs
    given = {
        name: asked.get(name) for name in ("distrikt", "omraade", "type", "tid", "formaal_kode", "inviterede")
    }
    return {"moede_id": new_meeting(case, asked["slags"], asked.get("sag_id"), **given)}


def new_meeting(case: CaseWork, kind: Value, code: Value = None, **given: Value) -> str:
    """District and area default to the case's own; the purpose to that of the kind of meeting."""
    facts = case.case(str(code)) if code else {}
    values: dict[str, Value] = {
        **given,
        "slags": kind,
        "distrikt": given.get("distrikt") or facts.get("distrikt"),
        "omraade": given.get("omraade") or facts.get("omraade"),
        "formaal_kode": given.get("formaal_kode") or kind_of_meeting(case, kind).get("formaal"),
        "indkalder": case.actor,
        "status": PLANNED,
    }
    known = {name: value for name, value in values.items() if value is not None}
    return case.create("Moede", known, case=None if code is None else str(code))
