"""Secret addresses of calendars.

Each opens one feed of one person without signing in, so the history tells when it was made and ended.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from flowcase.access.events import CalendarAddressEnded, CalendarAddressMade
from flowcase.services.signing_in import keyed_hashes
from flowcase.store import INSTALLATION, Tx
from flowcase.store.calendar_tables import calendar_feed


def make(tx: Tx, series: str) -> str:
    """A new secret for the actor's feed, told this once; an older one is worth nothing any more."""
    secret = secrets.token_urlsafe(32)
    key = {"person": tx.actor.id, "series": series}
    values: dict[str, Any] = {"secret_hash": hash_of(secret), "made_at": tx.now}
    if not tx.update_any(calendar_feed, key, values):
        tx.insert_once(calendar_feed, **key, **values)
    proof = keyed_hashes.of_calendar(tx, tx.actor.id, series, values["secret_hash"])
    tx.append(INSTALLATION, CalendarAddressMade(person=tx.actor.id, series=series, keyed_hash=proof))
    return secret


def end(tx: Tx, series: str) -> None:
    """The actor's address is worth nothing any more; also fine where there is none."""
    if tx.delete_any(calendar_feed, {"person": tx.actor.id, "series": series}):
        tx.append(INSTALLATION, CalendarAddressEnded(person=tx.actor.id, series=series))


def hash_of(secret: str) -> str:
    # The secret has 256 random bits: a slow hash would only cost the one who asks.
    return hashlib.sha256(secret.encode()).hexdigest()
