"""How many cases a caseworker has, and would have after an allocation (R-023, D-07, X-06).

Whether children or families are counted is a setting (`taeller`), because the sources do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from flowcase.values import Value

WAITING_FOR_ALLOCATION = "til_tildeling"
PREVENTIVE = "forebyggende"  # the case is worked on in the district (2.l) ...
PREVENTIVE_WORKERS = "forebyggende_raadgiver"  # ... by this group
# Cases that nobody in the team works on: closed, wrongly opened, or taken back to prevention.
NOT_COUNTED = frozenset({"afsluttet", "fejlregistreret", PREVENTIVE})
BY_FAMILY = "familie"


@dataclass(frozen=True)
class Counted:
    """What counting needs to know of a case."""

    code: str
    caseworker: str | None
    status: str | None
    family: str | None

    @classmethod
    def of(cls, code: str, facts: Mapping[str, Value]) -> Counted:
        return cls(code, facts.get("sagsbehandler"), facts.get("status"), facts.get("familie_id"))

    @property
    def counts(self) -> bool:
        return self.caseworker is not None and self.status not in NOT_COUNTED

    def unit(self, counted_by: str) -> str:
        """What it counts as: itself, or its family."""
        return f"familie:{self.family}" if counted_by == BY_FAMILY and self.family else f"sag:{self.code}"


@dataclass(frozen=True)
class Load:
    """A caseworker's load now, and after the case at hand with its waiting siblings is allocated."""

    person: str
    now: int
    after: int


def loads(
    cases: Iterable[Counted], code: str, counted_by: str, people: Iterable[str] = ()
) -> tuple[Load, ...]:
    """The load of every caseworker who has a case, and of `people`, lightest first.

    Siblings who wait for allocation go to one caseworker, so that they count together with `code`.
    """
    known = list(cases)
    held: dict[str, set[str]] = {person: set() for person in people}
    for each in known:
        if each.counts and each.caseworker is not None:
            held.setdefault(each.caseworker, set()).add(each.unit(counted_by))
    coming = {each.unit(counted_by) for each in _allocated_together(known, code)}
    found = [Load(person, len(units), len(units | coming)) for person, units in held.items()]
    return tuple(sorted(found, key=lambda load: (load.after, load.person)))


def load_of(cases: Iterable[Counted], code: str, counted_by: str, person: str) -> Load:
    """The load of one caseworker, who may have no case yet."""
    return next(load for load in loads(cases, code, counted_by, [person]) if load.person == person)


def _allocated_together(cases: list[Counted], code: str) -> list[Counted]:
    own = next((each for each in cases if each.code == code), Counted(code, None, None, None))
    siblings = [
        each
        for each in cases
        if own.family
        and each.family == own.family
        and each.code != code
        and each.caseworker is None
        and each.status == WAITING_FOR_ALLOCATION
    ]
    return [own, *siblings]
