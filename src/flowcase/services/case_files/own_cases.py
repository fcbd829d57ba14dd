"""Own cases: the open ones of which somebody is the caseworker, or the deputy now.

Those that are worked on in the district and that no team has are each preventive worker's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.caseload import PREVENTIVE, PREVENTIVE_WORKERS
from flowcase.services.entitled.case_access import may_see
from flowcase.services.staffing import deputies
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import own_cases as queries
from flowcase.store.queries.own_cases import Place
from flowcase.values import Value


@dataclass(frozen=True)
class OwnCase:
    """One row of the list: codes, counts and times, nothing of the family."""

    code: str
    status: str | None
    step: Value  # of the ladder
    next_due: dt.datetime | None  # None: no deadline runs
    next_rule: str | None
    user_tasks: int  # open ones of the case, whoever has them
    stood_in_for: str | None  # the caseworker who is away; None where the case is the person's own


class OwnCases:
    """One transaction per method, for reading only."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def page(
        self, actor: Actor, *, after: Place | None = None, limit: int = 50
    ) -> tuple[Sequence[OwnCase], Place | None]:
        """What is due first on top, then by code; and where the next page begins, None after the last one."""

        def work(tx: Tx) -> tuple[Sequence[OwnCase], Place | None]:
            absent = dict(deputies.covered(tx, actor))
            preventive = PREVENTIVE if PREVENTIVE_WORKERS in actor.groups else None
            rows = queries.page(
                tx, actor.id, and_of=list(absent), without_team=preventive, after=after, limit=limit + 1
            )
            has_more, rows = len(rows) > limit, rows[:limit]
            found = [_own(row, absent) for row in rows if may_see(actor, row.case)]
            return found, (rows[-1].next_due, rows[-1].case.code) if has_more else None

        return self._transactions.read(work)


def _own(row: queries.OwnCaseRow, absent: dict[str, str]) -> OwnCase:
    return OwnCase(
        row.case.code,
        row.case.status,
        row.case.facts.get("trin"),
        row.next_due,
        row.next_rule,
        row.user_tasks,
        absent.get(row.case.code),
    )
