"""What is open (K0) of records, for those that another record names by their id."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from flowcase.cases.entities import DataClass, let_through
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import records, user_tasks
from flowcase.values import Value


@dataclass(frozen=True)
class OpenRecord:
    """A record as far as it may be told."""

    id: str
    entity: str
    values: Mapping[str, Value]
    written_at: dt.datetime


class RecordNames:
    """One transaction per method; nothing is written."""

    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def find(self, id: str) -> OpenRecord | None:
        """Without anything confidential: who asks need not have work with its case."""

        def work(tx: Tx) -> OpenRecord | None:
            row = records.record(tx, id)
            if row is None:
                return None
            values = let_through(row.entity, row.values, DataClass.K0)
            return OpenRecord(row.id, row.entity, values, row.created_at)

        return self._transactions.read(work)

    def user_task(self, id: str) -> str | None:
        """What the user task with this id is called."""

        def work(tx: Tx) -> str | None:
            row = user_tasks.user_task(tx, id)
            return None if row is None else row.name

        return self._transactions.read(work)
