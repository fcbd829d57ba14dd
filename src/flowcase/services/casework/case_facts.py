"""What a diagram can read beside its variables: facts of its case, due dates, settings.

- `sag`: K0 facts of the case with `sag_id`, `aabnet` and `afsluttet`
- `sagens_team`: the groups that do the caseworker's tasks: its team; while it has none, or there is no
  case, those whom the settings name
- `sagens_ledere`: the groups that lead it
- `frist`: timer id -> due instant (`frist.T04`)
- `frist_paamindelser`: timer id -> planned reminder instants (`frist_paamindelser.T07[1]`)
- `indstilling`: the settings of the rule sets that the instance pins
- `belastning`: every caseworker's load, now and after this case's allocation (D-07), `{person, antal, efter}`
- `denne_frist`: in process `frist` only, the deadline it watches over

Each is read when an expression first asks for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from flowcase.cases.case_team import team_of
from flowcase.cases.civil_time import COPENHAGEN
from flowcase.cases.deadlines import BREACHED_AFTER, repeated_at, repetitions_by
from flowcase.cases.team_leaders import leaders_of
from flowcase.services.casework.caseloads import case_loads
from flowcase.services.rule_sets import RuleSets
from flowcase.store import LockedInstance, Tx
from flowcase.store.queries import case_files
from flowcase.store.queries import deadlines as deadline_rows
from flowcase.store.queries.case_files import CaseRow
from flowcase.store.queries.deadlines import RUNNING, DeadlineRow
from flowcase.values import Value

DEADLINE_PROCESS = "frist"
OF_CASE = frozenset(
    {"regelsaet", "regelsaet_version", "sag_id", "barn_id", "aabnet", "afsluttet"}
)  # what the case itself says under `sag`; everything else there was set
BY_RULE = frozenset({"frist", "frist_paamindelser"})  # deadlines of the case, by the id of their rule
OF_DEADLINES = BY_RULE | {"denne_frist"}  # what is drawn from one follows it
NAMES = (
    "sag",
    "sagens_team",
    "sagens_ledere",
    "frist",
    "frist_paamindelser",
    "indstilling",
    "belastning",
    "denne_frist",
)


class Facts(Mapping[str, Value]):
    """A read-only mapping whose values are computed on first use and kept for the transaction's step."""

    def __init__(self, sources: Mapping[str, Callable[[], Value]]) -> None:
        self._sources = sources
        self._known: dict[str, Value] = {}

    def __getitem__(self, name: str) -> Value:
        if name not in self._known:
            self._known[name] = self._sources[name]()
        return self._known[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._sources)

    def __contains__(self, name: object) -> bool:
        return name in self._sources

    def __len__(self) -> int:
        return len(self._sources)


def facts_of(tx: Tx, rule_sets: RuleSets, instance: LockedInstance) -> Facts:
    """The facts of one process instance as they are now, in this transaction."""
    sources: dict[str, Callable[[], Value]] = {
        "sag": lambda: case_facts(tx, instance.case_code),
        "sagens_team": lambda: team_of(_team(facts), _settings(facts)),
        "sagens_ledere": lambda: leaders_of(_team(facts), _settings(facts)),
        "frist": lambda: {rule: _local(row.due_at) for rule, row in _by_rule(tx, instance).items()},
        "frist_paamindelser": lambda: {
            rule: [each["tidspunkt"] for each in row.plan.get("paamindelser") or ()]
            for rule, row in _by_rule(tx, instance).items()
        },
        "indstilling": lambda: rule_sets.settings(tx, instance.rule_set),
        "belastning": lambda: case_loads(tx, instance.case_code, _settings(facts)),
    }
    if instance.process == DEADLINE_PROCESS and instance.start_key:
        sources["denne_frist"] = lambda: _watched(tx, str(instance.start_key))
    facts = Facts(sources)
    return facts


def _team(facts: Facts) -> Value:
    case: Any = facts["sag"] or {}
    return case.get("team")


def _settings(facts: Facts) -> Mapping[str, Value]:
    settings: Any = facts["indstilling"]
    return settings


def case_facts(tx: Tx, code: str | None) -> dict[str, Value] | None:
    """K0 facts of a case under the names that diagrams use; None for no case."""
    row = case_files.case(tx, code) if code else None
    return None if row is None else facts_in(row)


def facts_in(row: CaseRow) -> dict[str, Value]:
    """As `case_facts`, of a case that was read already."""
    return {
        "regelsaet": row.rule_set,
        "regelsaet_version": row.rule_set_version,
        **row.facts,
        "sag_id": row.code,
        "barn_id": row.child,
        "aabnet": row.opened_at,
        "afsluttet": row.closed_at,
    }


def _by_rule(tx: Tx, instance: LockedInstance) -> dict[str, DeadlineRow]:
    if instance.case_code:
        found = deadline_rows.current(tx, case=instance.case_code)
    else:
        # A notification's own process has no case, but each child's deadline is about the notification.
        found = deadline_rows.current(tx, stream=instance.stream)
        kind, _, subject = instance.stream.partition(":")
        if kind == "notification":
            found += [row for row in deadline_rows.deadlines(tx, subject=subject) if row not in found]
    return _chosen(found, {instance.id, *([instance.parent] if instance.parent else [])})


def _chosen(found: list[DeadlineRow], nearest: set[str] | None = None) -> dict[str, DeadlineRow]:
    """One deadline per rule: running before done, opened by this instance or its caller before others.

    A deadline that was met stays readable, so that a timer drawn from it keeps its date.
    """
    by_rule: dict[str, DeadlineRow] = {}

    def rank(row: DeadlineRow) -> tuple[bool, bool, float]:
        is_running = row.status in RUNNING
        earliest_or_newest = row.due_at.timestamp() if is_running else -row.opened_at.timestamp()
        return not is_running, row.instance not in (nearest or set()), earliest_or_newest

    for row in sorted(found, key=rank):
        by_rule.setdefault(row.rule, row)
    return by_rule


def _watched(tx: Tx, deadline: str) -> dict[str, Value] | None:
    row = deadline_rows.deadline(tx, deadline)
    if row is None:
        return None
    plan = row.plan
    escalations = list(plan.get("eskaleringer") or ())
    return {
        "frist_id": row.id,
        "regel": row.rule,
        "status": row.status,
        "forfald": _local(row.due_at),
        "brud_kl": _local(row.due_at + BREACHED_AFTER),
        "er_overskredet": tx.now > row.due_at,
        "taeller_brud": bool(plan.get("taeller_brud")),
        "paamindelser": list(plan.get("paamindelser") or ()),
        "paamindelsesnumre": list(plan.get("resterende") or ()),
        "eskaleringer": escalations,
        "eskaleringsnumre": [Decimal(number) for number in range(1, len(escalations) + 1)],
        "gentages": plan.get("gentag") is not None,
        "naeste_gentagelse": _next_repetition(row, tx.now),
    }


def _next_repetition(row: DeadlineRow, now: dt.datetime) -> dt.datetime | None:
    """The first repetition after now, counted from the due instant: none is caught up on."""
    repeat: Any = row.plan.get("gentag")
    if repeat is None:
        return None
    every: dt.timedelta = repeat["hver"]
    return repeated_at(row.due_at, every, repetitions_by(now, row.due_at, every) + 1)


def _local(instant: dt.datetime) -> dt.datetime:
    return instant.astimezone(COPENHAGEN)
