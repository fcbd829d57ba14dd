"""Accounts and sign-in: local accounts with argon2id, groups, and a lock-out that never lasts long."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from flowcase.access import events
from flowcase.access.actor import SYSTEM, Actor
from flowcase.errors import Conflict, FlowcaseError, NotFound
from flowcase.services.sending.account_notices import Said
from flowcase.services.sending.account_notices import tell as tell_owner
from flowcase.services.signing_in import brakes, keyed_hashes, passwords
from flowcase.services.signing_in.brakes import NOT_COUNTED, Source
from flowcase.services.transactions import Transactions
from flowcase.store import Store, tables
from flowcase.store.queries import people as queries
from flowcase.store.queries import sign_ins
from flowcase.store.queries.people import PersonRow
from flowcase.store.tx import INSTALLATION, Tx

NOWHERE = Source()
ID = re.compile(r"[a-z0-9](?:[a-z0-9._@-]{0,62}[a-z0-9])?")
RESERVED = frozenset({"system", "citizen"})
_TOKEN_PREFIX = "sha256$"  # noqa: S105 - the name of a hash


class SignInFailed(FlowcaseError):
    """The same answer for an unknown person, a wrong password and a locked account."""

    def __init__(self) -> None:
        super().__init__(
            "Expected to sign in, but the user name or the password is wrong, or it was tried too often."
        )


def check_id(id: str) -> None:
    """Raises FlowcaseError for what cannot be a person's id."""
    if not ID.fullmatch(id) or id in RESERVED:
        raise FlowcaseError(
            f"Expected an id of small letters, digits, dots and dashes, of at most 64, but got '{id[:80]}'."
        )


@dataclass(frozen=True)
class _At:
    """What tells the time, as a clock."""

    now: Callable[[], dt.datetime]


