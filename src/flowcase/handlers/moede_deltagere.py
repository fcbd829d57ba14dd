"""`moede.deltagere`: who is to be invited, and who of them comes from outside the unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from flowcase.access.groups import NAMES
from flowcase.handlers import Field, Job, handler
from flowcase.handlers.meeting_invitations import CANCELLED, PROPOSED, externals, invitations
from flowcase.services.casework.consent_work import AUTHORITY
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

CHILD, PARENT = "barn", "foraelder"
PERSON, GROUP, NETWORK, FAMILY = "person", "gruppe", "netvaerksperson", "familie"
OUTSIDER = "udefra"  # a professional without an account, by a name that the convener typed
_ROLES = {
    CHILD: FAMILY,
    PARENT: FAMILY,
    "medarbejder": PERSON,
    "fagperson": GROUP,
    "netvaerk": NETWORK,
    "forening": NETWORK,
}

_FAMILY = {CHILD: "Barnet/den unge", PARENT: "Forældrene"}


@handler(
    "moede.deltagere",
    da="Find mødets deltagere",
    en="Find the meeting's participants",
    inputs=(
        Field("moede_id", "string", "Møde", "Meeting"),
        Field("sag_id", "string", "Sag", "Case", required=False),
    ),
    outputs=(Field("eksterne", "list", "Deltagere uden for enheden", "Participants from outside"),),
    rules=("R-067", "R-080"),
)
def find_participants(job: Job, case: CaseWork) -> Mapping[str, Value]:
    """One invitation per participant, by whatever list they came: the family's, or the convener's two."""
    id, code = str(job.inputs["moede_id"]), job.inputs.get("sag_id")
    meeting = case.get("Moede", id)
    kept = {each["modtager"]: each for each in invitations(case, id)}
    wanted: list[dict[str, Value]] = []
    for listed, invited_of in (("deltagere", _agreed), ("eksterne", _from_outside)):
        rows = []
        for row in meeting[listed] or []:
            row, invitation = invited_of(case, row, code)
            rows.append(row)
            wanted.append(invitation)
        if rows != (meeting[listed] or []):
            case.update("Moede", id, {listed: rows})
    leading = [meeting["medleder"]] if meeting["medleder"] else []  # who leads takes part, listed or not
    wanted += [_named(case, one) for one in [*(meeting["inviterede"] or []), *leading]]
    asked = set()
    for invitation in wanted:
        asked.add(invitation["modtager"])
        if invitation["modtager"] not in kept:
            made = {**invitation, "moede_id": id, "status": PROPOSED}
            kept[invitation["modtager"]] = case.get(
                "Invitation", case.create("Invitation", made, case=None if code is None else str(code))
            )
    for recipient, known in kept.items():
        if recipient not in asked:
            case.update("Invitation", known.id, {"status": CANCELLED})
    return {"eksterne": externals(each for one, each in kept.items() if one in asked)}


def _agreed(
    case: CaseWork, row: Mapping[str, Value], code: Value
) -> tuple[Mapping[str, Value], dict[str, Value]]:
    """A row of the list agreed with the family, with the id that stands for the participant from now on."""
    role = str(row.get("slags") or "netvaerk")
    kind = _ROLES[role]
    name = row.get("navn")
    recipient = row.get("modtager")
    if recipient is None and kind == PERSON:
        recipient = row.get("person")
    elif recipient is None and kind == GROUP:
        recipient = row.get("gruppe")
    elif recipient is None and kind == NETWORK:
        recipient = _known_from_now(case, name, role, code)
    elif recipient is None:
        recipient = role
    if kind == PERSON:
        outside = _is_external(case, role, case.groups_of(str(recipient)))
    else:
        outside = _is_external(case, role, [str(recipient)] if kind == GROUP else [])
    invitation = {"modtager": recipient, "navn": name, "art": kind, "ekstern": outside}
    return {**row, "modtager": recipient}, invitation


def _from_outside(
    case: CaseWork, row: Mapping[str, Value], code: Value
) -> tuple[Mapping[str, Value], dict[str, Value]]:
    """A row of those invited from outside the municipality: a consent names them by their id, as others."""
    name = row.get("navn")
    recipient = row.get("modtager") or _known_from_now(case, name, row.get("rolle"), code)
    outside = _is_external(case, OUTSIDER, [])
    return {**row, "modtager": recipient}, {
        "modtager": recipient,
        "navn": name,
        "art": OUTSIDER,
        "ekstern": outside,
    }


def _known_from_now(case: CaseWork, name: Value, role: Value, code: Value) -> Value:
    """The id of somebody without an account, whom the case knows from now on."""
    known = {"navn": name, "relation": role, "rolle": role}
    return case.create("Netvaerksperson", known, case=None if code is None else str(code))


def _named(case: CaseWork, id: Value) -> dict[str, Value]:
    """A participant given by id alone: the family, a person with an account, a unit, or the network."""
    if id in (CHILD, PARENT):
        return {"modtager": id, "navn": _FAMILY[str(id)], "art": FAMILY, "ekstern": False}
    groups = case.groups_of(str(id))
    if not groups and id not in NAMES:
        known = next((one for one in case.records("Netvaerksperson", case=case.code) if one.id == id), None)
        if known is not None:
            outside = _is_external(case, "netvaerk", [])
            return {"modtager": id, "navn": known["navn"], "art": NETWORK, "ekstern": outside}
    kind = PERSON if groups else GROUP
    outside = _is_external(case, kind, groups or [str(id)])
    return {"modtager": id, "art": kind, "ekstern": outside}


def _is_external(case: CaseWork, role: str, groups: Sequence[str]) -> bool:
    own = set(case.setting("enheder")[AUTHORITY])
    return case.decide("moede_ekstern", {"slags": role, "i_enheden": bool(own & set(groups))}) is True
