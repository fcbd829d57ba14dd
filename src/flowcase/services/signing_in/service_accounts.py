"""Accounts of programs: made with scopes, given a token that is shown once, and ended; each is an event."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.access.events import PersonDeactivated
from flowcase.access.groups import NAMES
from flowcase.access.permissions import groups_to_give_programs, may_operate
from flowcase.access.scopes import BEFORE_SCOPES, SCOPES
from flowcase.errors import Conflict, Forbidden, InvalidValues, NotFound
from flowcase.services.signing_in.people import People
from flowcase.services.transactions import Transactions
from flowcase.store import INSTALLATION, Tx
from flowcase.store.queries import people, programs

_ID = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,38}[a-z0-9])?")
LONGEST_DAYS = 1100
ONLY_AT_THE_TERMINAL = "Grupper, der arbejder med sager, gives kun ved terminalen ved siden af nøglen."


@dataclass(frozen=True)
class ServiceAccount:
    """A program's account; never its token."""

    id: str
    groups: tuple[str, ...]
    scopes: tuple[str, ...]
    made_at: dt.datetime | None  # None: made before there were scopes
    made_by: str
    expires_at: dt.datetime | None
    is_active: bool


class ServiceAccounts:
    """Made and ended by operators only."""

    def __init__(self, transactions: Transactions, people: People) -> None:
        self._transactions, self._people = transactions, people

    def make(
        self,
        id: str,
        *,
        groups: Iterable[str],
        scopes: Iterable[str],
        days: int | None = None,
        actor: Actor,
    ) -> str:
        """The token of a new account: `<id>.<secret>`, kept as a hash only.

        Groups that open cases are given at the terminal only: an operator has no work need on a case.

        Raises Forbidden, Conflict for an id that is taken, and InvalidValues for what cannot be used.
        """
        _check_operates(actor, "make a service account")
        wanted, asked = tuple(sorted(set(groups))), tuple(sorted(set(scopes)))
        errors: dict[str, list[str]] = {}
        if not _ID.fullmatch(id):
            errors["navn"] = ["Brug små bogstaver, tal, punktum og bindestreg, højst 40 tegn."]
        if not asked or set(asked) - set(SCOPES):
            errors["adgange"] = ["Vælg mindst én af de adgange, der er på listen."]
        if not wanted or set(wanted) - set(NAMES):
            errors["grupper"] = ["Vælg mindst én af de grupper, der er på listen."]
        elif (given := groups_to_give_programs(actor)) is not None and set(wanted) - given:
            errors["grupper"] = [ONLY_AT_THE_TERMINAL]
        if days is not None and not 1 <= days <= LONGEST_DAYS:
            errors["dage"] = [f"Skriv et helt antal dage fra 1 til {LONGEST_DAYS}."]
        if errors:
            raise InvalidValues("service account", errors)
        self._people.add_program(id, groups=wanted, scopes=asked, days=days, actor=actor)
        return self._people.new_token(id, actor=actor)

    def end(self, id: str, *, actor: Actor) -> None:
        """Its token opens nothing from now on. Raises Forbidden, NotFound and Conflict."""
        _check_operates(actor, "end a service account")

        def work(tx: Tx) -> None:
            row = people.person(tx, id)
            if row is None or row.kind == "person":
                raise NotFound("service account", id)
            if not row.is_active:
                raise Conflict(f"end service account '{id}'", "it has ended already")
            tx.append(INSTALLATION, PersonDeactivated(person=id))

        self._transactions.run(actor, work)

    def list(self, *, actor: Actor) -> list[ServiceAccount]:
        """By id, with those that have ended."""
        _check_operates(actor, "see the service accounts")

        def work(tx: Tx) -> list[ServiceAccount]:
            granted = programs.service_accounts(tx)
            groups = {row.id: row.groups for row in people.people(tx)}
            found = []
            for id, is_active in programs.programs(tx):
                row = granted.get(id)
                found.append(
                    ServiceAccount(
                        id,
                        tuple(sorted(groups[id])),
                        tuple(sorted(BEFORE_SCOPES if row is None else row.scopes)),
                        None if row is None else row.made_at,
                        "" if row is None else row.made_by,
                        None if row is None else row.expires_at,
                        is_active,
                    )
                )
            return found

        return self._transactions.read(work)

    def scopes_of(self, actor: Actor) -> frozenset[str]:
        """What a token of this account opens; nothing once its time is over."""
        if actor.kind != "service":
            return frozenset(SCOPES)

        def work(tx: Tx) -> frozenset[str]:
            row = programs.service_account(tx, actor.id)
            if row is None:
                return BEFORE_SCOPES
            is_over = row.expires_at is not None and row.expires_at <= tx.now
            return frozenset() if is_over else frozenset(row.scopes)

        return self._transactions.read(work)


def _check_operates(actor: Actor, attempt: str) -> None:
    if not may_operate(actor):
        raise Forbidden(attempt, "only an operator may")
