"""Absences: who is away from when to when, and who stands in, as the flow `raadgiver_fravaer` keeps it.

An absence belongs to a case. A person's absence from several cases with the same deputy and the same days
is shown as one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from flowcase.access.actor import Actor
from flowcase.cases.civil_time import local_date
from flowcase.services.deputies import ABSENCE, UNDER_WAY
from flowcase.services.rule_sets import RuleSets
from flowcase.services.teams import people_led
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries import absences as rows_of
from flowcase.store.queries import case_files


@dataclass(frozen=True)
class Absence:
    """Somebody is away, or will be, and somebody else does their user tasks of these cases."""

    person: str
    deputy: str
    first: dt.date
    last: dt.date
    is_under_way: bool
    cases: tuple[str, ...]


class Absences:
    """For reading only."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def shown_to(self, actor: Actor) -> list[Absence]:
        """Those of the people whom the actor leads, and those in which the actor is away or stands in."""

        def work(tx: Tx) -> list[Absence]:
            led = {row.id for row in people_led(tx, self._rule_sets, actor)}
            return absences(tx, people={*led, actor.id}, also_as_deputy=actor.id)

        return self._transactions.read(work)

    def of(self, actor: Actor) -> list[Absence]:
        """Those in which the actor is away or stands in."""
        return self._transactions.read(lambda tx: absences(tx, people={actor.id}, also_as_deputy=actor.id))

    def away(self, people: Iterable[str]) -> dict[str, Absence]:
        """By person, of these who are away today."""
        return self._transactions.read(lambda tx: away(tx, people))


def away(tx: Tx, people: Iterable[str]) -> dict[str, Absence]:
    """By person, of these who are away today: of several absences the one that lasts longest."""
    today = local_date(tx.now)
    present = [each for each in absences(tx, people=people) if each.first <= today]
    return {each.person: each for each in sorted(present, key=lambda each: each.last)}


def absences(tx: Tx, *, people: Iterable[str], also_as_deputy: str | None = None) -> list[Absence]:
    """Absences that are announced or under way, the first day first."""
    wanted, today = set(people), local_date(tx.now)
    found: dict[tuple[str, str, dt.date, dt.date, bool], list[str]] = {}
    for row in rows_of.not_ended(tx, entity=ABSENCE, under_way=UNDER_WAY):
        first, last, deputy = (row.open.get(name) for name in ("fra", "til", "stedfortraeder"))
        if first is None or last is None or last < today or not deputy:
            continue
        owner = row.open.get("sagsbehandler")  # known once it has begun
        if owner is not None and owner not in wanted and deputy != also_as_deputy:
            continue
        case = case_files.case(tx, row.case_code)
        if case is None or case.closed_at is not None:
            continue
        person = str(owner or case.caseworker or "")
        if not (person in wanted or deputy == also_as_deputy):
            continue
        key = (person, str(deputy), first, last, row.open.get("status") == UNDER_WAY)
        found.setdefault(key, []).append(case.code)
    return sorted(
        (Absence(*key, tuple(sorted(set(cases)))) for key, cases in found.items()),
        key=lambda each: (each.first, each.person, each.deputy),
    )
