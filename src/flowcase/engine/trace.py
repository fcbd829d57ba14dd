"""What a played diagram leaves behind: entries in order, and where things stood at the end."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from flowcase.model import (
    ElementCancelled,
    ElementCompleted,
    ElementEntered,
    Event,
)
from flowcase.values import Value, YearMonthDuration

_SHORT: dict[type[Event], str] = {
    ElementEntered: "entered",
    ElementCompleted: "completed",
    ElementCancelled: "cancelled",
}


@dataclass(frozen=True)
class Entry:
    """One event of one process instance; `event` is its name in words joined by underscores."""

    at: dt.datetime
    process: str
    instance: str
    event: str
    details: Mapping[str, Value]

    @property
    def element(self) -> str | None:
        return self.details.get("element")

    def to_json(self) -> dict[str, Any]:
        details = {name: plain(value) for name, value in self.details.items() if value not in (None, (), "")}
        return {
            "at": self.at.isoformat(),
            "event": self.event,
            "process": self.process,
            "instance": self.instance,
            **details,
        }


def entry_of(event: Event, *, at: dt.datetime, process: str, instance: str) -> Entry:
    details = {each.name: getattr(event, each.name) for each in dataclasses.fields(event)}
    if "process" in details:
        details["called" if event.__class__.__name__ == "CallRequested" else "started"] = details.pop(
            "process"
        )
    name = _SHORT.get(type(event)) or re.sub(r"(?<!^)(?=[A-Z])", "_", type(event).__name__).lower()
    return Entry(at, process, instance, name, details)


@dataclass
class Trace:
    """The story of one run. `state` is completed, active, cancelled, failed or stopped (too many steps)."""

    process: str
    zone: str
    entries: list[Entry] = field(default_factory=list)
    variables: dict[str, Value] = field(default_factory=dict)
    timers: list[dict[str, Any]] = field(default_factory=list)
    waiting: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)  # published, and nobody received them
    incidents: list[dict[str, Any]] = field(default_factory=list)
    state: str = "active"
    ended_at: dt.datetime | None = None

    def elements(self, event: str = "entered", *, process: str | None = None) -> list[str]:
        """The ids of the elements that were entered, completed or cancelled, in order."""
        return [
            str(entry.element)
            for entry in self.entries
            if entry.event == event and process in (None, entry.process) and entry.element is not None
        ]

    def flows(self) -> list[str]:
        return [entry.details["flow"] for entry in self.entries if entry.event == "flow_taken"]

    def of(self, event: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.event == event]

    def to_json(self) -> dict[str, Any]:
        return {
            "process": self.process,
            "state": self.state,
            "ended_at": self.ended_at.isoformat() if self.ended_at else None,
            "entries": [entry.to_json() for entry in self.entries],
            "variables": plain(self.variables),
            "waiting": plain(self.waiting),
            "timers": plain(self.timers),
            "messages": plain(self.messages),
            "incidents": plain(self.incidents),
        }


def plain(value: Value) -> Any:
    """Values as JSON that people read: numbers as numbers, instants and durations as ISO 8601."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, (dt.datetime, dt.date, dt.time)):
        return value.isoformat()
    if isinstance(value, dt.timedelta):
        return iso_duration(value)
    if isinstance(value, YearMonthDuration):
        return f"{'-' if value.months < 0 else ''}P{abs(value.months)}M"
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def iso_duration(value: dt.timedelta) -> str:
    if value < dt.timedelta():
        return f"-{iso_duration(-value)}"
    hours, rest = divmod(value.seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [(hours, "H"), (minutes, "M")]
    time = "".join(f"{number}{unit}" for number, unit in parts if number)
    if seconds or value.microseconds:
        fraction = f".{value.microseconds:06d}".rstrip("0") if value.microseconds else ""
        time += f"{seconds}{fraction}S"
    days = f"{value.days}D" if value.days else ""
    return f"P{days}T{time}" if time else f"P{days or 'T0S'}"
