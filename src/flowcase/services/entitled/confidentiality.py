"""How confidential what somebody gets of a case may be, whichever way it comes to them.

Special and confidential data are for those whose work the case is (domain specification, section 5.2):
everybody else who may see a case, auditors too, gets codes, times and elements. What leaves the house is
never more than its taker may see on the pages; an opening in an emergency lets nothing leave. The terminal
beside the installation's key can open everything anyway, and the history says that it did.
"""

from __future__ import annotations

from flowcase import events
from flowcase.access.actor import Actor
from flowcase.access.events import CaseOpenedInEmergency, EmergencyReviewed, SecondFactorEnded
from flowcase.access.permissions import is_casework_staff, is_closest_to_case, may_erase
from flowcase.cases.entities import DataClass
from flowcase.cases.events import CaseRuleSetChanged
from flowcase.errors import InvalidValues
from flowcase.model import UserTaskStatus
from flowcase.services.entitled.candidates import is_candidate
from flowcase.services.entitled.case_access import closest_group, may_see
from flowcase.store import Tx
from flowcase.store.queries.case_files import CaseRow
from flowcase.store.queries.records import RecordRow
from flowcase.store.queries.user_tasks import UserTaskRow

FOR_THEM_WHO_WORK_ON_IT = "Så fortrolige oplysninger er kun for dem, der arbejder med sagen."

# Why somebody let themselves in, and by which rules the case goes: who may see the case may ask why.
TOLD_WITH_REASON = (CaseOpenedInEmergency, EmergencyReviewed, CaseRuleSetChanged)

# What operators did. They have no work need on a case and write nothing of the family: why they did it is
# about the house, and whoever audits it may ask, saying what for.
TOLD_TO_WHO_AUDITS = (
    events.BatchDecided,
    events.DatabaseWentOn,
    events.HeldStartDropped,
    events.InstanceResumed,
    events.InstanceSuspended,
    events.InterventionMade,
    events.MigrationDecided,
    events.ProcessResumed,
    events.ProcessSuspended,
    SecondFactorEnded,
)


def is_close(actor: Actor, row: CaseRow) -> bool:
    """Whether the family's data are for this reader's work now, or while an emergency lasts."""
    return is_closest_to_case(actor, team=closest_group(row), caseworkers=row.caseworkers, case=row.code)


def is_their_case(actor: Actor, row: CaseRow) -> bool:
    """As `is_close`, where something leaves the house: an emergency opens nothing of that."""
    return is_closest_to_case(actor, team=closest_group(row), caseworkers=row.caseworkers)


def highest_seen(actor: Actor, row: CaseRow) -> DataClass:
    """On pages, through the API and in the case's history; who may not see the case is refused before."""
    return DataClass.K2 if is_close(actor, row) else DataClass.K0


def highest_handed_out(actor: Actor, row: CaseRow) -> DataClass:
    """Of the case file as one document."""
    return DataClass.K2 if may_erase(actor) or is_their_case(actor, row) else DataClass.K0


def highest_exported(actor: Actor) -> DataClass:
    """Of the history of many cases, which nobody works on all."""
    return DataClass.K2 if may_erase(actor) else DataClass.K0


def may_read_document(row: RecordRow, actor: Actor, case: CaseRow | None, *, has_work: bool) -> bool:
    """By the case and the document's class; whoever added it sees it too.

    `case` is None for a notification that nobody has taken yet, or that names several children. `has_work`:
    a user task of the case is theirs to do, which is a work need for class K1.
    """
    if row.open.get("lagt_op_af") == actor.id:
        return True
    data_class = DataClass(row.open.get("klasse") or DataClass.K1)
    if case is None:
        return actor.kind == "system" or is_casework_staff(actor.groups)
    if data_class.rank <= highest_seen(actor, case).rank:
        return may_see(actor, case)
    return data_class is DataClass.K1 and has_work


def has_work(tx: Tx, task: UserTaskRow, case: CaseRow, actor: Actor) -> bool:
    """Whether this open user task of the case is casework that this actor may do."""
    return (
        task.status == UserTaskStatus.OPEN
        and task.case_code == case.code
        and is_casework_staff(actor.groups)
        and is_candidate(tx, task, actor)
    )


def choices(highest: DataClass) -> tuple[DataClass, ...]:
    """The classes that may be asked for, the most open one first."""
    return tuple(each for each in DataClass if each.rank <= highest.rank)


def check_class(wanted: DataClass, highest: DataClass, *, field: str = "klasse") -> None:
    """Raises InvalidValues where more is asked for than the rule gives."""
    if wanted.rank > highest.rank:
        raise InvalidValues("confidentiality class", {field: [FOR_THEM_WHO_WORK_ON_IT]})
