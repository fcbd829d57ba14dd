"""The history: read for a case, an instance or everything, and proven to be whole."""

from __future__ import annotations

from collections.abc import Callable

from flowcase.access.actor import Actor
from flowcase.errors import NotFound
from flowcase.history.verification import Broken, verify
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import history as queries
from flowcase.store.queries.history import EventRow


class History:
    def __init__(self, transactions: Transactions) -> None:
        self._transactions = transactions

    def of_case(self, case: str, *, actor: Actor, after: int = 0, limit: int | None = None) -> list[EventRow]:
        """Events of a case in order, beginning behind number `after`. Raises NotFound."""

        def work(tx: Tx) -> list[EventRow]:
            row = case_files.case(tx, case)
            if row is None:
                raise NotFound("case", case)
            return queries.events(tx, row.stream, after=after, limit=limit)

        return self._transactions.read(work)

    def of_instance(self, instance: str, *, actor: Actor) -> list[EventRow]:
        """Everything that one process instance led to, in order."""
        return self._transactions.read(lambda tx: queries.events_of_instance(tx, instance))

    def of_stream(self, stream: str, *, after: int = 0, limit: int | None = None) -> list[EventRow]:
        return self._transactions.read(lambda tx: queries.events(tx, stream, after=after, limit=limit))

    def everything(self) -> list[EventRow]:
        """Every event of the installation in order of time; for scenarios and small installations."""

        def work(tx: Tx) -> list[EventRow]:
            rows = [row for stream in queries.streams(tx) for row in queries.events(tx, stream.id)]
            return sorted(rows, key=lambda row: row.at)

        return self._transactions.read(work)

    def verify(self, progress: Callable[[str], None] | None = None) -> list[Broken]:
        """Walk every chain: the first altered, missing or added event of each broken one.

        `progress` is told each stream before it is walked.
        """

        def work(tx: Tx) -> list[Broken]:
            found = []
            for stream in queries.streams(tx):
                if progress is not None:
                    progress(stream.id)
                broken = verify(
                    stream.id, queries.sealed(tx, stream.id), length=stream.length, head=stream.head
                )
                if broken is not None:
                    found.append(broken)
            return found

        return self._transactions.read(work)
