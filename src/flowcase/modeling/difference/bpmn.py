"""What differs between two diagrams: elements, flows and properties; what only moved is told apart."""

from __future__ import annotations

from dataclasses import dataclass, replace

from lxml import etree

from flowcase.modeling.difference.change import Change, Facts, Kind, Place, changed_facts
from flowcase.modeling.difference.facts import facts, local
from flowcase.modeling.safe_xml import parse_xml

# Elements that stand for themselves; every other belongs to the one around it.
# fmt: off
_OWN = frozenset((
    "process", "collaboration", "participant", "lane", "laneSet", "message", "error", "signal",
    "escalation", "task", "userTask", "serviceTask", "businessRuleTask", "scriptTask", "sendTask",
    "receiveTask", "manualTask", "callActivity", "subProcess", "adHocSubProcess", "transaction",
    "startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent",
    "exclusiveGateway", "parallelGateway", "inclusiveGateway", "eventBasedGateway", "complexGateway",
    "sequenceFlow", "messageFlow", "association", "textAnnotation", "group", "dataObject",
    "dataObjectReference", "dataStoreReference", "dataStore", "category",
))
# fmt: on
_DERIVED = ("incoming", "outgoing", "flowNodeRef")  # the flows and lanes say the same
_SILENT = ("laneSet", "collaboration")
_REFERENCES = (("lane",), ("within",), ("@sourceRef",), ("@targetRef",), ("@attachedToRef",), ("@default",))
_LAID_OUT = ("BPMNShape", "BPMNEdge")


@dataclass(frozen=True)
class _Element:
    place: Place
    facts: Facts


def diagram_changes(path: str, old: bytes, new: bytes) -> list[Change]:
    before, after = parse_xml(old, path), parse_xml(new, path)
    was, now = _elements(before), _elements(after)
    found: list[Change] = []
    for id in dict.fromkeys((*was, *now)):
        if id not in now:
            found.append(Change(Kind.REMOVED, was[id].place))
        elif id not in was:
            found.append(Change(Kind.ADDED, now[id].place))
        else:
            if was[id].place.sort != now[id].place.sort:
                found.append(
                    Change(Kind.CHANGED, now[id].place, ("kind",), was[id].place.sort, now[id].place.sort)
                )
            found += [
                _named(change, was, now)
                for change in changed_facts(now[id].place, was[id].facts, now[id].facts)
            ]
    at, at_now = _layout(before), _layout(after)
    for id, element in now.items():
        if id in was and at.get(id) != at_now.get(id):
            found.append(
                Change(Kind.CHANGED, element.place, ("layout",), at.get(id), at_now.get(id), is_layout=True)
            )
    return found


def _named(change: Change, was: dict[str, _Element], now: dict[str, _Element]) -> Change:
    """A reference to another element is told by that element's name."""
    if change.aspect not in _REFERENCES:
        return change
    old = was[change.old].place.name if change.old in was else ""
    new = now[change.new].place.name if change.new in now else ""
    return replace(change, old=old or change.old, new=new or change.new)


def _elements(root: etree._Element) -> dict[str, _Element]:
    nodes = [node for node in root.iter() if isinstance(node.tag, str) and local(node) in _OWN]
    names = {node.get("id", ""): node.get("name", "") for node in nodes}
    lanes = {
        (ref.text or "").strip(): lane.get("id", "")
        for lane in nodes
        if local(lane) == "lane"
        for ref in lane
        if isinstance(ref.tag, str) and local(ref) == "flowNodeRef"
    }
    found: dict[str, _Element] = {}
    for node in nodes:
        id, sort = node.get("id", ""), local(node)
        if not id or sort in _SILENT:
            continue
        said = facts(node, _OWN, _DERIVED)
        owner = node.getparent()
        if owner is not None and owner.get("id") in names and local(owner) not in _SILENT:
            said[("within",)] = owner.get("id", "")
        if id in lanes:
            said[("lane",)] = lanes[id]
        name = node.get("name", "")
        if sort in ("sequenceFlow", "messageFlow", "association"):
            ends = [names.get(node.get(end, "")) or node.get(end, "") for end in ("sourceRef", "targetRef")]
            name = f"{name} ({' → '.join(ends)})" if name else " → ".join(ends)
        found[id] = _Element(Place(id, sort, " ".join(name.split())), said)
    return found


def _layout(root: etree._Element) -> dict[str, str]:
    """Of each element its bounds or way points, as one text."""
    found = {}
    for node in root.iter():
        if isinstance(node.tag, str) and local(node) in _LAID_OUT and node.get("bpmnElement"):
            parts = [part for part in node.iter() if isinstance(part.tag, str) and part is not node]
            found[node.get("bpmnElement", "")] = "; ".join(
                " ".join(f"{float(part.get(side, 0)):g}" for side in sides)
                for part in parts
                if (sides := _sides(part))
            )
    return found


def _sides(part: etree._Element) -> tuple[str, ...]:
    if local(part) == "Bounds":
        return ("x", "y", "width", "height")
    return ("x", "y") if local(part) == "waypoint" else ()
