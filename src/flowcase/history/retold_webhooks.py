"""What rows of webhooks have to say, told anew from events alone: who is told of what, and where.

Who could write there alone would be told of every case.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass

from flowcase import events
from flowcase.model import Event


@dataclass(frozen=True)
class Webhook:
    host: str
    kinds: list[str]
    made_at: dt.datetime
    made_by: str
    is_active: bool = True
    ended_at: dt.datetime | None = None


@dataclass(frozen=True)
class Target:
    """What is told of the address and secret, which are in no event."""

    old_until: dt.datetime | None = None  # so long the secret before signs too
    keyed_hash: str = ""  # empty: an older release wrote the event


@dataclass
class Webhooks:
    """What the events of the installation's stream add up to."""

    webhooks: dict[str, Webhook] = dataclasses.field(default_factory=dict)
    targets: dict[str, Target] = dataclasses.field(default_factory=dict)


KINDS = (events.WebhookMade, events.WebhookSecretChanged, events.WebhookEnded)


def tell(found: Webhooks, actor: str, at: dt.datetime, event: Event) -> None:
    """One more event."""
    match event:
        case events.WebhookMade():
            found.webhooks[event.webhook] = Webhook(event.host, list(event.kinds), at, actor)
            found.targets[event.webhook] = Target(None, event.keyed_hash)
        case events.WebhookSecretChanged():
            found.targets[event.webhook] = Target(event.old_until, event.keyed_hash)
        case events.WebhookEnded():
            found.webhooks[event.webhook] = dataclasses.replace(
                found.webhooks[event.webhook], is_active=False, ended_at=at
            )
