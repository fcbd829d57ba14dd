"""Reads a file, lays its processes out, and writes the drawing anew."""

from __future__ import annotations

import itertools

from lxml import etree

from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity
from flowcase.modeling.layout.geometry import draw
from flowcase.modeling.layout.plan import BPMN, Node, Plan, label_size, read_plan
from flowcase.modeling.safe_xml import parse_xml

_DI = "http://www.omg.org/spec/BPMN/20100524/DI"
_DC = "http://www.omg.org/spec/DD/20100524/DC"
_WAY = "http://www.omg.org/spec/DD/20100524/DI"
_DECLARATION = b'<?xml version="1.0" encoding="UTF-8"?>\n'
_LEFT, _TOP, _HEADER = 160.0, 80.0, 30.0


def lay_out(content: bytes, file: str) -> bytes:
    """The same file with a new drawing. Raises InvalidDefinition when it cannot be read or has no process."""
    parse_xml(
        content, file
    )  # refuses what is hostile or broken; comments are wanted here, so it is read again
    parser = etree.XMLParser(remove_blank_text=True, resolve_entities=False, no_network=True, huge_tree=False)
    root = etree.fromstring(content, parser)
    pools = {pool.get("processRef"): pool for pool in root.iter(f"{BPMN}participant")}
    processes = [each for each in root.iter(f"{BPMN}process") if not pools or each.get("id") in pools]
    if not processes:
        raise InvalidDefinition([_nothing_to_draw(file)])
    for old in root.findall(f"{{{_DI}}}BPMNDiagram"):
        root.remove(old)
    collaboration = root.find(f"{BPMN}collaboration")
    name = processes[0].get("id", "")
    diagram = _add(root, _DI, "BPMNDiagram", id=f"diagram_{name}")
    drawn = collaboration if collaboration is not None else processes[0]
    plane = _add(diagram, _DI, "BPMNPlane", id=f"plan_{name}", bpmnElement=drawn.get("id", ""))
    y = _TOP
    for process in processes:
        y += _process(plane, process, pools.get(process.get("id")), y) + 40
    etree.indent(root, "  ")
    etree.cleanup_namespaces(
        root, keep_ns_prefixes=[prefix for prefix in root.nsmap if prefix], top_nsmap=_names(root)
    )
    return _DECLARATION + etree.tostring(root, encoding="UTF-8") + b"\n"


def _nothing_to_draw(file: str) -> Finding:
    return Finding(
        rule="executable-process",
        severity=Severity.ERROR,
        file=file,
        element=None,
        element_name=None,
        line=1,
        message="The file has no process to draw.",
        remedy="Draw a process in it, or leave the file as it is.",
    )


def _names(root: etree._Element) -> dict[str, str]:
    names = {"bpmndi": _DI, "dc": _DC, "di": _WAY}
    return {prefix: uri for prefix, uri in names.items() if uri not in root.nsmap.values()}


def _process(
    plane: etree._Element, process: etree._Element, pool: etree._Element | None, top: float
) -> float:
    lanes, lane_of = [], {}
    for lane in process.iter(f"{BPMN}lane"):
        lanes.append((lane.get("id", ""), lane.get("name", "")))
        for ref in lane.findall(f"{BPMN}flowNodeRef"):
            lane_of[(ref.text or "").strip()] = lane.get("id", "")
    plan = read_plan(process, lanes, lane_of)
    if not plan.nodes:
        return 0.0
    draw(plan)
    left = _LEFT
    if pool is not None:
        inset = _HEADER
        wide = plan.width + inset + (_HEADER if lanes else 0)
        _shape(plane, pool.get("id", ""), left, top, wide, plan.height, isHorizontal="true")
        left += inset
    for lane, (at, height) in plan.bands.items():
        _shape(plane, lane, left, top + at, plan.width + _HEADER, height, isHorizontal="true")
    _plan(plane, plan, left + (_HEADER if lanes else 0), top)
    return plan.height


