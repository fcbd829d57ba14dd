"""Signals from outside of process instances."""

from __future__ import annotations

from collections.abc import Mapping

from flowcase.access.actor import Actor
from flowcase.errors import NotFound
from flowcase.services.requests import Broadcast
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import case_files
from flowcase.values import Value


class Signals:
    def __init__(self, transactions: Transactions, advancing: Advancing) -> None:
        self._transactions, self._advancing = transactions, advancing

    def broadcast(
        self,
        name: str,
        variables: Mapping[str, Value] | None = None,
        *,
        case: str | None = None,
        actor: Actor,
    ) -> None:
        """Reach everything of a case that waits for the signal, and its start events; None reaches all.

        Raises NotFound for a case that does not exist.
        """

        def work(tx: Tx) -> None:
            if case is not None and case_files.case(tx, case) is None:
                raise NotFound("case", case)
            broadcast = Broadcast(signal=name, case=case, variables=variables or {})
            self._advancing.request(tx, broadcast)

        self._transactions.run(actor, work)
