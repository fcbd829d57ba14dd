"""Events as canonical JSON and back: those of one transaction and stream together, compressed."""

from __future__ import annotations

import dataclasses
import functools
import json
import types
import typing
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import flowcase.access.events  # this and the next define classes of events: nothing else is wanted of them
import flowcase.cases.events  # noqa: F401
from flowcase import events, model
from flowcase.compression import compress, decompress
from flowcase.model import Event
from flowcase.values import OWN_JSON, canonical_json, from_json, to_json

LEVEL = 3  # of compression: entries are small, and a higher one makes hardly any of them smaller
LARGEST_ENTRY = 256 * 1024 * 1024  # bytes; an entry that claims more was not written here
_COMPRESSED = b"\x28\xb5\x2f\xfd"  # how every zstd frame begins; JSON never does


class Recorded(NamedTuple):
    """An event with what it is about; `event` is None once the key of its stream was destroyed."""

    kind: str
    instance: str | None
    element: str | None
    event: Event | None


class Entry(NamedTuple):
    """What one entry of the history has under its seal."""

    recorded: list[Recorded]
    request_id: str
    bound: str | None  # to what stands in the open (`history.chain.binding`); older releases wrote none
    versions: Mapping[str, int]  # of the states that were saved with it, by instance; older releases: none


def encode(
    recorded: Iterable[Recorded],
    request_id: str = "",
    bound: str | None = None,
    versions: Sequence[int | None] = (),
) -> bytes:
    """What the history seals: the events of one entry, the request that led to them, and its binding.

    `versions` are those of the states that were saved with it, in the order in which instances come first.
    """
    content: dict[str, Any] = {
        "e": [[each.kind, each.instance, each.element, _fields(each.event)] for each in recorded]
    }
    if request_id:
        content["r"] = request_id
    if bound is not None:
        content["o"] = bound
    if any(versions):
        content["s"] = list(versions)
    return compress(canonical_json(content), level=LEVEL)


def decode(payload: bytes, kinds: Collection[str] | None = None) -> Entry:
    """Raises LookupError for a kind that is not known; `event` of other kinds than these is None."""
    content = decompress(payload, largest=LARGEST_ENTRY)
    data = json.loads(content)
    found = [
        Recorded(kind, instance, element, _restored(kind, fields) if kinds is None or kind in kinds else None)
        for kind, instance, element, fields in data["e"]
    ]
    return Entry(found, data.get("r", ""), data.get("o"), _versions(data))


def _versions(data: Mapping[str, Any]) -> dict[str, int]:
    saved = data.get("s", ())
    instances = dict.fromkeys(instance for _, instance, _, _ in data["e"] if instance) if saved else ()
    return {id: version for id, version in zip(instances, saved, strict=True) if version is not None}


def versions(payload: bytes) -> dict[str, int]:
    """Of the states that were saved with an entry."""
    return _versions(json.loads(decompress(payload, largest=LARGEST_ENTRY))) if is_entry(payload) else {}


def bound(payload: bytes) -> str | None:
    """What an entry is bound to; None where an older release wrote it."""
    return json.loads(decompress(payload, largest=LARGEST_ENTRY)).get("o") if is_entry(payload) else None


def is_entry(payload: bytes) -> bool:
    """Whether it holds the events of an entry; the first installations stored each event by itself."""
    return payload.startswith(_COMPRESSED)


def decode_single(kind: str, payload: bytes) -> tuple[Event, str]:
    """An event as the first installations stored it."""
    data = json.loads(payload)
    return _restored(kind, data["e"]), data.get("r", "")


def _fields(event: Event | None) -> dict[str, Any]:
    if event is None:
        return {}
    return {
        name: value if type(value) in OWN_JSON else to_json(value) for name, value in event.__dict__.items()
    }


def _restored(kind: str, fields: dict[str, Any]) -> Event:
    restore = _restorers(kind)
    # A field that a later release added is missing in older events: its default applies.
    return classes()[kind](
        **{name: restore[name](value) for name, value in fields.items() if name in restore}
    )


@functools.cache
def classes() -> dict[str, type[Event]]:
    """Every concrete event class by name."""
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


__all__ = [
    "Entry",
    "Recorded",
    "bound",
    "classes",
    "decode",
    "decode_single",
    "encode",
    "events",
    "is_entry",
    "versions",
]
