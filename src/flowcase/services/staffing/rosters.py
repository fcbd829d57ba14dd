"""Rosters: whether the groups have the people that the rule sets count on (R-003, R-007, R-011)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flowcase.services.rule_sets import RuleSets
from flowcase.services.transactions import Transactions
from flowcase.store import Tx
from flowcase.store.queries.people import PersonRow, people
from flowcase.values import Value

# setting that says how many -> (rule, group)
_COUNTED: Mapping[str, tuple[str, str]] = {
    "frontpersonale_antal": ("R-003", "frontpersonale"),
    "forebyggende_antal": ("R-007", "forebyggende_raadgiver"),
}
_DIRECT = "R-011"


@dataclass(frozen=True)
class RosterLine:
    """One group with the people it needs and has."""

    rule: str
    group: str
    needed: int | None  # None: functions are asked for, not a number
    people: tuple[str, ...]  # ids of who is in it now
    missing: tuple[str, ...] = ()  # functions that nobody in the team has
    district: str | None = None

    @property
    def is_staffed(self) -> bool:
        return not self.missing and (self.needed is None or len(self.people) >= self.needed)


class Rosters:
    """One transaction per method; the numbers are settings, the people are accounts."""

    def __init__(self, transactions: Transactions, rule_sets: RuleSets) -> None:
        self._transactions, self._rule_sets = transactions, rule_sets

    def lines(self) -> list[RosterLine]:
        """Every group that a rule set counts on, by rule."""
        return self._transactions.read(self._found)

    def _found(self, tx: Tx) -> list[RosterLine]:
        settings = self._rule_sets.settings(tx)
        active = [row for row in people(tx, only_active=True) if row.kind == "person"]
        lines = []
        for setting, (rule, group) in _COUNTED.items():
            needed = settings.get(setting)
            if needed is not None:
                members = _members(active, group)
                lines.append(RosterLine(rule, group, int(needed), tuple(row.id for row in members)))
        if settings.get("intake_mode") == "direct":
            lines += _teams(settings, active)
        return lines


def _teams(settings: Mapping[str, Value], active: Sequence[PersonRow]) -> list[RosterLine]:
    """Each school district's team with advisers, PPR and health visitors together."""
    functions = [str(each) for each in settings.get("sverigesteam_funktioner") or []]
    districts = dict(settings.get("skoledistrikter") or {})
    teams = [(str(district), str(team)) for district, team in districts.items()]
    lines = []
    for district, team in teams or [("", str(settings.get("direkte_modtagelse_team") or ""))]:
        members = _members(active, team)
        missing = tuple(each for each in functions if not _has(members, each, functions))
        ids = tuple(row.id for row in members)
        lines.append(RosterLine(_DIRECT, team, None, ids, missing, district or None))
    return lines


def _members(active: Sequence[PersonRow], group: str) -> list[PersonRow]:
    return [row for row in active if group in row.groups]


def _has(members: Sequence[PersonRow], function: str, functions: Sequence[str]) -> bool:
    """Somebody in the team has the function: a group of that name, or, for advisers, none of the others."""
    if function == "raadgiver":
        others = set(functions) - {function}
        return any(not row.groups & others for row in members)
    return any(function in row.groups for row in members)
