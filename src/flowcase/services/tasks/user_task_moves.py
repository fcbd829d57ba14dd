"""Moving user tasks: to a colleague who may do them, out of sight until a later day, up and down a list."""

from __future__ import annotations

import datetime as dt

from flowcase import events
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_work_on
from flowcase.cases.civil_time import at_wall_clock, local_date
from flowcase.errors import Forbidden, InvalidValues
from flowcase.services.entitled import supplier_scope
from flowcase.services.entitled.candidates import is_candidate, opened, owned
from flowcase.services.rule_sets import RuleSets
from flowcase.services.staffing.deputies import stands_in
from flowcase.services.staffing.teams import people_led, teams_led
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries.people import PersonRow, person
from flowcase.store.queries.user_tasks import UserTaskRow

LONGEST_REASON = 300  # characters
LOWEST, NORMAL, HIGHEST = 0, 50, 100  # priorities, as Camunda 8's


class UserTaskMoves:
    """One transaction per method; each locks the stream of the user task."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def hand_over(self, id: str, to: str, *, reason: str = "", actor: Actor) -> None:
        """Give an open user task to a person who may do it.

        One may give what one has, what is free and offered to oneself, and, as a leader, what one's team
        has or is offered. Raises Forbidden for anybody else, Conflict when it is no longer open, and
        InvalidValues (`kollega`, `begrundelse`) for a person who may not do it and for a long reason.
        """
        if len(reason) > LONGEST_REASON:
            raise InvalidValues(f"handing over user task '{id}'", {"begrundelse": ["too long"]})

        def work(tx: Tx) -> None:
            row, instance = opened(tx, id, "hand over")
            # A delegate has it only to give it back: it is the owner's to give away.
            if not self._may_give(tx, owned(row), actor):
                raise Forbidden(f"hand over user task '{id}'", "it is another person's")
            if row.assignee == to and row.owner is None:
                return
            if not may_receive(tx, row, person(tx, to)):
                raise InvalidValues(f"handing over user task '{id}'", {"kollega": ["may not do it"]})
            handed_over = events.UserTaskHandedOver(
                element=row.element,
                element_instance=row.element_instance,
                previous=row.assignee,
                assignee=to,
                reason=reason.strip(),
            )
            tx.append(instance.stream, handed_over, instance=instance)

        self._transactions.run(actor, work)

    def put_off(self, id: str, until: dt.date | None, *, actor: Actor) -> None:
        """Hide one's own user task until a day begins in Denmark; None shows it again.

        It must come back before it is due. Raises Forbidden for what the actor has not taken, Conflict when
        it is no longer open, and InvalidValues (`dato`) for a day that has begun or is too late.
        """

        def work(tx: Tx) -> None:
            row, instance = opened(tx, id, "put off")
            if row.assignee != actor.id and not stands_in(tx, row, actor):
                raise Forbidden(f"put off user task '{id}'", "it is not taken by this person")
            follow_up_at = None if until is None else at_wall_clock(until, dt.time()).astimezone(dt.UTC)
            if until is not None and until <= local_date(tx.now):
                raise InvalidValues(f"putting off user task '{id}'", {"dato": ["not after today"]})
            if follow_up_at is not None and row.due_at is not None and follow_up_at > row.due_at:
                raise InvalidValues(f"putting off user task '{id}'", {"dato": ["later than it is due"]})
            if follow_up_at == row.follow_up_at:
                return
            put_off = events.UserTaskPutOff(
                element=row.element, element_instance=row.element_instance, follow_up_at=follow_up_at
            )
            tx.append(instance.stream, put_off, instance=instance)

        self._transactions.run(actor, work)

    def prioritise(self, id: str, priority: int, *, reason: str = "", actor: Actor) -> None:
        """Set the priority of an open user task by hand, as whoever may give it away.

        To raise an ordinary one needs no reason. One that the diagram or somebody before gave another
        priority, and one that is lowered, is changed with a reason, which the history keeps. Raises Forbidden
        for anybody else, Conflict when it is no longer open, and InvalidValues (`prioritet`, `begrundelse`).
        """
        attempt = f"setting the priority of user task '{id}'"
        if not LOWEST <= priority <= HIGHEST:
            raise InvalidValues(attempt, {"prioritet": [f"not between {LOWEST} and {HIGHEST}"]})
        if len(reason) > LONGEST_REASON:
            raise InvalidValues(attempt, {"begrundelse": ["too long"]})

        def work(tx: Tx) -> None:
            row, instance = opened(tx, id, "set the priority of")
            if not self._may_give(tx, owned(row), actor):
                raise Forbidden(f"set the priority of user task '{id}'", "it is another person's")
            if row.priority == priority:
                return
            if (row.priority != NORMAL or priority < NORMAL) and not reason.strip():
                raise InvalidValues(attempt, {"begrundelse": ["missing"]})
            prioritised = events.UserTaskPrioritised(
                element=row.element,
                element_instance=row.element_instance,
                previous=row.priority,
                priority=priority,
                reason=reason.strip(),
            )
            tx.append(instance.stream, prioritised, instance=instance)

        self._transactions.run(actor, work)

    def _may_give(self, tx: Tx, row: UserTaskRow, actor: Actor) -> bool:
        if row.assignee == actor.id or stands_in(tx, row, actor):
            return True
        if row.assignee is None:
            teams = teams_led(tx, self._rule_sets, actor)
            return is_candidate(tx, row, actor) or not set(teams).isdisjoint(row.candidate_groups)
        return row.assignee in {each.id for each in people_led(tx, self._rule_sets, actor)}


def may_receive(tx: Tx, row: UserTaskRow, to: PersonRow | None) -> bool:
    """Whether the person would be offered the user task if it were free.

    What the diagram drew for one person and offers to nobody may go to whoever shares a group with them.
    """
    if to is None or not to.is_active or to.kind != "person":
        return False
    if not row.candidate_groups and not row.candidate_users and row.assignee is not None:
        holder = person(tx, row.assignee)
        return holder is not None and bool(holder.groups & to.groups)
    as_actor = supplier_scope.scoped(tx, row, Actor(to.id, groups=to.groups))
    return may_work_on(
        as_actor, assignee=None, candidate_groups=row.candidate_groups, candidate_users=row.candidate_users
    )
