"""The way of a case on the ladder: steps, dates and codes, no words about anybody."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import local_date
from flowcase.cases.ladder import Placed, Step, way
from flowcase.services.entitled import case_access
from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import records
from flowcase.values import Value

STEPS_SETTING = "indsatstrappe"  # names of the steps, lowest first


@dataclass(frozen=True)
class Overview:
    ladder: tuple[Step, ...]
    step_names: tuple[str, ...]  # of the whole ladder, lowest first


class CaseOverviews:
    """One transaction per method."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def of_case(self, code: str, *, actor: Actor) -> Overview:
        """Raises NotFound, and Forbidden for who has no work with the case."""

        def work(tx: Tx) -> Overview:
            row = case_access.seen(tx, code, actor)
            names = self._rule_sets.settings(tx, row.pin).get(STEPS_SETTING) or []
            return Overview(
                tuple(way(_placed(tx, code))),
                tuple(str(name) for name in names),
            )

        return self._transactions.read(work)


def _placed(tx: Tx, code: str) -> list[Placed]:
    found = []
    for row in records.records(tx, entity="Foranstaltning", case=code):
        step, start = row.open.get("trin"), row.open.get("start")
        if step is None or start is None or row.open.get("status") not in ("i_gang", "ophoert"):
            continue  # decided and not begun
        ended = row.open.get("slut")
        found.append(
            Placed(row.id, int(step), _day(start), _day(ended) if ended else None, row.open.get("slutaarsag"))
        )
    return found


def _day(value: Value) -> dt.date:
    return local_date(value) if isinstance(value, dt.datetime) else dt.date.fromisoformat(str(value)[:10])
