"""Delegation: a colleague does a part of a user task and gives it back; its owner answers for it.

As Camunda 7 has it: the owner's user task goes to a delegate, who cannot complete it. What the delegate
typed comes back with it as a draft, and the owner completes it.
"""

from __future__ import annotations

from flowcase import events
from flowcase.access.actor import Actor
from flowcase.errors import Conflict, Forbidden, InvalidValues, Refused
from flowcase.services.entitled.candidates import check_candidate, is_free_for, opened, owned
from flowcase.services.rule_sets import RuleSets
from flowcase.services.staffing.deputies import stands_in
from flowcase.services.staffing.teams import people_led
from flowcase.services.tasks.drafts import pass_draft
from flowcase.services.tasks.user_task_moves import LONGEST_REASON, may_receive
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries.people import person
from flowcase.store.queries.user_tasks import UserTaskRow


class Delegations:
    """One transaction per method; each locks the stream of the user task."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def delegate(self, id: str, to: str, *, reason: str = "", actor: Actor) -> None:
        """Lend one's user task to a colleague who may do it, with what one has typed so far.

        A free one that is offered to the actor becomes the actor's by it; a deputy delegates for whom they
        stand in for. Raises Forbidden for another person's, Conflict when it is not open or is delegated
        already, and InvalidValues (`kollega`, `begrundelse`).
        """
        if len(reason) > LONGEST_REASON:
            raise InvalidValues(f"delegating user task '{id}'", {"begrundelse": ["too long"]})

        def work(tx: Tx) -> None:
            row, instance = opened(tx, id, "delegate")
            check_candidate(tx, row, actor, "delegate")
            if row.owner is not None:
                raise Conflict(f"delegate user task '{id}'", f"it is delegated to '{row.assignee}'")
            if not is_free_for(tx, row, actor):
                raise Forbidden(f"delegate user task '{id}'", "it is another person's")
            owner = row.assignee or actor.id
            if to == owner or not may_receive(tx, row, person(tx, to)):
                raise InvalidValues(f"delegating user task '{id}'", {"kollega": ["may not do it"]})
            delegated = events.UserTaskDelegated(
                element=row.element,
                element_instance=row.element_instance,
                owner=owner,
                assignee=to,
                reason=reason.strip(),
            )
            tx.append(instance.stream, delegated, instance=instance)
            pass_draft(tx, row, actor.id, to)

        self._transactions.run(actor, work)

    def give_back(self, id: str, *, actor: Actor) -> None:
        """The delegate is done: the owner has it again, with what the delegate typed.

        Raises Forbidden for who is not its delegate, and Conflict when it is not open or not delegated.
        """

        def work(tx: Tx) -> None:
            row, owner, delegate = self._back(tx, id, actor, is_taken_back=False)
            pass_draft(tx, row, delegate, owner)

        self._transactions.run(actor, work)

    def take_back(self, id: str, *, actor: Actor) -> None:
        """The owner has it again, with a copy of what the delegate has typed so far.

        By its owner, who stands in for the owner, or who leads the owner. Raises Forbidden for anybody
        else, and Conflict when it is not open or not delegated.
        """

        def work(tx: Tx) -> None:
            row, owner, delegate = self._back(tx, id, actor, is_taken_back=True)
            pass_draft(tx, row, delegate, owner, is_copied=True)

        self._transactions.run(actor, work)

    def _back(self, tx: Tx, id: str, actor: Actor, *, is_taken_back: bool) -> tuple[UserTaskRow, str, str]:
        verb = "take back" if is_taken_back else "give back"
        row, instance = opened(tx, id, verb)
        if row.owner is None or row.assignee is None:
            check_candidate(tx, row, actor, verb)  # others are not told how it stands
            raise Conflict(f"{verb} user task '{id}'", "it is not delegated")
        is_theirs = self._answers_for(tx, row, actor) if is_taken_back else row.assignee == actor.id
        if not is_theirs:
            raise Forbidden(f"{verb} user task '{id}'", "it is another person's")
        back = events.UserTaskGivenBack(
            element=row.element,
            element_instance=row.element_instance,
            owner=row.owner,
            delegate=row.assignee,
            is_taken_back=is_taken_back,
        )
        tx.append(instance.stream, back, instance=instance)
        return row, row.owner, row.assignee

    def _answers_for(self, tx: Tx, row: UserTaskRow, actor: Actor) -> bool:
        if row.owner == actor.id or stands_in(tx, owned(row), actor):
            return True
        return row.owner in {each.id for each in people_led(tx, self._rule_sets, actor)}


def check_not_delegated(row: UserTaskRow) -> None:
    """Raises Refused while a delegate has it: its owner completes it."""
    if row.owner is not None:
        raise Refused(
            f"complete user task '{row.id}'",
            "Opgaven er uddelegeret. Giv den tilbage til den ansvarlige, så kan den gøres færdig.",
        )
