"""A user task and who may work on it: its candidates, who has it, and who stands in for that person."""

from __future__ import annotations

from flowcase import model
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_have_work, may_work_on
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.services.entitled import supplier_scope
from flowcase.services.staffing.deputies import stands_in
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import user_tasks as queries
from flowcase.store.queries.people import PersonRow, people
from flowcase.store.queries.user_tasks import AnyTaskRow, UserTaskRow


def existing(tx: Tx, id: str) -> UserTaskRow:
    """Raises NotFound."""
    row = queries.user_task(tx, id)
    if row is None:
        raise NotFound("user task", id)
    return row


def opened(tx: Tx, id: str, verb: str) -> tuple[UserTaskRow, LockedInstance]:
    """The row as it is once its stream is ours. Raises NotFound, or Conflict with its present state."""
    row, instance, _ = opened_with_form(tx, id, verb)
    return row, instance


def opened_with_form(
    tx: Tx, id: str, verb: str
) -> tuple[UserTaskRow, LockedInstance, queries.FormFile | None]:
    """As `opened`, with the newest version of its form; None where there is none."""
    try:
        instance, row, form = queries.locked_user_task(tx, id)
    except NotFound:
        raise NotFound("user task", id) from None
    if row is None:
        raise NotFound("user task", id)
    if row.status != model.UserTaskStatus.OPEN:
        by = f" by '{row.ended_by}'" if row.ended_by else ""
        raise Conflict(f"{verb} user task '{id}'", f"it is already {row.status}{by}")
    if instance.status != model.InstanceStatus.ACTIVE:
        raise Conflict(f"{verb} user task '{id}'", f"its process instance is {instance.status}")
    return row, instance, form


def is_free_for(tx: Tx, row: UserTaskRow, actor: Actor) -> bool:
    """Nobody's, the actor's own, or that of a caseworker for whom the actor stands in."""
    return row.assignee in (None, actor.id) or stands_in(tx, row, actor)


def owned(row: UserTaskRow) -> UserTaskRow:
    """The row as if its owner had it: who stands in for the owner, and who leads the owner."""
    return row if row.owner is None else row._replace(assignee=row.owner)


def is_candidate(tx: Tx, row: UserTaskRow, actor: Actor) -> bool:
    """Whether the actor may see the user task and work on it."""
    if row.owner is not None and (row.owner == actor.id or stands_in(tx, owned(row), actor)):
        return True  # who answers for it sees how far the delegate has come
    return stands_in(tx, row, actor) or may_work_on(
        supplier_scope.scoped(tx, row, actor),
        assignee=row.assignee,
        candidate_groups=row.candidate_groups,
        candidate_users=row.candidate_users,
    )


def check_candidate(tx: Tx, row: UserTaskRow, actor: Actor, verb: str) -> None:
    """Raises Forbidden for who is none."""
    if not is_candidate(tx, row, actor):
        offered = ", ".join([*row.candidate_groups, *row.candidate_users]) or f"'{row.assignee}' alone"
        raise Forbidden(f"{verb} user task '{row.id}'", f"it is for {offered}")


def workers(tx: Tx) -> list[PersonRow]:
    """Everybody with an active account who can have work, by id: whom a choice of people offers."""
    return [each for each in people(tx, only_active=True) if may_have_work(each.kind, each.groups)]


def could_have(person: PersonRow, row: AnyTaskRow) -> bool:
    """Whether the user task may be offered to the person; who moves it is checked when it happens.

    What the diagram offers to nobody else goes to colleagues of whoever has it.
    """
    if not may_have_work(person.kind, person.groups):
        return False
    groups, users = set(row.candidate_groups), set(row.candidate_users)
    return not (groups or users) or person.id in users or bool(groups & person.groups)
