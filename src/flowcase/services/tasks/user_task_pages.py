"""What the page of a user task asks the database for, asked together before it is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import local_date
from flowcase.model import UserTaskStatus
from flowcase.services.case_files import comments, documents
from flowcase.services.definitions import Definitions
from flowcase.services.entitled.candidates import is_candidate
from flowcase.services.entitled.case_access import may_see_of
from flowcase.services.entitled.unnamed_cases import told_to
from flowcase.services.rule_sets import RuleSets
from flowcase.services.staffing import deputies
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import (
    absences,
    case_files,
    instances,
    notices,
    people,
    records,
    resources,
    user_tasks,
)
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.store.streams import key_question
from flowcase.store.wire import Question


class UserTaskPages:
    """Whoever shows the page asks here first; what is not foreseen is asked when it is needed."""

    def __init__(self, transactions: Transactions, definitions: Definitions, rule_sets: RuleSets) -> None:
        self._transactions, self._definitions, self._rule_sets = transactions, definitions, rule_sets

    def in_a_case_of(self, id: str, *, actor: Actor) -> UserTaskRow | None:
        """An open user task of a case that this actor may see, whoever works on it: where it waits."""

        def work(tx: Tx) -> UserTaskRow | None:
            row = user_tasks.user_task(tx, id)
            if row is None or row.status != UserTaskStatus.OPEN:
                return None
            return row if may_see_of(tx, row.case_code, actor) else None

        return self._transactions.read(work)

    def named(self, ids: Iterable[str], *, actor: Actor) -> Mapping[str, UserTaskRow]:
        """Those of these user tasks whose names this actor may know, open or ended.

        The others are left out, and so are those that there are not.
        """

        def work(tx: Tx) -> Mapping[str, UserTaskRow]:
            rows = [row for id in ids if (row := user_tasks.user_task(tx, id)) is not None]
            seen = [
                row
                for row in rows
                if not tx.is_erased(row.stream)
                and (is_candidate(tx, row, actor) or may_see_of(tx, row.case_code, actor))
            ]
            return {row.id: row for row in told_to(tx, self._definitions, seen, actor)}

        return self._transactions.read(work)

    def look_ahead(self, id: str, *, actor: Actor) -> None:
        """Ask in two round trips what the page and its frame are going to ask one by one.

        Nothing is told: who may see the user task is asked by those who show it.
        """

        def work(tx: Tx) -> None:
            if tx.is_alone:
                return
            tx.ask_ahead(*self.foreseen(actor, id), *self._rule_sets.questions)
            row = user_tasks.user_task(tx, id)
            if row is None:
                return
            questions = [
                key_question(row.stream),
                deputies.ABSENCES,
                absences.people_question(local_date(tx.now)),
                people.active_question({*actor.groups, *row.candidate_groups}),
                resources.content_question(self._definitions.row(tx, row.definition).hash),
            ]
            if row.form:
                questions.append(resources.form_question(row.form))
            if row.case_code:
                questions.append(case_files.question(row.case_code))
                questions += records.questions_of_case(
                    row.case_code, entity=comments.ENTITY, among=[documents.ENTITY]
                )
            tx.ask_ahead(*questions)

        self._transactions.read(work)

    @staticmethod
    def foreseen(actor: Actor, id: str) -> Sequence[Question]:
        """What the page asks first, whatever was found before it."""
        instance = id.rpartition(".")[0]
        return (
            user_tasks.question(id),
            Tx.look_question(instance),
            *instances.questions(instance),
            user_tasks.draft_question(id, actor.id),
            user_tasks.completed_question(instance),
            notices.unread_question(actor.id, actor.groups),
        )
