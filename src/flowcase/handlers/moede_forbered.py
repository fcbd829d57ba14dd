"""`moede.forbered`: what is known of a meeting before it is planned: its items, its conveners."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowcase.cases.case_team import COORDINATOR, ROLES, groups_of, team_of
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.conference_series import CONFERENCE
from flowcase.handlers.conference_series import conveners as conference_conveners
from flowcase.handlers.meeting_invitations import items_of, kind_of_meeting
from flowcase.handlers.moede_opret import new_meeting
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

ON_THE_AGENDA = "paa_dagsordenen"
OTHER = "andet"


@handler(
    "moede.forbered",
    da="Forbered mødet",
    en="Prepare the meeting",
    inputs=(
        Field("moede_id", "string", "Møde; ellers et nyt", "Meeting; else a new one", required=False),
        Field("sag_id", "string", "Sag", "Case", required=False),
        Field("punkter", "list", "Dagsordenspunkter", "Agenda items", required=False),
        Field("formaal_kode", "string", "Formål med samtykket", "Purpose of consent", required=False),
    ),
    outputs=(
        Field("moede_id", "string", "Møde", "Meeting"),
        Field("slags", "string", "Slags møde", "Kind of meeting"),
        Field("punkter", "list", "Dagsordenspunkter", "Agenda items"),
        Field("planlagt", "boolean", "Er tid og deltagere kendt?", "Are time and participants known?"),
        Field("moede_tid", "date and time", "Mødets tidspunkt", "Time of the meeting", required=False),
        Field("formaal_kode", "string", "Formål med samtykket", "Purpose of consent", required=False),
        Field("indkaldere", "list", "Grupper, der indkalder", "Groups that convene"),
        Field("indkalder", "string", "Person, der indkalder", "Person who convenes", required=False),
        Field("moedeleder", "string", "Mødeleder, når det er kendt", "Chair, when known", required=False),
        Field("referent", "string", "Referent, når det er kendt", "Minute-taker, when known", required=False),
    ),
    rules=("R-063",),
)
def prepare(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """A meeting about a case without an agenda has the child as its one identifiable item."""
    code = job.inputs.get("sag_id")
    id = str(job.inputs.get("moede_id") or new_meeting(case, OTHER, code))
    meeting = case.get("Moede", id)
    kind = kind_of_meeting(case, meeting["slags"])
    purpose = job.inputs.get("formaal_kode") or meeting["formaal_kode"] or kind.get("formaal")
    if purpose != meeting["formaal_kode"]:
        case.update("Moede", id, {"formaal_kode": purpose})
    return {
        "moede_id": id,
        "slags": meeting["slags"],
        "punkter": _items(case, id, code, job.inputs.get("punkter") or []),
        "planlagt": bool(meeting["tid"] and (meeting["deltagere"] or meeting["inviterede"])),
        "moede_tid": meeting["tid"],
        "formaal_kode": purpose,
        "indkalder": meeting["indkalder"] if case.groups_of(str(meeting["indkalder"])) else None,
        "indkaldere": _conveners(case, kind.get("indkaldere") or [], meeting, code),
        "moedeleder": meeting["moedeleder"],
        "referent": meeting["referent"],
    }


def _items(case: CaseWork, meeting: str, code: Value, given: list[Value]) -> list[Value]:
    for number, item in enumerate(given, 1):
        case.update(
            "Dagsordenspunkt", str(item), {"moede_id": meeting, "nr": number, "status": ON_THE_AGENDA}
        )
    items = [item.id for item in items_of(case, meeting)]
    if items or not code:
        return items
    item = {
        "moede_id": meeting,
        "sag_id": code,
        "barn_id": case.case(str(code)).get("barn_id"),
        "identificerbart_barn": True,
        "nr": 1,
        "status": ON_THE_AGENDA,
    }
    return [case.create("Dagsordenspunkt", item, case=str(code))]


def _conveners(case: CaseWork, roles: list[str], meeting: Record, code: Value) -> list[str]:
    """Of a conference those of its type and area.

    `sagens_team` stands for the case's team; those who act while there is none, or outside of any case.
    """
    if meeting["slags"] == CONFERENCE:
        roles = conference_conveners(case, meeting["type"], meeting["omraade"])["indkaldere"] or roles
    found: list[str] = []
    for role in roles:
        if role != "sagens_team":
            found.append(role)
        elif code:
            found += team_of(case.case(str(code)).get("team"), {ROLES: case.setting(ROLES)})
        else:
            found += groups_of(COORDINATOR, {ROLES: case.setting(ROLES)})
    return list(dict.fromkeys(found))
