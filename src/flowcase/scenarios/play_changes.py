"""What an act changed, in the words in which a scenario expects it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.scenarios.checking import LOCAL, Refusal
from flowcase.scenarios.world import World

MOST = 12  # of one kind: a story shall be read


@dataclass(frozen=True)
class Mark:
    """What there was before."""

    events: int
    tasks: frozenset[str]
    deadlines: Mapping[str, str]
    incidents: frozenset[str]


def mark(world: World) -> Mark:
    return Mark(
        len(world.history),
        frozenset(row.id for row in world.user_tasks),
        {row.id: row.status for row in world.deadlines},
        frozenset(row.id for row in world.incidents),
    )


def changes(before: Mark, world: World, refusals: Sequence[Refusal]) -> dict[str, Any]:
    """The expectations of a step that did this."""
    found: dict[str, list[dict[str, Any]]] = {
        "tasks": [
            _named(process=row.process, element=row.element, case=row.case_code)
            for row in world.user_tasks
            if row.id not in before.tasks
        ],
        "deadlines": [
            _named(
                timer=row.rule,
                case=row.case_code,
                notification=row.subject if row.case_code is None else None,
                due=row.due_at.astimezone(LOCAL).isoformat(),
                state=row.status,
            )
            for row in world.deadlines
            if before.deadlines.get(row.id) != row.status
        ],
        "ends": [
            _named(process=world.process_of(one), end=one.element, case=world.case_of(one))
            for one in world.history[before.events :]
            if one.kind == "ElementCompleted"
            and one.event.__dict__.get("kind") == "endEvent"
            and world.process_of(one)
        ],
        "incidents": [
            _named(process=row.process, element=row.element, case=row.case_code)
            for row in world.incidents
            if row.id not in before.incidents
        ],
        "refusals": [item for refusal in refusals for item in _refused(refusal)],
    }
    kept = {kind: _once(items) for kind, items in found.items()}
    return {kind: items for kind, items in kept.items() if items}


def _refused(refusal: Refusal) -> list[dict[str, Any]]:
    if refusal.rules:
        return [{"rule": rule} for rule in refusal.rules]
    if refusal.fields:
        return [{"field": name} for name in refusal.fields]
    return [{"says": refusal.sentence}]


def _named(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _once(items: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    kept: list[dict[str, Any]] = []
    for item in items:
        if item not in kept:
            kept.append(item)
    return kept[:MOST]
