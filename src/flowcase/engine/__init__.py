"""SpiffWorkflow wrapped as a function: one command on one process instance, and the events it led to.

No input or output, no clock, no chance: the same definition, state, command, instant and facts give the
same events and keys.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace

from flowcase.engine import migrating
from flowcase.engine.commands import HANDLERS
from flowcase.engine.diagram import diagram_of
from flowcase.engine.going_back import WayBack, way_back
from flowcase.engine.migrating import CannotMigrate, Obstacle
from flowcase.engine.moving_tokens import CannotMoveToken, takes_a_token
from flowcase.engine.state import Position, State, Waits
from flowcase.engine.state_formats import UnknownStateFormat
from flowcase.engine.step import IsWorkingDay, Step
from flowcase.engine.timers import DEFAULT_ZONE, TimerTextError, next_occurrence
from flowcase.engine.tokens import TokenTree
from flowcase.errors import Conflict
from flowcase.model import (
    Advance,
    Command,
    InstanceMigrated,
    InstanceStatus,
    MigrateInstance,
    StartInstance,
    UndoMigration,
)
from flowcase.modeling.definition import ProcessDefinition
from flowcase.values import Value

__all__ = [
    "CannotMigrate",
    "CannotMoveToken",
    "Obstacle",
    "Position",
    "State",
    "TimerTextError",
    "UnknownStateFormat",
    "Waits",
    "WayBack",
    "advance",
    "migrate",
    "next_occurrence",
    "takes_a_token",
    "way_back",
]


def advance(
    definition: ProcessDefinition,
    state: State | bytes | None,
    command: Command,
    *,
    now: dt.datetime,
    facts: Mapping[str, Value] | None = None,
    zone: str = DEFAULT_ZONE,
    is_working_day: IsWorkingDay | None = None,
) -> Advance:
    """Apply one command and carry every token on until it waits.

    `state` is None for `StartInstance` only. A `State` handed in is used up. `facts` are names that
    expressions can read behind the variables. `is_working_day` answers for a local date where a cycle has
    the calendar of working days. Raises Conflict when the instance is not where the command expects it;
    whatever goes wrong inside the diagram becomes an incident instead.
    """
    if isinstance(command, StartInstance):
        if state is not None:
            raise Conflict(f"start process '{definition.id}'", "this instance has started already")
        current = State(TokenTree(diagram_of(definition)), is_called=command.is_called)
    else:
        if state is None:
            raise Conflict(f"go on with process '{definition.id}'", "it has not started")
        current = State.from_bytes(state, definition) if isinstance(state, bytes) else state
        if current.status is not InstanceStatus.ACTIVE:
            raise Conflict(f"go on with process '{definition.id}'", f"the instance is {current.status.value}")
    step = Step(
        current, now=now, facts={} if facts is None else facts, zone=zone, is_working_day=is_working_day
    )
    current.tree.current = step
    try:
        HANDLERS[type(command)](step, command)
        step.run()
    finally:
        current.tree.current = None
    return Advance(state=current, events=tuple(step.events))


def migrate(
    old: ProcessDefinition,
    new: ProcessDefinition,
    state: State | bytes,
    command: MigrateInstance | UndoMigration,
    *,
    source: str,
    now: dt.datetime,
    facts: Mapping[str, Value] | None = None,
    zone: str = DEFAULT_ZONE,
    is_working_day: IsWorkingDay | None = None,
) -> Advance:
    """Move an active instance from one version to another, or back to what it was.

    `source` is the id of the old version, for the history. Raises CannotMigrate with every obstacle, and
    Conflict when the instance is not active or, on the way back, has gone on since.
    """
    present = State.from_bytes(state, old) if isinstance(state, bytes) else state
    if present.status is not InstanceStatus.ACTIVE:
        raise Conflict(f"move process '{old.id}'", f"the instance is {present.status.value}")
    if isinstance(command, MigrateInstance):
        moved = migrating.moved_state(old, new, present, command.mapping)
    else:
        moved = State.from_bytes(command.before, new)
    step = Step(
        moved, now=now, facts={} if facts is None else facts, zone=zone, is_working_day=is_working_day
    )
    moved.tree.current = step
    try:
        if isinstance(command, MigrateInstance):
            migrating.migrate(step, command, old, present)
            step.run()
        else:
            migrating.undo(step, command, present)
    finally:
        moved.tree.current = None
    first = step.events[0]
    assert isinstance(first, InstanceMigrated)
    return Advance(state=moved, events=(replace(first, source=source), *step.events[1:]))
