"""How confidential what somebody gets of a case may be, whichever way it comes to them.

Special and confidential data are for those whose work the case is (domain specification, section 5.2):
everybody else who may see a case, auditors too, gets codes, times and elements. What leaves the house is
never more than its taker may see on the pages; an opening in an emergency lets nothing leave. The terminal
beside the installation's key can open everything anyway, and the history says that it did.
"""

from __future__ import annotations

from flowcase.access.actor import Actor
from flowcase.access.events import CaseOpenedInEmergency, EmergencyReviewed
from flowcase.access.permissions import is_closest_to_case, may_erase
from flowcase.cases.entities import DataClass
from flowcase.cases.events import CaseRuleSetChanged
from flowcase.errors import InvalidValues
from flowcase.store.queries.case_files import CaseRow

FOR_THEM_WHO_WORK_ON_IT = "Så fortrolige oplysninger er kun for dem, der arbejder med sagen."

# Why somebody let themselves in, and by which rules the case goes: who may see the case may ask why.
TOLD_WITH_REASON = (CaseOpenedInEmergency, EmergencyReviewed, CaseRuleSetChanged)


def is_close(actor: Actor, row: CaseRow) -> bool:
    """Whether the family's data are for this reader's work now, or while an emergency lasts."""
    named = (row.caseworker, row.facts.get("stedfortraeder"))
    return is_closest_to_case(actor, team=row.team, caseworkers=named, case=row.code)


def highest_seen(actor: Actor, row: CaseRow) -> DataClass:
    """On pages, through the API and in the case's history; who may not see the case is refused before."""
    return DataClass.K2 if is_close(actor, row) else DataClass.K0


def highest_handed_out(actor: Actor, row: CaseRow) -> DataClass:
    """Of the case file as one document."""
    named = (row.caseworker, row.facts.get("stedfortraeder"))
    is_theirs = is_closest_to_case(actor, team=row.team, caseworkers=named)
    return DataClass.K2 if may_erase(actor) or is_theirs else DataClass.K0


def highest_exported(actor: Actor) -> DataClass:
    """Of the history of many cases, which nobody works on all."""
    return DataClass.K2 if may_erase(actor) else DataClass.K0


def choices(highest: DataClass) -> tuple[DataClass, ...]:
    """The classes that may be asked for, the most open one first."""
    return tuple(each for each in DataClass if each.rank <= highest.rank)


def check_class(wanted: DataClass, highest: DataClass, *, field: str = "klasse") -> None:
    """Raises InvalidValues where more is asked for than the rule gives."""
    if wanted.rank > highest.rank:
        raise InvalidValues("confidentiality class", {field: [FOR_THEM_WHO_WORK_ON_IT]})
