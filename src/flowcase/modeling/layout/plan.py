"""What is to be laid out: nodes, lines and lanes of one process or sub-process, read from the XML."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from lxml import etree

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"

_EVENTS = {"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"}
_GATEWAYS = {"exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway"}
_TASKS = {
    "task",
    "userTask",
    "serviceTask",
    "scriptTask",
    "manualTask",
    "sendTask",
    "receiveTask",
    "businessRuleTask",
    "callActivity",
}
_SUBS = {"subProcess", "adHocSubProcess", "transaction"}

LETTER = 6.6  # pixels that a letter of bpmn.io's labels takes on average
LINE = 14  # pixels of a line of a label


@dataclass
class Node:
    """An element that has a shape. Sizes and places are pixels; `cx`, `cy` is its centre."""

    id: str
    kind: str
    name: str
    w: float
    h: float
    lane: str | None = None
    host: str | None = None  # the activity a boundary event sits on
    inner: Plan | None = None
    is_alone: bool = False  # no line leads to or from it, as with an event sub-process
    col: int = 0
    row: int = 0
    cx: float = 0
    cy: float = 0

    @property
    def is_gateway(self) -> bool:
        return self.kind in _GATEWAYS

    @property
    def is_event(self) -> bool:
        return self.kind in _EVENTS

    @property
    def has_outside_label(self) -> bool:
        return bool(self.name) and (self.is_event or self.is_gateway)


@dataclass
class Line:
    """A sequence flow with its way across the grid."""

    id: str
    source: str
    target: str
    name: str = ""
    is_back: bool = False
    track: int | None = None  # the row along which it runs, where it passes other columns
    points: list[tuple[float, float]] = field(default_factory=list)


@dataclass
class Plan:
    """One process or sub-process."""

    id: str
    nodes: dict[str, Node]
    lines: list[Line]
    lanes: list[tuple[str, str]] = field(default_factory=list)  # (id, name), from top to bottom
    width: float = 0
    height: float = 0
    bands: dict[str, tuple[float, float]] = field(default_factory=dict)  # lane -> (top, height)


def label_size(text: str, widest: float = 100) -> tuple[float, float]:
    """Width and height of a label that breaks between words at `widest` pixels."""
    lines, here, longest = 1, 0.0, 0.0
    for word in text.split():
        width = len(word) * LETTER
        if here and here + LETTER + width > widest:
            lines, here = lines + 1, 0.0
        here += width + (LETTER if here else 0)
        longest = max(longest, here)
    return max(math.ceil(longest) + 6, 24), lines * LINE


def read_plan(element: etree._Element, lanes: list[tuple[str, str]], lane_of: dict[str, str]) -> Plan:
    """The plan of a process or sub-process, those inside it included."""
    nodes: dict[str, Node] = {}
    lines: list[Line] = []
    for child in element:
        if not isinstance(child.tag, str) or not child.tag.startswith(BPMN):
            continue
        kind, id = child.tag.removeprefix(BPMN), child.get("id", "")
        name = child.get("name", "")
        if kind == "sequenceFlow":
            lines.append(Line(id, child.get("sourceRef", ""), child.get("targetRef", ""), name))
            continue
        if kind in _EVENTS:
            size = (36.0, 36.0)
        elif kind in _GATEWAYS:
            size = (50.0, 50.0)
        elif kind in _TASKS or kind in _SUBS:
            size = (100.0, 80.0)
        else:
            continue
        node = Node(id, kind, name, *size, lane=lane_of.get(id), host=child.get("attachedToRef"))
        if kind in _SUBS:
            node.inner = read_plan(child, [], {})
        nodes[id] = node
    lines = [line for line in lines if line.source in nodes and line.target in nodes]
    return Plan(element.get("id", ""), nodes, lines, lanes)
