"""Messages from outside of process instances, and the end of those that nobody received in time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from flowcase import events
from flowcase.access.actor import Actor
from flowcase.services.requests import Publish
from flowcase.services.running.advancing import Advancing
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import waiting
from flowcase.values import Value


class Messages:
    def __init__(self, transactions: Transactions, advancing: Advancing) -> None:
        self._transactions, self._advancing = transactions, advancing

    def correlate(
        self,
        name: str,
        key: str,
        variables: Mapping[str, Value] | None = None,
        *,
        message_id: str | None = None,
        time_to_live: dt.timedelta | None = None,
        case: str | None = None,
        actor: Actor,
    ) -> None:
        """Bring a message to who waits for it, at most one instance per process id; else keep it.

        With a time to live it stays until it expires, also for receivers of other processes; zero keeps
        nothing; without one it waits until somebody receives it. The same `message_id` again has no
        effect. What it starts belongs to `case`, else to the case that variable `sag_id` names.
        """

        def work(tx: Tx) -> None:
            publish = Publish(
                name=name,
                key=key,
                variables=variables or {},
                message_id=message_id,
                time_to_live=time_to_live,
                case=case,
            )
            self._advancing.request(tx, publish)

        self._transactions.run(actor, work)

    def expire(self, limit: int = 1000) -> int:
        """Take buffered messages away whose time has passed; how many."""

        def work(tx: Tx) -> int:
            expired = waiting.expired_messages(tx, limit)
            for id, stream, name, key in expired:
                tx.append(stream, events.MessageExpired(message=id, name=name, correlation_key=key))
            return len(expired)

        if not self._transactions.read(lambda tx: waiting.expired_messages(tx, 1)):
            return 0
        return self._transactions.run_due(work)
