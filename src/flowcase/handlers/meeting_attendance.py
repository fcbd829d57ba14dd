"""Who of staff and units was invited to a meeting and did not come."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowcase.services.casework.case_work import CaseWork

_STAFF = ("person", "gruppe")  # sorts of participants; the family and outsiders have no duty to come


def absent(case: CaseWork, meeting: str) -> list[str]:
    """A unit came when one of its people did."""
    present = set(case.get("Moede", meeting)["til_stede"] or [])
    present |= {group for each in present for group in case.groups_of(each)}
    invited = case.records("Invitation", moede_id=meeting, status="inviteret")
    return [each["modtager"] for each in invited if each["art"] in _STAFF and each["modtager"] not in present]
