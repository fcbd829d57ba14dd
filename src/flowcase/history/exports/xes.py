"""XES (IEEE 1849): one trace for each stream, its events in order."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from xml.sax.saxutils import quoteattr

from flowcase.history.exports.line import Line
from flowcase.history.exports.plain import instant, scalar
from flowcase.values import Value

NAMESPACE = "http://www.xes-standard.org/"
VERSION = "1849.2016"  # its schema has a decimal number here, which 1849-2016 is not
EXTENSIONS = (
    ("Concept", "concept"),
    ("Time", "time"),
    ("Lifecycle", "lifecycle"),
    ("Organizational", "org"),
)
# kind of event -> transition of the standard lifecycle model; every other one is "unknown"
_TRANSITIONS: Mapping[str, str] = {
    "ElementEntered": "start",
    "ElementCompleted": "complete",
    "ElementCancelled": "ate_abort",
    "UserTaskCreated": "schedule",
    "UserTaskClaimed": "assign",
    "UserTaskUnclaimed": "reassign",
    "UserTaskHandedOver": "reassign",
    "UserTaskDelegated": "reassign",
    "UserTaskGivenBack": "reassign",
    "UserTaskCompleted": "complete",
    "UserTaskCancelled": "withdraw",
    "InstanceStarted": "start",
    "InstanceCompleted": "complete",
    "InstanceCancelled": "pi_abort",
    "InstanceSuspended": "suspend",
    "InstanceResumed": "resume",
}
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # by XML 1.0
_REPLACED = "\ufffd"


def pieces(lines: Iterable[Line]) -> Iterator[str]:
    """Lines have to come stream by stream. A log that was cut off lacks its end and is no XML."""
    xml = _Writer()
    xml.open("log", {"xmlns": NAMESPACE, "xes.version": VERSION, "xes.features": ""})
    for name, prefix in EXTENSIONS:
        xml.empty("extension", {"name": name, "prefix": prefix, "uri": f"{NAMESPACE}{prefix}.xesext"})
    xml.open("global", {"scope": "trace"})
    xml.attribute("concept:name", "")
    xml.close("global")
    xml.open("global", {"scope": "event"})
    xml.attribute("concept:name", "")
    xml.attribute("time:timestamp", dt.datetime(1970, 1, 1, tzinfo=dt.UTC))
    xml.attribute("lifecycle:transition", "unknown")
    xml.attribute("org:resource", "")
    xml.close("global")
    xml.empty("classifier", {"name": "Element", "keys": "concept:name lifecycle:transition"})
    xml.attribute("concept:name", "flowcase")
    xml.attribute("lifecycle:model", "standard")
    for stream, events in groupby(lines, key=lambda line: line.stream):
        xml.open("trace", {})
        xml.attribute("concept:name", stream)
        for line in events:
            _write_event(xml, line)
            yield xml.taken()
        xml.close("trace")
    xml.close("log")
    yield xml.taken()


def _write_event(xml: _Writer, line: Line) -> None:
    xml.open("event", {})
    xml.attribute("concept:name", line.element_name or line.element or line.kind)
    xml.attribute("time:timestamp", line.at)
    xml.attribute("lifecycle:transition", _TRANSITIONS.get(line.kind, "unknown"))
    xml.attribute("org:resource", line.actor)
    own: dict[str, Value] = {
        "kind": line.kind,
        "seq": line.seq,
        "case": line.case,
        "process": line.process,
        "instance": line.instance,
        "element": line.element,
        **{f"value.{name}": value for name, value in line.values.items()},
    }
    for name, value in own.items():
        if value is not None:
            xml.attribute(f"flowcase.{name}", value)
    xml.close("event")


class _Writer:
    """XML as it goes, a line for each element."""

    def __init__(self) -> None:
        self._written, self._depth = ['<?xml version="1.0" encoding="UTF-8"?>\n'], 0

    def taken(self) -> str:
        """What was written since it was taken last."""
        text, self._written = "".join(self._written), []
        return text

    def open(self, name: str, attributes: Mapping[str, str]) -> None:
        self._tag(name, attributes, ">")
        self._depth += 1

    def close(self, name: str) -> None:
        self._depth -= 1
        self._written.append(f"{' ' * self._depth}</{name}>\n")

    def empty(self, name: str, attributes: Mapping[str, str]) -> None:
        self._tag(name, attributes, "/>")

    def _tag(self, name: str, attributes: Mapping[str, str], end: str) -> None:
        written = "".join(
            f" {key}={quoteattr(_FORBIDDEN.sub(_REPLACED, text))}" for key, text in attributes.items()
        )
        self._written.append(f"{' ' * self._depth}<{name}{written}{end}\n")

    def attribute(self, key: str, value: Value) -> None:
        """An element named by its type, as XES writes attributes."""
        plain = scalar(value)
        if isinstance(plain, bool):
            self.empty("boolean", {"key": key, "value": "true" if plain else "false"})
        elif isinstance(plain, int) and plain.bit_length() < 64:  # `int` is xs:long
            self.empty("int", {"key": key, "value": str(plain)})
        elif isinstance(plain, float):
            self.empty("float", {"key": key, "value": repr(plain)})
        elif isinstance(plain, dt.datetime):
            self.empty("date", {"key": key, "value": instant(plain)})
        else:
            self.empty("string", {"key": key, "value": str(plain)})
