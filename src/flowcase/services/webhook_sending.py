"""Delivers what webhooks are told: claimed with a lease, posted outside of any transaction, at least once.

A try that fails is made again later under the same id, the pauses growing; meanwhile the webhook rests, so
that one that does not answer holds up no other. What was tried in vain eight times is an incident.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

import structlog

from flowcase.access.actor import SYSTEM
from flowcase.clock import WallClock
from flowcase.events import DeliveryFailed
from flowcase.services.signed_posts import NotReached, Reach, UnusableAddress, post, webhook_signature
from flowcase.services.transactions import Transactions
from flowcase.services.webhooks import Target, open_target
from flowcase.store import INSTALLATION, Tx, webhook_tables
from flowcase.store.queries import webhooks as queries
from flowcase.store.queries.webhooks import DeliveryRow

MOST_TRIES = 8
FIRST_PAUSE = dt.timedelta(minutes=1)  # each further one is four times longer
LONGEST_PAUSE = dt.timedelta(hours=6)
LONGEST_REST = dt.timedelta(minutes=5)
LEASE = dt.timedelta(minutes=5)  # far longer than a post may take
KEPT = dt.timedelta(days=30)  # how long is kept what was delivered
WAITING, CLAIMED, SENT, FAILED, DROPPED = "waiting", "claimed", "sent", "failed", "dropped"

Post = Callable[[str, Mapping[str, str], bytes, Reach], tuple[int, bytes]]

_log = structlog.get_logger(__name__)


class WebhookSending:
    def __init__(
        self, transactions: Transactions, node: str, reach: Reach, *, release: str, send: Post = post
    ) -> None:
        self._transactions, self._node, self._reach = transactions, node, reach
        self._release, self._send = release, send

    def send_due(self) -> int:
        """Deliver what has waited longest; 1 when something was tried, else 0."""
        if not self._transactions.glance(queries.is_waiting):
            return 0  # an idle tick takes no lock
        claimed = self._transactions.run(SYSTEM, self._claim)
        if claimed is None:
            return 0
        self._record(claimed, *self._attempt(claimed))
        return 1

    def forget_old(self) -> int:
        """Take away what was delivered long ago; what failed stays."""
        return self._transactions.run(SYSTEM, lambda tx: queries.forget_sent(tx, tx.now - KEPT))

    def _claim(self, tx: Tx) -> DeliveryRow | None:
        row = queries.next_to_send(tx)
        if row is None:
            return None
        values = {
            "status": CLAIMED,
            "attempts": row.attempts + 1,
            "lease_owner": self._node,
            "lease_until": tx.now + LEASE,
        }
        key = {"id": row.id, "status": row.status, "attempts": row.attempts}
        tx.update(webhook_tables.webhook_delivery, key, values, attempt=f"claim delivery '{row.id}'")
        return queries.delivery(tx, row.id)

    def _attempt(self, row: DeliveryRow) -> tuple[str, str]:
        """(status, outcome) of one try."""
        target = self._transactions.read(lambda tx: _target(tx, row))
        if target is None:
            return DROPPED, "ended"
        body = row.body.encode()
        timestamp = int(WallClock().now().timestamp())
        headers = {
            "Content-Type": "application/json",
            "User-Agent": f"flowcase/{self._release}",
            "webhook-id": row.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": webhook_signature(target.secret, row.id, timestamp, body),
        }
        try:
            status, _ = self._send(target.address, headers, body, self._reach)
        except NotReached as error:
            return self._failed(row, error.code)
        except UnusableAddress:  # its name leads elsewhere now: that is nothing to try again soon
            return self._failed(row, "not allowed")
        if 200 <= status < 300:
            return SENT, f"http {status}"
        return self._failed(row, f"http {status}", is_final=status == HTTPStatus.GONE)

    def _failed(self, row: DeliveryRow, code: str, *, is_final: bool = False) -> tuple[str, str]:
        _log.warning("webhook not told", delivery=row.id, because=code, attempt=row.attempts)
        return (FAILED if is_final or row.attempts >= MOST_TRIES else WAITING), code

    def _record(self, row: DeliveryRow, status: str, outcome: str) -> None:
        def work(tx: Tx) -> None:
            values: dict[str, Any] = {
                "status": status,
                "outcome": outcome,
                "lease_owner": None,
                "lease_until": None,
            }
            pause = min(FIRST_PAUSE * 4 ** (row.attempts - 1), LONGEST_PAUSE)
            if status == WAITING:
                values["due_at"] = tx.now + pause
            elif status == SENT:
                values["sent_at"] = tx.now
            key = {"id": row.id, "status": CLAIMED, "attempts": row.attempts}
            if not tx.update_any(webhook_tables.webhook_delivery, key, values):
                _log.warning("delivery's result came too late", delivery=row.id, attempt=row.attempts)
                return
            rests = tx.now + min(pause, LONGEST_REST) if status in (WAITING, FAILED) else None
            tx.update_all(webhook_tables.webhook, {"id": row.webhook}, {"rests_until": rests})
            if status == FAILED:
                failed = DeliveryFailed(
                    way="webhook", delivery=row.id, because=outcome, attempts=row.attempts
                )
                tx.append(INSTALLATION, failed)

        self._transactions.run(SYSTEM, work)


def _target(tx: Tx, row: DeliveryRow) -> Target | None:
    """None when the webhook has ended."""
    webhook = queries.get(tx, row.webhook)
    return None if webhook is None or not webhook.is_active else open_target(tx, webhook)
