"""Events as canonical JSON and back."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable
from typing import Any

from flowcase import events, model
from flowcase.model import Event
from flowcase.values import canonical_json, from_json, to_json


def encode(event: Event, request_id: str = "") -> bytes:
    """What the history seals: the event's fields, and the request that led to it."""
    fields = {name: to_json(getattr(event, name)) for name in event.__dataclass_fields__}
    return canonical_json({"e": fields, "r": request_id} if request_id else {"e": fields})


def decode(kind: str, payload: bytes) -> tuple[Event, str]:
    """The event and the request id. Raises LookupError for a kind that this release does not know."""
    data = json.loads(payload)
    cls = classes()[kind]
    restore = _restorers(kind)
    # A field that a later release added is missing in older events: its default applies.
    fields = {name: restore[name](value) for name, value in data["e"].items() if name in restore}
    return cls(**fields), data.get("r", "")


@functools.cache
def classes() -> dict[str, type[Event]]:
    """Every concrete event class by name."""
    _load_domain_events()
    found: dict[str, type[Event]] = {}
    pending = [Event]
    while pending:
        cls = pending.pop()
        pending.extend(cls.__subclasses__())
        if cls in (Event, model.ElementEvent):
            continue
        if cls.__module__.startswith("flowcase.") and found.setdefault(cls.__name__, cls) is not cls:
            raise TypeError(f"Expected event names to be unique, but there are two {cls.__name__}.")
    return found


def _load_domain_events() -> None:
    # Defining the classes is what these are imported for.
    import flowcase.access.events
    import flowcase.cases.events  # noqa: F401


@functools.cache
def _restorers(kind: str) -> dict[str, Callable[[Any], Any]]:
    cls = classes()[kind]
    hints = typing.get_type_hints(cls)
    return {field.name: _restorer(hints[field.name]) for field in dataclasses.fields(cls)}


def _restorer(hint: Any) -> Callable[[Any], Any]:
    """JSON has one number and one sequence; the field's declared type tells which was meant."""
    options = typing.get_args(hint) if typing.get_origin(hint) in (typing.Union, types.UnionType) else (hint,)
    if int in options:
        return lambda value: None if value is None else int(value)
    if any(typing.get_origin(option) is tuple for option in options):
        return lambda value: None if value is None else tuple(from_json(value))
    return from_json


__all__ = ["classes", "decode", "encode", "events"]
