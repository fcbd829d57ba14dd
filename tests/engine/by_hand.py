"""Driving one instance by hand, command by command."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flowcase.engine import State, advance
from flowcase.model import Command, Event
from flowcase.modeling.definition import ProcessDefinition

NOW = dt.datetime(2026, 3, 2, 8, 0, tzinfo=dt.UTC)


class Hand:
    """An instance whose state is saved after every command; remembers all events."""

    def __init__(self, definition: ProcessDefinition, *, now: dt.datetime = NOW, **options: Any) -> None:
        self.definition = definition
        self.now = now
        self.options = options
        self.saved: bytes | None = None
        self.events: list[Event] = []

    @property
    def state(self) -> State:
        assert self.saved is not None
        return State.from_bytes(self.saved, self.definition)

    def do(self, command: Command, **options: Any) -> tuple[Event, ...]:
        done = advance(self.definition, self.saved, command, now=self.now, **{**self.options, **options})
        self.saved = done.state.to_bytes()
        self.events += done.events
        return done.events

    def at(self, element: str) -> str:
        """The element instance that is in an element, of which there must be one."""
        found = [each.element_instance for each in self.state.waiting() if each.element == element]
        assert len(found) == 1, f"{element}: {found}"
        return found[0]

    def waiting(self, element: str) -> str:
        """The key of the timer, message or signal subscription of a drawn event."""
        found = [key for key, each in self.state.subscriptions.items() if each.element == element]
        assert len(found) == 1, f"{element}: {found}"
        return found[0]
