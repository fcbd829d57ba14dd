"""What rows of suspended processes and of lists of instances that somebody decided about have to say, told
anew from events alone.

Such a list is a batch, or a move to another version. What was asked for, and which instances were chosen, is
in its first event since releases that write it there; of a list that is older it is not told.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from flowcase import events
from flowcase.history.heard import NOT_TOLD
from flowcase.model import Event


@dataclass(frozen=True)
class Suspension:
    process: str
    version: int | None
    reason: str
    at: dt.datetime
    actor: str
    batch: str | None


@dataclass(frozen=True)
class Chosen:
    """The instances of a list."""

    number: int
    digest: str  # empty where no event holds it


@dataclass(frozen=True)
class Batch:
    act: str
    asked: Any
    details: Any
    reason: str
    status: str
    at: dt.datetime
    actor: str
    decided_by: str


@dataclass(frozen=True)
class Move:
    process: str
    source: str
    target: str
    mapping: Any
    reason: str
    status: str
    at: dt.datetime
    actor: str
    decided_by: str


@dataclass
class Operations:
    """What the events of the installation's stream add up to."""

    suspensions: dict[str, Suspension] = field(default_factory=dict)  # by <process>, or <process>:<version>
    batches: dict[str, Batch] = field(default_factory=dict)
    moves: dict[str, Move] = field(default_factory=dict)
    chosen: dict[str, Chosen] = field(default_factory=dict)  # by list
    # Batches that were perhaps ended with their suspension: older releases wrote no event of that.
    perhaps_stopped: set[str] = field(default_factory=set)


KINDS = (events.ProcessSuspended, events.ProcessResumed, events.BatchDecided, events.MigrationDecided)
_SYSTEM = "system"  # the actor that stops a list at whom has lost the right to it
_BECOMES = {"run": "running", "stop": "stopped", "undo": "undoing"}
_PAUSED = {"running": "paused", "undoing": "undo_paused"}
_RESUMED = {paused: running for running, paused in _PAUSED.items()}


def tell(found: Operations, actor: str, at: dt.datetime, event: Event) -> None:
    """One more event."""
    match event:
        case events.ProcessSuspended():
            told = Suspension(event.process, event.version, event.reason, at, actor, event.batch)
            found.suspensions[_scope(event.process, event.version)] = told
        case events.ProcessResumed():
            ended = found.suspensions.pop(_scope(event.process, event.version), None)
            if ended is not None and ended.batch is not None:
                found.perhaps_stopped.add(ended.batch)
        case events.BatchDecided():
            _batch(found, actor, at, event)
        case events.MigrationDecided():
            _move(found, actor, at, event)


def digest(chosen: Iterable[tuple[str, str | None]]) -> str:
    """Of instances in their order, each with the version that a move takes it from."""
    found = hashlib.sha256()
    for instance, source in chosen:
        found.update(f"{instance} {source or ''}\n".encode())
    return found.hexdigest()


def _batch(found: Operations, actor: str, at: dt.datetime, event: events.BatchDecided) -> None:
    id, before = event.batch, found.batches.get(event.batch)
    if event.act == "plan":
        asked = NOT_TOLD if event.asked is None else dict(event.asked)
        details = NOT_TOLD if event.details is None else dict(event.details)
        found.chosen[id] = Chosen(event.instances, event.chosen)
        found.batches[id] = Batch(
            event.operation, asked, details, event.reason, "planned", at, actor, decided_by=actor
        )
    elif before is not None and event.act == "map":
        details = NOT_TOLD if event.details is None else dict(event.details)
        found.batches[id] = dataclasses.replace(before, details=details)
    elif before is not None:
        decided_by = actor if event.act in ("run", "resume", "undo") else before.decided_by
        status = _after(before.status, event.act)
        found.batches[id] = dataclasses.replace(before, status=status, decided_by=decided_by)


def _move(found: Operations, actor: str, at: dt.datetime, event: events.MigrationDecided) -> None:
    id, before = event.migration, found.moves.get(event.migration)
    if event.act == "plan":
        process, _, _ = event.source.rpartition(":")
        mapping = NOT_TOLD if event.mapping is None else dict(event.mapping)
        found.chosen[id] = Chosen(event.instances, event.chosen)
        found.moves[id] = Move(
            process, event.source, event.target, mapping, event.reason, "planned", at, actor, decided_by=actor
        )
    elif before is not None:
        decided_by = before.decided_by if (event.act, actor) == ("pause", _SYSTEM) else actor
        status = _after(before.status, event.act)
        if before.mapping is NOT_TOLD:  # a release behind it kept the planner there for all before
            decided_by = NOT_TOLD
        found.moves[id] = dataclasses.replace(before, status=status, decided_by=decided_by)


def _after(status: str, act: str) -> str:
    if act == "pause":
        return _PAUSED.get(status, status)
    if act == "resume":
        return _RESUMED.get(status, status)
    return _BECOMES.get(act, status)


def _scope(process: str, version: int | None) -> str:
    return process if version is None else f"{process}:{version}"
