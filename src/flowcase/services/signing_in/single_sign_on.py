"""Signing in at the authority's own provider (OpenID Connect): who somebody there is here, in which groups.

Every attempt leaves an event, the refused ones with their reason as a code. Nothing of a token is kept.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog

from flowcase.access import events
from flowcase.access.actor import SYSTEM, Actor
from flowcase.services.signing_in.oidc_provider import OidcProvider, SignInNotAccepted
from flowcase.services.signing_in.people import ID, RESERVED
from flowcase.services.signing_in.sessions import elsewhere, end_elsewhere, use_once
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import people as people_rows
from flowcase.store.queries import sign_ins
from flowcase.store.queries.people import PersonRow

_OF_PROVIDER = frozenset({"unreachable", "provider", "issuer", "key", "algorithm"})
_log = structlog.get_logger(__name__)

GIVEN_UP_AFTER = dt.timedelta(minutes=10)  # between leaving for the provider and coming back


@dataclass(frozen=True)
class Arrived:
    """Who came back from the provider, and what it calls the session there (hashed); empty: nothing."""

    person: Actor
    elsewhere: str


@dataclass(frozen=True)
class Rules:
    """Who may come in, and as what."""

    user_claim: str
    groups_claim: str
    groups: Mapping[str, tuple[str, ...]]  # the provider's group -> ours; empty: groups are given here
    makes_people: bool


class SingleSignOn:
    """`provider` is None where none is set."""

    def __init__(
        self,
        transactions: Transactions,
        real_now: Callable[[], dt.datetime],
        provider: OidcProvider | None,
        rules: Rules,
        *,
        address: str,
    ) -> None:
        self._transactions, self._now = transactions, real_now
        self._provider, self._rules = provider, rules
        self._redirect = f"{address}/log-paa/faelles/retur"
        self._home = f"{address}/log-paa"

    @property
    def is_offered(self) -> bool:
        return self._provider is not None

    def examine(self) -> None:
        """Whether anybody could sign in there now. Raises SignInNotAccepted, and leaves no event."""
        self._known().examine()

    def begin(self, back: str) -> tuple[str, dict[str, str]]:
        """Where the person signs in, and what their browser keeps until they are back.

        Raises SignInNotAccepted while the provider cannot be reached.
        """
        kept = {
            "state": secrets.token_urlsafe(32),
            "nonce": secrets.token_urlsafe(32),
            "verifier": secrets.token_urlsafe(48),
            "at": self._now().isoformat(),
            "back": back,
        }
        try:
            place = self._known().address(
                redirect=self._redirect,
                state=kept["state"],
                nonce=kept["nonce"],
                verifier=kept["verifier"],
            )
        except SignInNotAccepted as error:
            self._refuse(error)
            raise
        return place, kept

    def finish(self, kept: Mapping[str, str] | None, given: Mapping[str, str]) -> Arrived:
        """The person who came back with the provider's answer. Raises SignInNotAccepted, with its event."""
        try:
            provider = self._known()
            claims = self._checked(provider, kept, given)
            person = self._person(provider.issuer, claims, str((kept or {})["nonce"]))
            return Arrived(person, elsewhere(provider.issuer, claims.get("sid")))
        except SignInNotAccepted as error:
            self._refuse(error)
            raise

    def end_sessions(self, token: str) -> int:
        """The provider says that somebody signed out there (OpenID Connect Back-Channel Logout 1.0).

        Ends the session that came from the one there, or, where none is named, every session of the person
        that came from the provider; how many. Raises SignInNotAccepted, with its event.
        """
        try:
            provider = self._known()
            claims = provider.logout_claims(token)

            def work(tx: Tx) -> int | None:
                if not use_once(tx, "logout", claims["jti"], self._now() + 2 * GIVEN_UP_AFTER):
                    return None
                person = None
                if "sub" in claims:
                    person = sign_ins.person_of(tx, provider.issuer, claims["sub"])
                    if person is None:
                        return 0
                return end_elsewhere(tx, person, elsewhere(provider.issuer, claims.get("sid")))

            ended = self._transactions.run(SYSTEM, work)
            if ended is None:
                raise SignInNotAccepted("replayed")
            return ended
        except SignInNotAccepted as error:
            self._refuse(error, by="oidc-logout")
            raise

    def sign_out_address(self) -> str | None:
        """Where one signs out at the provider too; None when there is none."""
        return None if self._provider is None else self._provider.sign_out_address(self._home)

    def _known(self) -> OidcProvider:
        if self._provider is None:
            raise SignInNotAccepted("provider", "none is set")
        return self._provider

    def _checked(
        self, provider: OidcProvider, kept: Mapping[str, str] | None, given: Mapping[str, str]
    ) -> Mapping[str, Any]:
        state = given.get("state", "")
        if not kept or not state or not hmac.compare_digest(state.encode(), kept["state"].encode()):
            raise SignInNotAccepted("state")
        if self._now() > dt.datetime.fromisoformat(kept["at"]) + GIVEN_UP_AFTER:
            raise SignInNotAccepted("late")
        if given.get("iss", provider.issuer) != provider.issuer:  # RFC 9207
            raise SignInNotAccepted("issuer", "iss of the answer")
        if given.get("error"):
            raise SignInNotAccepted("denied" if given["error"] == "access_denied" else "provider")
        if not given.get("code"):
            raise SignInNotAccepted("code")
        return provider.claims(
            given["code"], redirect=self._redirect, nonce=kept["nonce"], verifier=kept["verifier"]
        )

    def _person(self, issuer: str, claims: Mapping[str, Any], nonce: str) -> Actor:
        wanted, managed = self._groups_in(claims)

        def work(tx: Tx) -> PersonRow | str:
            if not use_once(tx, "nonce", nonce, self._now() + 2 * GIVEN_UP_AFTER):
                return "replayed"
            id = sign_ins.person_of(tx, issuer, claims["sub"])
            row = people_rows.person(tx, id) if id is not None else None
            if row is None:
                found = self._first_time(tx, issuer, claims, wanted)
                if isinstance(found, str):
                    return found
                row = found
            if not row.is_active:
                return "inactive"
            groups = (row.groups - managed) | wanted
            if groups != row.groups:  # also where none is left: where they are signed in already, that ends
                added, removed = tuple(sorted(groups - row.groups)), tuple(sorted(row.groups - groups))
                tx.append(INSTALLATION, events.GroupsChanged(person=row.id, added=added, removed=removed))
            if not groups:
                return "groups"
            return PersonRow(
                row.id, row.name, row.kind, row.team, row.district, row.locale, row.is_active, groups
            )

        found = self._transactions.run(SYSTEM, work)
        if isinstance(found, str):
            raise SignInNotAccepted(found)
        return Actor(id=found.id, name=found.name, groups=found.groups)

    def _first_time(
        self, tx: Tx, issuer: str, claims: Mapping[str, Any], groups: frozenset[str]
    ) -> PersonRow | str:
        """Whoever has not been here from this provider: linked to their account, or given one."""
        id = str(claims.get(self._rules.user_claim) or "").strip().lower()
        if not ID.fullmatch(id) or id in RESERVED:
            return "name"
        row = people_rows.person(tx, id)
        if row is None:
            if not self._rules.makes_people:
                return "unknown"
            if not groups:
                return "groups"
            name = claims.get("name")
            tx.append(
                INSTALLATION,
                events.PersonAdded(
                    person=id,
                    name=name.strip()[:200] if isinstance(name, str) and name.strip() else id,
                    kind="person",
                    groups=tuple(sorted(groups)),
                    team=None,
                    district=None,
                ),
            )
            row = people_rows.person(tx, id)
            assert row is not None
        elif row.kind != "person" or sign_ins.is_linked(tx, id, issuer):
            return "taken"
        elif not row.is_active:
            return "inactive"
        tx.append(INSTALLATION, events.IdentityLinked(person=id, issuer=issuer, subject=claims["sub"]))
        return row

    def _groups_in(self, claims: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
        """(what the provider gives now, what is the provider's to give and to take)."""
        given = claims.get(self._rules.groups_claim)
        said = (
            {given}
            if isinstance(given, str)
            else {each for each in given if isinstance(each, str)}
            if (isinstance(given, list))
            else set()
        )
        managed = frozenset(group for groups in self._rules.groups.values() for group in groups)
        wanted = frozenset(group for each in said for group in self._rules.groups.get(each, ()))
        return wanted, managed

    def _refuse(self, error: SignInNotAccepted, by: str = "oidc") -> None:
        if error.because in _OF_PROVIDER:  # nobody who signs in can mend it
            _log.warning("the sign-in provider is of no use", because=error.because, detail=error.detail)
        event = events.SignInRefused(person="", because=error.because, by=by)
        self._transactions.run(SYSTEM, lambda tx: tx.append(INSTALLATION, event))
