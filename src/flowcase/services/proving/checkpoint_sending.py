"""Sends receipts of checkpoints to where they are kept outside: by mail, by a signed post, or both."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import json
from collections.abc import Callable
from dataclasses import dataclass, field

from flowcase.access.actor import Actor
from flowcase.services.sending import mail_words
from flowcase.services.sending.mail_sending import Send
from flowcase.services.sending.mail_words import Message
from flowcase.services.sending.outbox import Outbox, Outcome
from flowcase.services.sending.signed_posts import Reach, UnusableAddress, check_address, post
from flowcase.services.sending.webhook_sending import Post, posted, signed_headers
from flowcase.services.telling.mails import handed_over
from flowcase.services.transactions import Transactions
from flowcase.store.queries import checkpoints as queries
from flowcase.store.queries.checkpoints import DELIVERIES, DeliveryRow, WayState

_FEWEST_SECRET_BYTES = 24


@dataclass(frozen=True)
class Outside:
    """Where receipts go; what is empty is not gone. Raises UnusableAddress for what cannot be used."""

    mail_to: tuple[str, ...] = ()
    sender: str = ""
    address: str = ""  # where the pages are, for the mails' ids
    url: str = ""
    secret: str = field(default="", repr=False)  # whsec_…, as of every webhook
    language: str = "da"  # of the mails

    def __post_init__(self) -> None:
        if self.url:
            check_address(self.url)
            try:
                secret = base64.b64decode(self.secret.removeprefix("whsec_"), validate=True)
            except binascii.Error:
                raise UnusableAddress("its secret is not whsec_ and base64") from None
            if len(secret) < _FEWEST_SECRET_BYTES:
                raise UnusableAddress(f"its secret has fewer than {_FEWEST_SECRET_BYTES} bytes")

    @property
    def ways(self) -> tuple[str, ...]:
        return (*(("mail",) if self.mail_to else ()), *(("webhook",) if self.url else ()))


class CheckpointSending:
    def __init__(
        self,
        transactions: Transactions,
        node: str,
        outside: Outside,
        real_now: Callable[[], dt.datetime],
        *,
        send: Send | None,
        release: str,
        post: Post = post,
    ) -> None:
        """`real_now` is the time of the receivers, which a demonstration's clock is ahead of."""
        self._transactions, self._outside, self._release = transactions, outside, release
        self._send, self._post, self._now = send, post, real_now
        self._outbox = Outbox(transactions, node, DELIVERIES, self._attempt)
        self.send_due = self._outbox.send_due

    def retry(self, id: str, *, actor: Actor) -> None:
        """Give one that failed new tries. Raises Forbidden, NotFound and Conflict."""
        self._outbox.retry(id, actor=actor)

    def states(self) -> list[WayState]:
        """How far each way is that receipts go by."""
        return self._transactions.read(lambda tx: [queries.state_of(tx, way) for way in self._outside.ways])

    def _attempt(self, row: DeliveryRow) -> Outcome:
        if row.way not in self._outside.ways:
            return Outcome("not set", is_dropped=True)
        if row.way == "mail":
            return (
                Outcome("no mail server") if self._send is None else handed_over(self._mail(row), self._send)
            )
        body = json.dumps(
            {
                "type": "CheckpointSigned",
                "timestamp": row.created_at.astimezone(dt.UTC).isoformat(),
                "data": {"number": row.number, "receipt": row.body},
            }
        ).encode()
        secret = self._outside.secret
        headers = signed_headers(row.id, body, secret, at=self._now(), release=self._release)
        # Only who operates the installation names the address: it may be inside the house.
        return posted(self._outside.url, headers, body, Reach(is_anywhere=True), send=self._post)

    def _mail(self, row: DeliveryRow) -> Message:
        return mail_words.write_checkpoint(
            row.body,
            number=row.number,
            id=row.id,
            to=", ".join(self._outside.mail_to),
            sender=self._outside.sender,
            address=self._outside.address,
            at=row.created_at,
            language=self._outside.language,
        )
