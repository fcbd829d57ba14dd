"""A new drawing reads from left to right, and nothing but the drawing changes."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree

from flowcase.errors import InvalidDefinition
from flowcase.modeling import check_bpmn, read_bpmn
from flowcase.modeling.layout import lay_out

DIAGRAMS = sorted((Path(__file__).parents[2] / "processes").glob("*.bpmn"))
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DC = "{http://www.omg.org/spec/DD/20100524/DC}"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"

Box = tuple[float, float, float, float]


def drawn(content: bytes) -> tuple[dict[str, Box], dict[str, list[tuple[float, float]]], etree._Element]:
    root = etree.fromstring(content)
    boxes, ways = {}, {}
    for shape in root.iter(f"{DI}BPMNShape"):
        bounds = shape.find(f"{DC}Bounds")
        x, y, w, h = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
        boxes[shape.get("bpmnElement")] = (x, y, x + w, y + h)
    for edge in root.iter(f"{DI}BPMNEdge"):
        points = [point for point in edge if etree.QName(point).localname == "waypoint"]
        ways[edge.get("bpmnElement")] = [(float(p.get("x")), float(p.get("y"))) for p in points]
    return boxes, ways, root


def parent_of(root: etree._Element) -> dict[str, str]:
    return {
        each.get("id"): each.getparent().get("id")
        for each in root.iter()
        if isinstance(each.tag, str) and each.tag.startswith(BPMN) and each.get("id") and each is not root
    }


@pytest.mark.parametrize("file", DIAGRAMS, ids=lambda file: file.stem)
def test_no_shape_covers_another_and_no_line_runs_through_one(file: Path) -> None:
    content = lay_out(file.read_bytes(), file.name)

    boxes, ways, root = drawn(content)
    parents = parent_of(root)
    lines = {flow.get("id"): flow for flow in root.iter(f"{BPMN}sequenceFlow")}
    hosts = {event.get("id"): event.get("attachedToRef") for event in root.iter(f"{BPMN}boundaryEvent")}
    apart = [id for id in boxes if id not in hosts and not id.startswith(("bane_", "deltager_"))]

    covered = [
        (a, b)
        for a, b in combinations(apart, 2)
        if parents[a] == parents[b]
        and boxes[a][0] < boxes[b][2]
        and boxes[b][0] < boxes[a][2]
        and boxes[a][1] < boxes[b][3]
        and boxes[b][1] < boxes[a][3]
    ]
    assert covered == []
    crossed = [
        (line, box)
        for line, points in ways.items()
        for box in apart
        if parents[box] == parents[line]
        and box not in (lines[line].get("sourceRef"), lines[line].get("targetRef"))
        and box != hosts.get(lines[line].get("sourceRef"))
        for (ax, ay), (bx, by) in pairwise(points)
        if max(ax, bx) > boxes[box][0] + 1
        and min(ax, bx) < boxes[box][2] - 1
        and max(ay, by) > boxes[box][1] + 1
        and min(ay, by) < boxes[box][3] - 1
    ]
    assert crossed == []


@pytest.mark.parametrize("file", DIAGRAMS, ids=lambda file: file.stem)
def test_nothing_but_the_drawing_changes(file: Path) -> None:
    before = file.read_bytes()

    after = lay_out(before, file.name)

    was, now = (read_bpmn(content, file.name) for content in (before, after))
    without_lines = [
        {id: type(element).__name__ for id, element in process.elements.items()} for process in now.processes
    ]
    assert without_lines == [
        {id: type(element).__name__ for id, element in process.elements.items()} for process in was.processes
    ]
    assert not [found for found in check_bpmn(after, file.name, None) if found.rule.startswith("layout")]
    assert lay_out(after, file.name) == after


def test_a_process_without_drawing_and_without_lanes_gets_one() -> None:
    content = b"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t">
      <process id="p" isExecutable="true">
        <startEvent id="s" /><manualTask id="a" name="Arbejd" /><endEvent id="e" />
        <sequenceFlow id="f" sourceRef="s" targetRef="a" /><sequenceFlow id="g" sourceRef="a" targetRef="e" />
      </process></definitions>"""

    boxes, ways, _ = drawn(lay_out(content, "x.bpmn"))

    assert boxes["s"][2] < boxes["a"][0] < boxes["a"][2] < boxes["e"][0]
    assert ways["f"][0][1] == ways["f"][-1][1] == (boxes["a"][1] + boxes["a"][3]) / 2


def test_a_file_without_a_process_is_refused_by_name() -> None:
    content = (
        b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="t" />'
    )

    with pytest.raises(InvalidDefinition, match="no process to draw"):
        lay_out(content, "empty.bpmn")
