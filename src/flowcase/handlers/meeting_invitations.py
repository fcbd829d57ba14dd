"""The invitations of a meeting: who is asked, who is left out for want of consent, and who was told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from flowcase.access.groups import group_name
from flowcase.services.choosing.consent_sentences import gap_in_words
from flowcase.values import Value

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork, Record

PROPOSED, INVITED, LEFT_OUT, WITHDRAWN, CANCELLED = (
    "foreslaaet",
    "inviteret",
    "ikke_inviteret",
    "trukket_tilbage",
    "aflyst",
)
ITEM_WITHDRAWN = "trukket"
_UNNAMED = {
    "familie": "En fra familien",
    "netvaerksperson": "En fra familiens netværk",
    "person": "En medarbejder",
    "udefra": "En uden for kommunen",
}


def kind_of_meeting(case: CaseWork, kind: Value) -> Mapping[str, Any]:
    """The row of table `moede_slags`: name, conveners, purpose, and what an uncovered external leads to."""
    row = case.decide("moede_slags", {"slags": kind})
    return row if isinstance(row, Mapping) else {}


def invitations(case: CaseWork, meeting: str) -> Sequence[Record]:
    return case.records("Invitation", moede_id=meeting)


def items_of(case: CaseWork, meeting: str) -> Sequence[Record]:
    """Its agenda, without what was withdrawn."""
    found = case.records("Dagsordenspunkt", moede_id=meeting)
    return [item for item in found if item["status"] != ITEM_WITHDRAWN]


def externals(invited: Iterable[Record]) -> list[Value]:
    """Ids of those outside the unit: they may hear of a child only with consent (R-080)."""
    return [each["modtager"] for each in invited if each["ekstern"] is True]


def name_of(case: CaseWork, invitation: Record) -> str:
    """How a participant is called where people may read names; of whom no name is known, what they are."""
    recipient, role = str(invitation["modtager"]), invitation["art"]
    if invitation["navn"]:
        return str(invitation["navn"])
    if role == "gruppe":
        return group_name(recipient)
    groups = ", ".join(map(group_name, case.groups_of(recipient)))
    if groups:
        return f"En medarbejder ({groups})"
    return _UNNAMED.get(str(role), "En deltager")


NOTHING_MISSING: Mapping[str, Value] = {"mangler": None, "mangler_tid": None, "mangler_grunde": None}


def what_is_missing(
    case: CaseWork, meeting: Record, invitation: Record, code: str | None
) -> dict[str, Value]:
    """Which consent an external lacks just now, and from whom: in words (K1) and as codes."""
    said = [str(kind_of_meeting(case, meeting["slags"]).get("mangler") or "")]
    recipient, purpose = str(invitation["modtager"]), str(meeting["formaal_kode"])
    gaps = case.consent_cover(code, [recipient], purpose).missing if code is not None else ()
    said += dict.fromkeys(map(gap_in_words, gaps))
    reasons: dict[tuple[str, str | None], None] = dict.fromkeys((str(one.gap), one.giver) for one in gaps)
    return {
        "mangler": ". ".join(each for each in said if each) + ".",
        "mangler_tid": case.now,
        "mangler_grunde": [{"grund": gap, "giver": giver} for gap, giver in reasons],
    }


def tell(
    case: CaseWork, invited: Iterable[Record], text: str, *, where: str | None = None, kind: str = "moede"
) -> None:
    """Send the participants who have an account a notice; family and network are told by the convener.

    Of a meeting that discusses a child anonymously nobody from outside is told whose it is (R-099).
    """
    told: dict[bool, tuple[list[str], list[str]]] = {True: ([], []), False: ([], [])}
    for each in invited:
        if each["art"] not in ("person", "gruppe"):
            continue
        is_anonymous = each["ekstern"] is True and case.get("Moede", str(each["moede_id"]))["anonymt"] is True
        told[not is_anonymous][each["art"] == "gruppe"].append(str(each["modtager"]))
    for names_case, (people, groups) in told.items():
        if people or groups:
            case.notify(people=people, groups=groups, kind=kind, case=where, text=text, names_case=names_case)
