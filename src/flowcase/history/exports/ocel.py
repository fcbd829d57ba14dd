"""OCEL 2.0 in JSON: events, and the cases, instances, deadlines, records and people they belong to."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Self

from flowcase.history.exports.line import Line
from flowcase.history.exports.plain import instant, scalar
from flowcase.values import Value


def pieces(lines: Iterable[Line]) -> Iterator[str]:
    """The log, its events first. Lines are gone through twice: types are known only when all were seen.

    A log that was cut off lacks its end and is no JSON.
    """
    types: dict[str, dict[str, str]] = {}
    for line in lines:
        _learn(line, types)
    yield '{\n"eventTypes": '
    yield _json(
        [
            {
                "name": name,
                "attributes": [{"name": each, "type": type} for each, type in sorted(attributes.items())],
            }
            for name, attributes in sorted(types.items())
        ]
    )
    with _Objects() as objects:
        yield ',\n"events": ['
        between = "\n"
        for line in lines:
            yield between + _json(_event(line, objects, types))
            between = ",\n"
        yield '\n],\n"objectTypes": '
        yield _json([{"name": name, "attributes": []} for name in objects.types()])
        yield ',\n"objects": ['
        between = "\n"
        for id, type in objects.all():
            yield between + _json({"id": id, "type": type, "attributes": [], "relationships": []})
            between = ",\n"
    yield "\n]\n}\n"


class _Objects:
    """Each object once, however many there are: a nameless file of the system's, gone when it is closed."""

    def __enter__(self) -> Self:
        self._kept = sqlite3.connect("", check_same_thread=False)
        self._kept.execute("CREATE TABLE object (id TEXT PRIMARY KEY, type TEXT NOT NULL) WITHOUT ROWID")
        return self

    def __exit__(self, *_: object) -> None:
        self._kept.close()

    def add(self, id: str, type: str) -> None:
        self._kept.execute("INSERT OR IGNORE INTO object VALUES (?, ?)", (id, type))

    def types(self) -> list[str]:
        return [type for (type,) in self._kept.execute("SELECT DISTINCT type FROM object ORDER BY type")]

    def all(self) -> Iterator[tuple[str, str]]:
        yield from self._kept.execute("SELECT id, type FROM object ORDER BY id")


def _learn(line: Line, types: dict[str, dict[str, str]]) -> None:
    """One attribute, one type: text, where it came in several."""
    known = types.setdefault(line.kind, {})
    for name, value in _attributes(line).items():
        type = _type(scalar(value))
        if known.setdefault(name, type) != type:
            known[name] = "string"


def _event(line: Line, objects: _Objects, types: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    related = list(_related(line))
    for id, type, _ in related:
        objects.add(id, type)
    known = types.get(line.kind, {})
    return {
        "id": line.id,
        "type": line.kind,
        "time": instant(line.at),
        "attributes": [
            {"name": name, "value": _plain(scalar(value), known.get(name, "string"))}
            for name, value in _attributes(line).items()
        ],
        "relationships": [{"objectId": id, "qualifier": qualifier} for id, _, qualifier in related],
    }


def _plain(value: bool | int | float | str | dt.datetime, type: str) -> Any:
    if isinstance(value, dt.datetime):
        value = instant(value)
    return json.dumps(value) if type == "string" and not isinstance(value, str) else value


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _attributes(line: Line) -> Mapping[str, Value]:
    own = {"element": line.element, "element_name": line.element_name or None}
    return {name: value for name, value in {**own, **line.values}.items() if value is not None}


def _related(line: Line) -> Iterator[tuple[str, str, str]]:
    """(id, type, qualifier) of each object that the event belongs to."""
    if line.case is not None:
        yield f"case:{line.case}", "case", "in"
    elif not line.stream.startswith("process:"):
        yield line.stream, line.stream.partition(":")[0], "in"
    if line.instance is not None:
        yield f"instance:{line.instance}", f"process:{line.process}", "of"
    for name in ("deadline", "record"):
        if isinstance(line.values.get(name), str):
            yield f"{name}:{line.values[name]}", name, "about"
    yield f"actor:{line.actor}", "actor", "by"


def _type(plain: bool | int | float | str | dt.datetime) -> str:
    if isinstance(plain, bool):
        return "boolean"
    if isinstance(plain, int):
        return "integer"
    if isinstance(plain, float):
        return "float"
    return "time" if isinstance(plain, dt.datetime) else "string"