def _plan(plane: etree._Element, plan: Plan, x: float, y: float) -> None:
    sides = {
        line.source for line in plan.lines if len(line.points) > 1 and line.points[0][1] > line.points[1][1]
    }
    for node in sorted(plan.nodes.values(), key=lambda each: bool(each.host)):
        left, top = x + node.cx - node.w / 2, y + node.cy - node.h / 2
        more = {"isExpanded": "true"} if node.inner is not None else {}
        if node.kind == "exclusiveGateway":
            more["isMarkerVisible"] = "true"
        shape = _shape(plane, node.id, left, top, node.w, node.h, **more)
        if node.has_outside_label:
            if node.host:
                guests = [each.id for each in plan.nodes.values() if each.host == node.host]
                place = _guest_label(node, left, top, guests.index(node.id), len(guests))
            else:
                place = _label_place(node, left, top, leads_up=node.id in sides)
            _label(shape, *place)
        if node.inner is not None:
            _plan(plane, node.inner, left, top)
    for line in plan.lines:
        edge = _add(plane, _DI, "BPMNEdge", id=f"{line.id}_di", bpmnElement=line.id)
        for px, py in line.points:
            _add(edge, _WAY, "waypoint", x=_n(x + px), y=_n(y + py))
        if line.name:
            width, height = label_size(line.name)
            at, level = _label_on_line(line.points)
            _label(edge, x + at, y + level - height - 3, width, height)


def _label_place(node: Node, left: float, top: float, *, leads_up: bool) -> tuple[float, float, float, float]:
    width, height = label_size(node.name, 90)
    middle = left + node.w / 2 - width / 2
    if node.is_gateway:
        return (middle - width / 2 - 8 if leads_up else middle), top - height - 4, width, height
    return middle, top + node.h + 5, width, height


def _guest_label(
    node: Node, left: float, top: float, nr: int, count: int
) -> tuple[float, float, float, float]:
    """Under the boundary event: left of its line, and right of it for the last of several."""
    width, height = label_size(node.name, 80)
    if count > 1 and nr == count - 1:
        return left + node.w / 2 + 6, top + node.h + 2, width, height
    return left + node.w / 2 - width - 6, top + node.h + 2, width, height


def _label_on_line(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Where a line's name begins: on the stretch behind its first turn, where it has left the others."""
    stretches = list(itertools.pairwise(points))
    level = [(a, b) for a, b in stretches if a[1] == b[1]]
    if not level:
        (ax, ay), (_, by) = stretches[0]
        return ax + 8, (ay + by) / 2
    (ax, ay), (bx, _) = level[1] if len(level) > 1 and len(points) > 2 else level[0]
    return (ax + 8, ay) if bx > ax else (ax - 60, ay)


def _shape(
    plane: etree._Element, id: str, x: float, y: float, width: float, height: float, **more: str
) -> etree._Element:
    shape = _add(plane, _DI, "BPMNShape", id=f"{id}_di", bpmnElement=id, **more)
    _add(shape, _DC, "Bounds", x=_n(x), y=_n(y), width=_n(width), height=_n(height))
    return shape


def _label(shape: etree._Element, x: float, y: float, width: float, height: float) -> None:
    label = _add(shape, _DI, "BPMNLabel")
    _add(label, _DC, "Bounds", x=_n(x), y=_n(y), width=_n(width), height=_n(height))


def _add(parent: etree._Element, space: str, tag: str, **attributes: str) -> etree._Element:
    prefixes = {_DI: "bpmndi", _DC: "dc", _WAY: "di"}
    known = {uri: prefix for prefix, uri in parent.nsmap.items()}
    nsmap = None if space in known else {prefixes[space]: space}
    return etree.SubElement(parent, f"{{{space}}}{tag}", attributes, nsmap=nsmap)


def _n(value: float) -> str:
    return str(round(value))
