"""Webhooks: made, given new secrets and ended by operators; what they were told can be told again."""

from __future__ import annotations

import base64
import datetime as dt
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from flowcase.access.actor import Actor
from flowcase.access.permissions import may_operate
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound
from flowcase.events import WebhookEnded, WebhookMade, WebhookSecretChanged
from flowcase.history.webhook_kinds import KINDS
from flowcase.services.sending.outbox import send_again
from flowcase.services.sending.signed_posts import NotReached, Reach, UnusableAddress, check_address, look_up
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx, webhook_tables
from flowcase.store.queries import outbox
from flowcase.store.queries import webhooks as queries
from flowcase.store.queries.outbox import OutboxIncidentRow
from flowcase.store.queries.webhooks import DELIVERIES, DeliveryRow, WebhookRow

MOST_WEBHOOKS = 50  # in use at once
LONGEST_OLD_SECRET = dt.timedelta(days=7)  # signs beside the new one at most so long
_SECRET_BYTES = 32


@dataclass(frozen=True)
class Webhook:
    """Who is told of what; never its secret."""

    id: str
    address: str
    kinds: tuple[str, ...]
    is_active: bool
    made_at: dt.datetime
    made_by: str
    ended_at: dt.datetime | None
    waiting: int
    failed: int
    old_secret_until: dt.datetime | None  # while the secret before signs as well


@dataclass(frozen=True)
class Target:
    """Where to post, and with which secret to sign; with the one before as well until it is over."""

    address: str
    secret: str
    old_secret: str = ""
    old_until: dt.datetime | None = None

    def secrets(self, now: dt.datetime) -> tuple[str, ...]:
        """Those that sign at this instant, the newest first."""
        is_old_valid = self.old_until is not None and now < self.old_until
        return (self.secret, self.old_secret) if is_old_valid else (self.secret,)


def seal_target(tx: Tx, id: str, target: Target) -> bytes:
    return tx.seal(INSTALLATION, f"webhook|{id}", _written(target).encode())


def keyed_hash(tx: Tx, id: str, target: Target) -> str:
    """By which the history proves address and secret, and tells neither."""
    return tx.digest("webhook", f"{id}|{_written(target)}").hex()


def _written(target: Target) -> str:
    parts = [target.address, target.secret]
    if target.old_until is not None:
        parts += [target.old_secret, target.old_until.isoformat()]
    return json.dumps(parts)


def open_target(tx: Tx, row: WebhookRow) -> Target:
    content = tx.open(INSTALLATION, f"webhook|{row.id}", row.sealed_target)
    if content is None:
        raise Conflict(f"open webhook '{row.id}'", "the key of the installation's stream was destroyed")
    address, secret, *before = json.loads(content)
    if not before:
        return Target(address, secret)
    return Target(address, secret, before[0], dt.datetime.fromisoformat(before[1]))


