"""The outbox: what waits is claimed with a lease, sent outside of any transaction, tried again, or told.

Mails, webhooks and checkpoints all leave through here. The row of a delivery is written with what it tells
of. A worker claims it in one transaction, hands it over in none, and keeps the outcome in another if the
lease still holds. Of a worker that has gone nobody knows what it handed over: that is told as the outcome,
and the same goes out again under the same id. A try that fails is made again later, the pauses growing. What
was tried in vain eight times, or refused for good, is an incident that waits for a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic

import structlog

from flowcase import logs
from flowcase.access.actor import SYSTEM, Actor
from flowcase.access.permissions import may_operate
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.events import DeliveryFailed, DeliveryRetried
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import outbox as queries
from flowcase.store.queries.outbox import Outgoing, OutgoingRow, Row

MOST_TRIES = 8
FIRST_PAUSE = dt.timedelta(minutes=1)  # each further one is four times longer
LONGEST_PAUSE = dt.timedelta(hours=6)
LEASE = dt.timedelta(minutes=5)  # far longer than a mail server or a post may take
KEPT = dt.timedelta(days=30)  # how long is kept what was delivered
UNKNOWN = "unknown"  # the outcome of a try whose worker has gone: it may have been handed over
MAYBE_BEFORE = ", maybe handed over before"
WAITING, CLAIMED, SENT, FAILED, DROPPED = "waiting", "claimed", "sent", "failed", "dropped"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Outcome:
    """What one try led to: `code` is what was answered, without a word of the delivery or its address."""

    code: str
    is_sent: bool = False
    is_dropped: bool = False  # there is nothing to tell any longer
    is_final: bool = False  # trying again would be in vain


def pause_after(attempts: int) -> dt.timedelta:
    """How long after so many tries in vain the next one is made."""
    return min(FIRST_PAUSE * 4 ** (attempts - 1), LONGEST_PAUSE)


class Outbox(Generic[Row]):
    """One way out. `attempt` hands a row over, outside of any transaction.

    `settled` is told in the transaction that keeps the outcome, with the row's new status.
    """

    def __init__(
        self,
        transactions: Transactions,
        node: str,
        outgoing: Outgoing[Row],
        attempt: Callable[[Row], Outcome],
        *,
        settled: Callable[[Tx, Row, str], None] | None = None,
    ) -> None:
        self._transactions, self._node, self._outgoing = transactions, node, outgoing
        self._attempt, self._settled = attempt, settled

    def send_due(self) -> int:
        """Send what has waited longest; 1 when something was tried, else 0."""
        if not self._transactions.glance(lambda tx: queries.is_waiting(tx, self._outgoing)):
            return 0  # an idle tick takes no lock
        claimed = self._transactions.run_due(self._claim)
        if claimed is None:
            return 0
        with logs.about(delivery=claimed.id):
            outcome = self._attempt(claimed)
            self._transactions.run(SYSTEM, lambda tx: self._record(tx, claimed, outcome))
        return 1

    def forget_old(self) -> int:
        """Take away what was delivered long ago; what failed stays."""
        return self._transactions.run(
            SYSTEM, lambda tx: queries.forget_sent(tx, self._outgoing, tx.now - KEPT)
        )

    def failed(self, limit: int = 100) -> list[Row]:
        """Those that wait for a person, newest first."""
        return self._transactions.read(
            lambda tx: queries.newest(tx, self._outgoing, status=FAILED, limit=limit)
        )

    def retry(self, id: str, *, actor: Actor) -> None:
        """As `send_again`."""
        send_again(self._transactions, self._outgoing, id, actor=actor)

    def _claim(self, tx: Tx) -> Row | None:
        row = queries.next_to_send(tx, self._outgoing)
        if row is None:
            return None
        values = {
            "status": CLAIMED,
            "attempts": row.attempts + 1,
            "lease_owner": self._node,
            "lease_until": tx.now + LEASE,
        }
        if row.status == CLAIMED:  # whoever receives it again knows it by its id
            values["outcome"] = UNKNOWN
            _log.warning("nobody knows whether it was sent", way=self._outgoing.way, delivery=row.id)
        key = {"id": row.id, "status": row.status, "attempts": row.attempts}
        tx.update(self._outgoing.table, key, values, attempt=f"claim {self._outgoing.way} '{row.id}'")
        return queries.get(tx, self._outgoing, row.id)

    def _record(self, tx: Tx, row: Row, outcome: Outcome) -> None:
        way, status = self._outgoing.way, self._status(row, outcome)
        values: dict[str, Any] = {
            "status": status,
            "outcome": outcome.code + (MAYBE_BEFORE if _is_unsure(row) else ""),
            "lease_owner": None,
            "lease_until": None,
        }
        if status == WAITING:
            values["due_at"] = tx.now + pause_after(row.attempts)
        elif status == SENT:
            values["sent_at"] = tx.now
        if status in (WAITING, FAILED):
            _log.warning("not sent", way=way, delivery=row.id, because=outcome.code, attempt=row.attempts)
        key = {"id": row.id, "status": CLAIMED, "attempts": row.attempts}
        if not tx.update_any(self._outgoing.table, key, values):
            _log.warning("its result came too late", way=way, delivery=row.id, attempt=row.attempts)
            return
        if self._settled is not None:
            self._settled(tx, row, status)
        if status == FAILED:
            failed = DeliveryFailed(way=way, delivery=row.id, because=outcome.code, attempts=row.attempts)
            tx.append(INSTALLATION, failed)

    def _status(self, row: Row, outcome: Outcome) -> str:
        if outcome.is_sent:
            return SENT
        if outcome.is_dropped:
            return DROPPED
        return FAILED if outcome.is_final or row.attempts >= MOST_TRIES else WAITING


def _is_unsure(row: OutgoingRow) -> bool:
    """Whether an earlier try may have been handed over without anybody having noted it."""
    known = row.outcome or ""
    return known == UNKNOWN or known.endswith(MAYBE_BEFORE)


def send_again(
    transactions: Transactions,
    outgoing: Outgoing[Row],
    id: str,
    *,
    actor: Actor,
    also_sent: bool = False,
    check: Callable[[Tx, Row], None] | None = None,
) -> None:
    """Give a failed one (`also_sent`: or one that left) new tries, once `check` has let it pass.

    Raises Forbidden, NotFound, or Conflict with its present state.
    """
    attempt = f"send {outgoing.way} '{id}' again"
    if not may_operate(actor):
        raise Forbidden(attempt, "only who operates the installation may")

    def work(tx: Tx) -> None:
        row = queries.get(tx, outgoing, id)
        if row is None:
            raise NotFound(f"{outgoing.way} delivery", id)
        if row.status not in ((SENT, FAILED) if also_sent else (FAILED,)):
            raise Conflict(attempt, f"it is {row.status}")
        if check is not None:
            check(tx, row)
        tx.append(INSTALLATION, DeliveryRetried(way=outgoing.way, delivery=id))
        key, values = {"id": id, "status": row.status}, {"status": WAITING, "attempts": 0, "due_at": tx.now}
        tx.update(outgoing.table, key, values, attempt=attempt)

    transactions.run(actor, work)
