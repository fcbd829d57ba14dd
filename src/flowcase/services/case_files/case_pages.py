"""What the page of a case asks the database for, asked together before it is needed."""

from __future__ import annotations

from collections.abc import Sequence

from flowcase.access.actor import Actor
from flowcase.services.case_files import documents
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files, notices, records, resources, user_tasks
from flowcase.store.wire import Question


class CasePages:
    """Whoever shows the page asks here first; what is not foreseen is asked when it is needed."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def look_ahead(self, code: str, *, actor: Actor) -> None:
        """Ask in one round trip a part of what the page and its frame are going to ask one by one.

        Nothing is told: who may see the case is asked by those who show it.
        """

        def work(tx: Tx) -> None:
            if tx.is_alone:
                return
            tx.ask_ahead(
                *self.foreseen(actor, code), *self._rule_sets.questions, resources.definitions_question()
            )

        self._transactions.read(work)

    @staticmethod
    def foreseen(actor: Actor, code: str) -> Sequence[Question]:
        """What the page asks first, whatever was found before it."""
        return (
            case_files.question(code),
            user_tasks.open_question(code),
            records.of_case_question(code, [documents.ENTITY]),
            notices.unread_question(actor.id, actor.groups),
        )