class Webhooks:
    """Every method but `refresh` is for operators and raises Forbidden for others."""

    def __init__(self, transactions: Transactions, reach: Reach) -> None:
        self._transactions, self._reach = transactions, reach

    def refresh(self) -> None:
        """Look up who is told of what, for the transactions of this node; others may have changed it."""
        found = self._transactions.glance(queries.subscribers)
        self._transactions.store.subscribers = found

    def make(self, address: str, kinds: Iterable[str], *, actor: Actor) -> tuple[str, str]:
        """(id, secret) of a new webhook; the secret is told here and never again.

        Raises InvalidValues for an address or kinds that cannot be used.
        """
        _check_operates(actor, "make a webhook")
        wanted = tuple(dict.fromkeys(kinds))
        errors: dict[str, list[str]] = {}
        problem = self._problem_of(address)
        if problem:
            errors["address"] = [problem]
        if not wanted or set(wanted) - set(KINDS):
            errors["kinds"] = ["Vælg mindst én af de slags hændelser, der er på listen."]
        if errors:
            raise InvalidValues("webhook", errors)
        secret = _new_secret()

        def work(tx: Tx) -> str:
            if sum(row.is_active for row in queries.all_of_them(tx)) >= MOST_WEBHOOKS:
                raise Conflict("make a webhook", f"there are {MOST_WEBHOOKS} in use already")
            id, host, target = tx.new_id(), urlsplit(address).hostname or "", Target(address, secret)
            tx.insert(
                webhook_tables.webhook,
                id=id,
                host=host,
                kinds=list(wanted),
                sealed_target=seal_target(tx, id, target),
                is_active=True,
                made_at=tx.now,
                made_by=actor.id,
            )
            proof = keyed_hash(tx, id, target)
            tx.append(INSTALLATION, WebhookMade(webhook=id, host=host, kinds=wanted, keyed_hash=proof))
            return id

        id = self._transactions.run(actor, work)
        self.refresh()
        return id, secret

    def _problem_of(self, address: str) -> str:
        """Why nothing can be posted there; empty when something can, or its name is not known yet."""
        try:
            check_address(address)
            look_up(address, self._reach)
        except NotReached:
            return ""  # it may be set up later: each try looks it up anew
        except UnusableAddress as error:
            if "private" in error.because:
                return "Adressen fører til denne maskine eller et privat net, som ikke er tilladt her."
            return "Skriv en adresse, der begynder med https:// og ikke rummer navn eller adgangskode."
        return ""

    def change_secret(self, id: str, *, keep_old: dt.timedelta, actor: Actor) -> str:
        """The new secret, told here and never again; posts are signed with both for a while, or not.

        Of several changes within that while the newest two sign. Raises NotFound, Conflict for one that
        has ended, and InvalidValues for a while that is none or too long.
        """
        _check_operates(actor, "change the secret of a webhook")
        if not dt.timedelta() <= keep_old <= LONGEST_OLD_SECRET:
            most = LONGEST_OLD_SECRET // dt.timedelta(hours=1)
            raise InvalidValues("webhook", {"timer": [f"Skriv et helt antal timer fra 0 til {most}."]})
        secret = _new_secret()

        def work(tx: Tx) -> None:
            row = _row(tx, id)
            attempt = f"change the secret of webhook '{id}'"
            if not row.is_active:
                raise Conflict(attempt, "it has ended already")
            before, until = open_target(tx, row), tx.now + keep_old if keep_old else None
            target = Target(before.address, secret, before.secret if until else "", until)
            tx.update(
                webhook_tables.webhook,
                {"id": id, "is_active": True, "sealed_target": row.sealed_target},
                {"sealed_target": seal_target(tx, id, target)},
                attempt=attempt,
            )
            proof = keyed_hash(tx, id, target)
            tx.append(INSTALLATION, WebhookSecretChanged(webhook=id, old_until=until, keyed_hash=proof))

        self._transactions.run(actor, work)
        return secret

    def end(self, id: str, *, actor: Actor) -> None:
        """Nothing is told there any longer; what waits is dropped. Raises NotFound and Conflict."""
        _check_operates(actor, "end a webhook")

        def work(tx: Tx) -> None:
            row = _row(tx, id)
            if not row.is_active:
                raise Conflict(f"end webhook '{id}'", "it has ended already")
            tx.append(INSTALLATION, WebhookEnded(webhook=id))

        self._transactions.run(actor, work)
        self.refresh()

    def get(self, id: str, *, actor: Actor) -> Webhook:
        """Raises NotFound."""
        _check_operates(actor, "see a webhook")
        return self._transactions.read(
            lambda tx: _described(tx, _row(tx, id), queries.counts(tx).get(id, {}))
        )

    def deliveries(
        self, id: str, *, after: tuple[dt.datetime, str] | None = None, limit: int = 50, actor: Actor
    ) -> tuple[list[DeliveryRow], tuple[dt.datetime, str] | None]:
        """Newest first, and where the next page begins. Raises NotFound."""
        _check_operates(actor, "see what a webhook was told")

        def work(tx: Tx) -> list[DeliveryRow]:
            _row(tx, id)
            return queries.deliveries(tx, id, after=after, limit=limit + 1)

        rows = self._transactions.read(work)
        more = len(rows) > limit
        rows = rows[:limit]
        return rows, (rows[-1].created_at, rows[-1].id) if more else None

    def resend(self, delivery: str, *, actor: Actor) -> None:
        """Tell it again under the same id. Raises NotFound, and Conflict while it is on its way."""
        _check_operates(actor, "send again what a webhook was told")

        def wake(tx: Tx, row: DeliveryRow) -> None:
            if not _row(tx, row.webhook).is_active:
                raise Conflict(f"send delivery '{delivery}' again", "its webhook has ended")
            tx.update_all(webhook_tables.webhook, {"id": row.webhook}, {"rests_until": None})

        send_again(self._transactions, DELIVERIES, delivery, actor=actor, also_sent=True, check=wake)

    def incidents(self, *, actor: Actor, limit: int = 100) -> list[OutboxIncidentRow]:
        """What failed for good on any way of the outbox, oldest first."""
        _check_operates(actor, "see what could not be delivered")
        return self._transactions.read(lambda tx: outbox.open_incidents(tx, limit=limit))

    def list(self, *, actor: Actor) -> list[Webhook]:
        """Those in use first."""
        _check_operates(actor, "see the webhooks")

        def work(tx: Tx) -> list[Webhook]:
            counts = queries.counts(tx)
            return [_described(tx, row, counts.get(row.id, {})) for row in queries.all_of_them(tx)]

        return self._transactions.read(work)


def _row(tx: Tx, id: str) -> WebhookRow:
    row = queries.get(tx, id)
    if row is None:
        raise NotFound("webhook", id)
    return row


def _new_secret() -> str:
    return "whsec_" + base64.b64encode(os.urandom(_SECRET_BYTES)).decode()


def _described(tx: Tx, row: WebhookRow, counts: dict[str, int]) -> Webhook:
    target = open_target(tx, row)
    return Webhook(
        row.id,
        target.address,
        tuple(row.kinds),
        row.is_active,
        row.made_at,
        row.made_by,
        row.ended_at,
        counts.get("waiting", 0) + counts.get("claimed", 0),
        counts.get("failed", 0),
        target.old_until if len(target.secrets(tx.now)) > 1 else None,
    )


def _check_operates(actor: Actor, attempt: str) -> None:
    if not may_operate(actor):
        raise Forbidden(attempt, "only an operator may")