class People:
    """One transaction per method."""

    def __init__(
        self,
        store: Store,
        now: Callable[[], dt.datetime],
        *,
        hasher: PasswordHasher | None = None,
        address: str = "",
    ) -> None:
        self._now, self._address = now, address
        self._transactions = Transactions(store, _At(now))
        self._hasher = hasher or PasswordHasher()

    @functools.cached_property
    def _decoy(self) -> str:
        """Checked for who is not known, so that the answer takes as long; made when it is first needed."""
        return self._hasher.hash(secrets.token_urlsafe(16))

    def add(
        self,
        id: str,
        *,
        name: str = "",
        groups: Iterable[str],
        team: str | None = None,
        district: str | None = None,
        password: str | None = None,
        must_change: bool = False,
        actor: Actor,
    ) -> None:
        """Add an account; without a password nobody can sign in to it.

        With `must_change` the person chooses another password before they see anything. Raises Conflict for
        a taken id, PasswordRefused.
        """
        secret_hash = self._hash(password, id, name) if password is not None else None
        added = events.PersonAdded(
            person=id,
            name=name or id,
            kind="person",
            groups=tuple(sorted(set(groups))),
            team=team,
            district=district,
        )

        def work(tx: Tx) -> None:
            _append_new(tx, added)
            if secret_hash is not None:
                self._put(tx, id, "password", secret_hash, must_change)

        self._transactions.run(actor, work)

    def add_program(
        self, id: str, *, groups: Iterable[str], scopes: Iterable[str], days: int | None = None, actor: Actor
    ) -> None:
        """Add the account of a program with what its token may be used for, for so many days or for good.

        Raises Conflict for a taken id, and FlowcaseError without scopes.
        """
        added = events.PersonAdded(
            person=id, name=id, kind="service", groups=tuple(sorted(set(groups))), team=None, district=None
        )
        asked = tuple(sorted(set(scopes)))
        if not asked:
            raise FlowcaseError(f"Expected the program '{id}' to have scopes, but it has none.")

        def work(tx: Tx) -> None:
            _append_new(tx, added)
            until = None if days is None else tx.now + dt.timedelta(days=days)
            tx.append(INSTALLATION, events.ScopesGranted(person=id, scopes=asked, expires_at=until))

        self._transactions.run(actor, work)

    def set_password(self, id: str, password: str, *, must_change: bool = False, actor: Actor) -> None:
        """Give a person a password; every session of theirs ends.

        They are told, unless this is their first way in: then nobody could have read it before. Raises
        NotFound, PasswordRefused.
        """
        row = self._transactions.read(lambda tx: self._known(tx, id))
        secret_hash = self._hash(password, id, row.name)

        def work(tx: Tx) -> None:
            had_a_way_in = queries.credential(tx, id, "password") is not None or sign_ins.is_linked(tx, id)
            self._put(tx, id, "password", secret_hash, must_change)
            if had_a_way_in:
                tell_owner(tx, id, Said.CHANGED_BY_ONESELF if actor.id == id else Said.SET_BY_ANOTHER)

        self._transactions.run(actor, work)

    def strength_of(self, password: str, *, actor: Actor) -> passwords.Strength:
        """How hard it is to guess for who knows whose it is; nothing of it is kept."""
        return passwords.strength(password, about=(actor.id, actor.name, self._address))

    def choose_password(self, id: str, password: str, *, source: Source) -> None:
        """A person whose old password was right a moment ago chooses another one.

        Raises PasswordRefused, also for the old one.
        """
        stored = self._transactions.read(lambda tx: queries.credential(tx, id, "password"))
        if stored is not None and self._matches(stored.secret_hash, password):
            raise passwords.PasswordRefused("same", "is another than before, but it is the same")
        self.set_password(id, password, actor=self.actor(id))
        self._transactions.run(SYSTEM, lambda tx: brakes.forgive(tx, "password", id, source))

    def must_change(self, id: str) -> bool:
        """Whether somebody else gave this person the password that they have."""
        row = self._transactions.read(lambda tx: queries.credential(tx, id, "password"))
        return row is not None and row.must_change

    def has_password(self, id: str) -> bool:
        return self._transactions.read(lambda tx: queries.credential(tx, id, "password")) is not None

    def new_token(self, id: str, *, actor: Actor) -> str:
        """A new secret for programs (`<id>.<secret>`); the one before it stops working. Shown this once."""
        secret = secrets.token_urlsafe(32)

        def work(tx: Tx) -> None:
            self._known(tx, id)
            self._put(tx, id, "token", _token_hash(secret))

        self._transactions.run(actor, work)
        return f"{id}.{secret}"

    def change_groups(self, id: str, groups: Iterable[str], *, actor: Actor) -> None:
        wanted = frozenset(groups)

        def work(tx: Tx) -> None:
            row = self._known(tx, id)
            added, removed = tuple(sorted(wanted - row.groups)), tuple(sorted(row.groups - wanted))
            if added or removed:
                tx.append(INSTALLATION, events.GroupsChanged(person=id, added=added, removed=removed))

        self._transactions.run(actor, work)

    def deactivate(self, id: str, *, actor: Actor) -> None:
        def work(tx: Tx) -> None:
            self._known(tx, id)
            tx.append(INSTALLATION, events.PersonDeactivated(person=id))

        self._transactions.run(actor, work)

    def reactivate(
        self, id: str, *, password: str | None = None, must_change: bool = False, actor: Actor
    ) -> None:
        """Open an account again that was closed, with its groups; the password that it had opens nothing.

        Without another one nobody signs in with a password. Raises NotFound, Conflict for an account that is
        open, and PasswordRefused.
        """
        row = self._transactions.read(lambda tx: self._known(tx, id))
        if row.kind != "person":  # a program gets a new account
            raise NotFound("person", id)
        had_one = self.has_password(id)
        if password is None and had_one:  # nobody knows what is chosen here
            secret_hash: str | None = self._hasher.hash(secrets.token_urlsafe(32))
        else:
            secret_hash = self._hash(password, id, row.name) if password is not None else None

        def work(tx: Tx) -> None:
            if self._known(tx, id).is_active:
                raise Conflict(f"open account '{id}' again", "it is open")
            tx.append(INSTALLATION, events.PersonReactivated(person=id))
            if secret_hash is not None:
                self._put(tx, id, "password", secret_hash, must_change)

        self._transactions.run(actor, work)

    def find(self, id: str) -> Actor | None:
        """The active person or program of this id."""
        row = self._transactions.read(lambda tx: queries.person(tx, id))
        return _actor(row) if row is not None and row.is_active else None

    def known(self, id: str) -> PersonRow | None:
        """The person or program of this id, though the account be closed: what they did is told by name."""
        return self._transactions.read(lambda tx: queries.person(tx, id))

    def actor(self, id: str) -> Actor:
        """Like `find`, but raises NotFound."""
        found = self.find(id)
        if found is None:
            raise NotFound("person", id)
        return found

    def list(self, *, groups: Iterable[str] | None = None, only_active: bool = True) -> list[PersonRow]:
        return self._transactions.read(lambda tx: queries.people(tx, groups=groups, only_active=only_active))

    def groups(self) -> frozenset[str]:
        """Every group that somebody is in; what the deploy check holds candidate groups against."""
        return self._transactions.read(queries.groups)

    def authenticate(
        self, id: str, secret: str, *, kind: str = "password", source: Source = NOWHERE
    ) -> Actor:
        """The person behind an id and a secret. Raises SignInFailed; every refusal is in the history.

        Who guesses a password wrong five times from one place has to wait there, twice as long every time,
        at the most five minutes (`brakes`). A token is 256 random bits: nobody guesses it, so nobody waits.
        """
        is_braked = kind == "password"

        def known(tx: Tx) -> tuple[PersonRow | None, Any]:
            return queries.person(tx, id), queries.credential(tx, id, kind)

        row, stored = self._transactions.read(known)
        # Hashing takes its time by design, for an account that there is not as well; no transaction is open.
        matches = self._matches(self._decoy if stored is None else stored.secret_hash, secret)
        because = None
        if row is None or stored is None:
            because = "unknown"
        elif not row.is_active:
            because = "inactive"
        elif not matches:
            because = "wrong"
        # The session that begins now says who signed in; the use of a token is told by what it does.
        if (
            because is None
            and row is not None
            and (not is_braked or self._transactions.read(lambda tx: brakes.is_free(tx, kind, id, source)))
        ):
            return _actor(row)

        def judged(tx: Tx) -> bool:
            refused_for, counted = because, NOT_COUNTED
            if is_braked:
                attempt = brakes.begin(tx, kind, id, source, is_known=stored is not None)
                if because is None and not attempt.is_too_soon:
                    brakes.was_right(tx, attempt)
                    return True
                counted = brakes.was_wrong(tx, attempt)
                if because in (None, "wrong") and attempt.is_too_soon:
                    refused_for = "locked"
            refused = events.SignInRefused(
                person=id if row is not None else "", because=refused_for or "", by=kind, **counted
            )
            tx.append(INSTALLATION, refused)
            return False

        if self._transactions.run(SYSTEM, judged) and row is not None:
            return _actor(row)
        raise SignInFailed

    def authenticate_token(self, token: str) -> Actor:
        """The program behind `<id>.<secret>`. Raises SignInFailed."""
        id, _, secret = token.rpartition(".")
        return self.authenticate(id, secret, kind="token")

    def _known(self, tx: Tx, id: str) -> PersonRow:
        row = queries.person(tx, id)
        if row is None:
            raise NotFound("person", id)
        return row

    def _hash(self, password: str, id: str, name: str) -> str:
        passwords.check(password, about=(id, name, self._address))
        return self._hasher.hash(password)

    def _matches(self, secret_hash: str, secret: str) -> bool:
        if secret_hash.startswith(_TOKEN_PREFIX):
            return hmac.compare_digest(secret_hash, _token_hash(secret))
        try:
            return self._hasher.verify(secret_hash, secret)
        except (VerificationError, InvalidHashError):
            return False

    def _put(self, tx: Tx, id: str, kind: str, secret_hash: str, must_change: bool = False) -> None:
        values = {"secret_hash": secret_hash, "changed_at": tx.now, "must_change": must_change}
        if not tx.update_any(tables.credential, {"person": id, "kind": kind}, values):
            tx.insert(tables.credential, person=id, kind=kind, failures=0, **values)
        proof = keyed_hashes.of_credential(tx, id, kind, secret_hash)
        was_set = events.CredentialSet(person=id, kind=kind, keyed_hash=proof, must_change=must_change)
        tx.append(INSTALLATION, was_set)


def _append_new(tx: Tx, added: events.PersonAdded) -> None:
    if queries.person(tx, added.person) is not None:
        raise Conflict(f"add person '{added.person}'", "there is one with this id")
    tx.append(INSTALLATION, added)


def _token_hash(secret: str) -> str:
    """A token is 256 random bits: nobody guesses it, so a slow hash would only slow every request."""
    return _TOKEN_PREFIX + hashlib.sha256(secret.encode()).hexdigest()


def _actor(row: PersonRow) -> Actor:
    return Actor(
        id=row.id,
        name=row.name,
        groups=row.groups,
        kind="person" if row.kind == "person" else "service",
    )
