"""Delivers what webhooks are told: posted signed, at least once, by the outbox.

While one does not answer, its webhook rests, so that it holds up no other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from http import HTTPStatus

from flowcase.services.sending.outbox import FAILED, WAITING, Outbox, Outcome, pause_after
from flowcase.services.sending.signed_posts import NotReached, Reach, UnusableAddress, post, webhook_signature
from flowcase.services.sending.webhooks import Target, open_target
from flowcase.services.transactions import Transactions
from flowcase.store import Tx, webhook_tables
from flowcase.store.queries import webhooks as queries
from flowcase.store.queries.webhooks import DELIVERIES, DeliveryRow

LONGEST_REST = dt.timedelta(minutes=5)

Post = Callable[[str, Mapping[str, str], bytes, Reach], tuple[int, bytes]]


class WebhookSending:
    def __init__(
        self,
        transactions: Transactions,
        node: str,
        reach: Reach,
        real_now: Callable[[], dt.datetime],
        *,
        release: str,
        send: Post = post,
    ) -> None:
        """`real_now` is the time of the receivers, which a demonstration's clock is ahead of."""
        self._transactions, self._reach, self._release, self._send = transactions, reach, release, send
        self._now = real_now
        self._outbox = Outbox(transactions, node, DELIVERIES, self._attempt, settled=_rest)
        self.send_due, self.forget_old = self._outbox.send_due, self._outbox.forget_old

    def _attempt(self, row: DeliveryRow) -> Outcome:
        target, now = self._transactions.read(lambda tx: (_target(tx, row), tx.now))
        if target is None:
            return Outcome("ended", is_dropped=True)
        body = row.body.encode()
        secrets = target.secrets(now)
        headers = signed_headers(row.id, body, *secrets, at=self._now(), release=self._release)
        return posted(target.address, headers, body, self._reach, send=self._send)


def signed_headers(id: str, body: bytes, *secrets: str, at: dt.datetime, release: str) -> dict[str, str]:
    """As *Standard Webhooks* has them: a signature for each secret, any of which may be checked."""
    timestamp = int(at.timestamp())
    return {
        "Content-Type": "application/json",
        "User-Agent": f"flowcase/{release}",
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(webhook_signature(each, id, timestamp, body) for each in secrets),
    }


def posted(
    address: str, headers: Mapping[str, str], body: bytes, reach: Reach, *, send: Post = post
) -> Outcome:
    """Post it once; 410 says that nobody wants it any longer."""
    try:
        status, _ = send(address, headers, body, reach)
    except NotReached as error:
        return Outcome(error.code)
    except UnusableAddress:  # its name leads elsewhere now: that is nothing to try again soon
        return Outcome("not allowed")
    return Outcome(f"http {status}", is_sent=200 <= status < 300, is_final=status == HTTPStatus.GONE)


def _rest(tx: Tx, row: DeliveryRow, status: str) -> None:
    is_silent = status in (WAITING, FAILED)
    rests = tx.now + min(pause_after(row.attempts), LONGEST_REST) if is_silent else None
    tx.update_all(webhook_tables.webhook, {"id": row.webhook}, {"rests_until": rests})


def _target(tx: Tx, row: DeliveryRow) -> Target | None:
    """None when the webhook has ended."""
    webhook = queries.get(tx, row.webhook)
    return None if webhook is None or not webhook.is_active else open_target(tx, webhook)
