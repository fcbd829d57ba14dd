"""A diagram with its tokens as a picture that needs no program in the browser."""

from __future__ import annotations

import functools
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass

from flowcase.modeling.picture import Label, Line, Picture, Shape, picture

MARGIN = 12
ABOVE = 26  # words that stand above the uppermost
_EVENTS = ("startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent")
_CONTAINERS = ("participant", "lane", "subProcess", "transaction", "adHocSubProcess")
_LETTER = 6.2  # width of one at 11 px
_LINE = 13  # px from one line of words to the next
DONE, HERE, STUCK = "done", "here", "stuck"  # where the flow has been, is, and cannot go on
MARKED = ("added", "removed", "changed")  # what a difference says of an element


@dataclass(frozen=True)
class Node:
    form: str  # box, round, diamond, frame
    state: str  # here, stuck, done, added, removed, changed or nothing
    x: float
    y: float
    width: float
    height: float
    lines: tuple[tuple[float, float, str], ...] = ()  # (x, y, words)
    is_end: bool = False
    element: str = ""


@dataclass(frozen=True)
class Drawn:
    box: str
    width: int
    nodes: tuple[Node, ...]
    paths: tuple[tuple[str, str], ...]  # (points, state), those that were walked last
    names: tuple[tuple[float, float, str], ...] = ()  # of flows: (x, y, words)

    @property
    def shows_a_place(self) -> bool:
        """Whether the flow is somewhere on it."""
        return any(node.state in (HERE, STUCK) for node in self.nodes)

    def holds(self, element: str) -> bool:
        return any(node.element == element for node in self.nodes)


def drawn(content: bytes, states: Mapping[str, str], walked: frozenset[str] | None = None) -> Drawn | None:
    """None for a file without a drawing; `states` says of elements where the flow is and has been.

    `walked` names the sequence flows that were taken, where they are known; else a flow between two elements
    that were passed counts as taken.
    """
    found = _picture(content)
    if not found.shapes:
        return None
    nodes = [
        _node(shape, states.get(shape.element, ""))
        for shape in sorted(found.shapes, key=lambda shape: shape.kind not in _CONTAINERS)
        if shape.kind not in ("textAnnotation", "dataObjectReference", "dataStoreReference")
    ]
    paths = []
    for line in found.lines:
        is_walked = (
            line.element in walked
            if walked is not None
            else states.get(line.source) == DONE and states.get(line.target) in (DONE, HERE, STUCK)
        )
        points = " ".join(f"{px:g},{py:g}" for px, py in line.points)
        marked = states.get(line.element, "") if states.get(line.element) in MARKED else ""
        paths.append((points, DONE if is_walked else marked))
    names = tuple(name for line in found.lines for name in _names_of(line))
    x, y, width, height = _around(found.box, [*names, *(line for node in nodes for line in node.lines)])
    box = f"{x - MARGIN:g} {y - ABOVE:g} {width + 2 * MARGIN:g} {height + MARGIN + ABOVE:g}"
    walked_last = tuple(sorted(paths, key=lambda each: each[1]))
    return Drawn(box, round(width + 2 * MARGIN), tuple(nodes), walked_last, names)


def _around(
    box: tuple[float, float, float, float], names: list[tuple[float, float, str]]
) -> tuple[float, float, float, float]:
    """The box of the shapes, as much higher as the names beside them want."""
    x, y, width, height = box
    top = min([y, *(at - _LINE + 2 for _, at, _ in names)])
    bottom = max([y + height, *(at + 3 for _, at, _ in names)])
    return x, top, width, bottom - top


@functools.lru_cache(maxsize=64)
def _picture(content: bytes) -> Picture:
    return picture(content)


def _node(shape: Shape, state: str) -> Node:
    kind, name, x, y, width, height = shape.kind, shape.name, shape.x, shape.y, shape.width, shape.height
    form = (
        "frame"
        if kind in _CONTAINERS
        else "round"
        if kind in _EVENTS
        else "diamond"
        if kind.endswith("Gateway")
        else "box"
    )
    lines: tuple[tuple[float, float, str], ...] = ()
    if name and form == "box":
        words = textwrap.wrap(name, max(6, int((width - 8) / _LETTER)))[:5]
        first = y + height / 2 - (len(words) - 1) * 6.5 + 4
        lines = tuple((x + width / 2, first + number * _LINE, word) for number, word in enumerate(words))
    elif name and form in ("round", "diamond"):
        lines = _beside(name, shape.label or Label(x + width / 2, y + height + 3))
    elif name and kind != "participant":
        lines = ((x + 36, y + 16, name),) if kind != "lane" else ((x + 8, y + 16, name),)
    return Node(form, state, x, y, width, height, lines, kind == "endEvent", shape.element)


def _names_of(line: Line) -> tuple[tuple[float, float, str], ...]:
    """Where it was put on the drawing; without that, a flow has no name on it."""
    return _beside(line.name, line.label) if line.name and line.label else ()


def _beside(name: str, label: Label) -> tuple[tuple[float, float, str], ...]:
    words = textwrap.wrap(name, 18)[:3]
    return tuple((label.x, label.y + 11 + number * _LINE, word) for number, word in enumerate(words))
