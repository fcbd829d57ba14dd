"""The drawing of a diagram as plain shapes and lines, for pictures that a server makes."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from flowcase.modeling.safe_xml import parse_xml

_BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
_DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
_DC = "{http://www.omg.org/spec/DD/20100524/DC}"
_DD = "{http://www.omg.org/spec/DD/20100524/DI}"


@dataclass(frozen=True)
class Label:
    """Where a name stands: its middle, and its upper edge."""

    x: float
    y: float


@dataclass(frozen=True)
class Shape:
    element: str
    kind: str  # BPMN's element name: userTask, exclusiveGateway, lane ...
    name: str
    x: float
    y: float
    width: float
    height: float
    label: Label | None = None  # where its name was put, beside the shape


@dataclass(frozen=True)
class Line:
    element: str
    source: str
    target: str
    points: tuple[tuple[float, float], ...]
    name: str = ""
    label: Label | None = None


@dataclass(frozen=True)
class Picture:
    shapes: tuple[Shape, ...]
    lines: tuple[Line, ...]

    @property
    def box(self) -> tuple[float, float, float, float]:
        """x, y, width and height around everything."""
        xs = [at for shape in self.shapes for at in (shape.x, shape.x + shape.width)]
        ys = [at for shape in self.shapes for at in (shape.y, shape.y + shape.height)]
        xs += [x for line in self.lines for x, _ in line.points]
        ys += [y for line in self.lines for _, y in line.points]
        if not xs:
            return (0, 0, 0, 0)
        return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys))


def picture(content: bytes) -> Picture:
    """The shapes and lines of a file; nothing for one without a drawing."""
    root = parse_xml(content, "diagram")
    nodes = {node.get("id"): node for node in root.iter() if isinstance(node.tag, str) and node.get("id")}
    shapes, lines = [], []
    for drawn in root.iter(f"{_DI}BPMNShape"):
        node, bounds = nodes.get(drawn.get("bpmnElement")), drawn.find(f"{_DC}Bounds")
        if node is None or bounds is None or not node.tag.startswith(_BPMN):
            continue
        x, y, width, height = (float(bounds.get(side) or 0) for side in ("x", "y", "width", "height"))
        kind = node.tag.removeprefix(_BPMN)
        name, label = node.get("name") or "", _label(drawn)
        shapes.append(Shape(node.get("id"), kind, name, x, y, width, height, label))
    for drawn in root.iter(f"{_DI}BPMNEdge"):
        node = nodes.get(drawn.get("bpmnElement"))
        points = tuple(
            (float(point.get("x") or 0), float(point.get("y") or 0)) for point in drawn.iter(f"{_DD}waypoint")
        )
        if node is None or len(points) < 2:
            continue
        ends = node.get("sourceRef") or "", node.get("targetRef") or ""
        lines.append(Line(node.get("id"), *ends, points, node.get("name") or "", _label(drawn)))
    return Picture(tuple(shapes), tuple(lines))


def _label(drawn: etree._Element) -> Label | None:
    bounds = drawn.find(f"{_DI}BPMNLabel/{_DC}Bounds")
    if bounds is None:
        return None
    x, y, width = (float(bounds.get(side) or 0) for side in ("x", "y", "width"))
    return Label(x + width / 2, y)
