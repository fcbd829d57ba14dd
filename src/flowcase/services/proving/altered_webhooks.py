"""Rows of webhooks that say otherwise than the history: who is told of what, at which address."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from urllib.parse import urlsplit

from flowcase.errors import FlowcaseError
from flowcase.history.retold_webhooks import Target, Webhook, Webhooks
from flowcase.services.proving.altered_row import AlteredRow, compared
from flowcase.services.sending.webhooks import keyed_hash, open_target
from flowcase.store import Tx
from flowcase.store.queries import webhooks as queries
from flowcase.store.queries.rows import made
from flowcase.store.queries.webhooks import WebhookRow


def find(tx: Tx, told: Webhooks) -> Iterator[AlteredRow]:
    rows = {row.id: row for row in queries.all_of_them(tx)}
    yield from compared("webhook", {id: made(Webhook, row) for id, row in rows.items()}, told.webhooks)
    for id in sorted(rows.keys() & told.targets.keys()):
        if what := _of_its_target(tx, rows[id], told.webhooks[id].host, told.targets[id]):
            yield AlteredRow("webhook", id, what)


def _of_its_target(tx: Tx, row: WebhookRow, host: str, told: Target) -> str:
    """What is wrong with its address and secret; empty when they are those that were set last."""
    try:
        target = open_target(tx, row)
    except (FlowcaseError, ValueError):
        return "its address and secret were altered, or moved from another webhook"
    if (urlsplit(target.address).hostname or "") != host:
        return "its address leads to another host than it was made for"
    if told.keyed_hash and not hmac.compare_digest(keyed_hash(tx, row.id, target), told.keyed_hash):
        return "its address or secret is not what was set last"
    if target.old_until != told.old_until:
        return "its secret is not what was set last"
    return ""
