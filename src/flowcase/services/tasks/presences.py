"""Who has the same user task or file open just now, so that two do not do it twice. Kept for a minute."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flowcase import model
from flowcase.access.actor import Actor
from flowcase.access.permissions import may_edit_processes
from flowcase.errors import Forbidden
from flowcase.services.entitled.candidates import check_candidate, existing
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import drafts, instances, presences
from flowcase.store.queries.user_tasks import UserTaskRow
from flowcase.store.review_tables import draft_presence

FRESH = dt.timedelta(seconds=60)  # since the page was last heard of


@dataclass(frozen=True)
class Here:
    """A user task as it is while somebody has its page open."""

    row: UserTaskRow
    others: Sequence[str]  # who else has it open, by id
    is_suspended: bool  # its instance is


class Presences:
    """One transaction per method. A look is no fact of the case: it leaves no event here."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def note_file(self, file_name: str, *, actor: Actor) -> list[str]:
        """Say that the actor has a file of the studio open; who else has, by id. Raises Forbidden."""
        if not may_edit_processes(actor):
            raise Forbidden("open the studio", "only process owners may")

        def work(tx: Tx) -> list[str]:
            key = {"file_name": file_name, "person": actor.id}
            if not tx.insert_once(draft_presence, **key, seen_at=tx.now):
                tx.update_any(draft_presence, key, {"seen_at": tx.now})
            drafts.forget_before(tx, tx.now - FRESH)
            return drafts.others_here(tx, file_name, actor.id)

        return self._transactions.run(actor, work)

    def note(
        self,
        user_task: str,
        *,
        just_read: UserTaskRow | None = None,
        is_suspended: bool | None = None,
        actor: Actor,
    ) -> Here:
        """Say that the actor has it open; how it is now. Raises NotFound and Forbidden.

        `just_read`, as it was shown to the actor, and `is_suspended`, whether its instance is, are for who
        has read both for the same page.
        """

        def work(tx: Tx) -> Here:
            tx.is_repeatable = True  # to have been seen twice is to have been seen
            row = just_read
            if row is None:
                row = existing(tx, user_task)
                check_candidate(tx, row, actor, "see")
            others = presences.seen(tx, user_task, actor.id, fresh_from=tx.now - FRESH)
            return Here(row, others, _is_suspended(tx, row) if is_suspended is None else is_suspended)

        return self._transactions.run(actor, work, beside=True)


def _is_suspended(tx: Tx, row: UserTaskRow) -> bool:
    instance = instances.instance(tx, row.instance)
    return instance is not None and instance.status == model.InstanceStatus.SUSPENDED
