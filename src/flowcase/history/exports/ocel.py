"""OCEL 2.0 in JSON: events, and the cases, instances, deadlines, records and people they belong to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TextIO

from flowcase.history.exports.line import Line
from flowcase.history.exports.plain import instant, scalar
from flowcase.values import Value


def write(lines: Iterable[Line], out: TextIO) -> None:
    """The whole log is held in memory: its objects are known only at the end."""
    objects: dict[str, str] = {}
    types: dict[str, dict[str, str]] = {}
    events = [_event(line, objects, types) for line in lines]
    for event in events:  # an attribute that came in several types is text everywhere
        declared = types[event["type"]]
        for each in event["attributes"]:
            if declared[each["name"]] == "string" and not isinstance(each["value"], str):
                each["value"] = json.dumps(each["value"])
    log = {
        "objectTypes": [{"name": name, "attributes": []} for name in sorted(set(objects.values()))],
        "eventTypes": [
            {
                "name": name,
                "attributes": [{"name": each, "type": type} for each, type in sorted(attributes.items())],
            }
            for name, attributes in sorted(types.items())
        ],
        "objects": [
            {"id": id, "type": type, "attributes": [], "relationships": []} for id, type in objects.items()
        ],
        "events": events,
    }
    json.dump(log, out, ensure_ascii=False, indent=1)
    out.write("\n")


def _event(line: Line, objects: dict[str, str], types: dict[str, dict[str, str]]) -> dict[str, Any]:
    related = list(_related(line))
    objects.update({id: type for id, type, _ in related})
    attributes = []
    known = types.setdefault(line.kind, {})
    for name, value in _attributes(line).items():
        plain = scalar(value)
        type = _type(plain)
        if known.setdefault(name, type) != type:  # one attribute, one type: text holds everything
            known[name] = "string"
        attributes.append(
            {"name": name, "value": instant(plain) if isinstance(plain, dt.datetime) else plain}
        )
    return {
        "id": line.id,
        "type": line.kind,
        "time": instant(line.at),
        "attributes": attributes,
        "relationships": [{"objectId": id, "qualifier": qualifier} for id, _, qualifier in related],
    }


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
