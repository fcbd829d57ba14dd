"""All processes as one picture: who calls, tells and signals whom, in columns from cause to effect.

The layout is our own and the same for the same diagrams: processes stand in layers by the longest way that
leads to them, ordered so that lines cross little; what goes back is drawn back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MessageEvent,
    ProcessDefinition,
    SignalEvent,
)

BOX, HEIGHT, GAP_X, GAP_Y, MARGIN = 190, 52, 110, 20, 16
MOST_RECEIVERS = 4  # a signal that more listen to is told in words, not with lines
_THROWS = (ElementKind.END_EVENT, ElementKind.INTERMEDIATE_THROW_EVENT, ElementKind.SEND_TASK)
_SWEEPS = 8


class Bond(StrEnum):
    CALL = "call"
    MESSAGE = "message"
    SIGNAL = "signal"


@dataclass(frozen=True, order=True)
class Link:
    """One process reaches another: it calls it, or throws what the other waits for or starts by."""

    source: str
    target: str
    bond: Bond
    name: str = ""  # of the message or signal


@dataclass(frozen=True)
class Box:
    process: str
    x: float
    y: float
    is_alone: bool = False


@dataclass(frozen=True)
class Landscape:
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]
    lines: tuple[tuple[Link, str], ...]  # a link that is drawn, and its path
    width: float
    height: float


def links(processes: Iterable[ProcessDefinition]) -> list[Link]:
    """Every way from one process to another, by name."""
    processes = list(processes)
    known = {process.id for process in processes}
    throws: dict[tuple[Bond, str], set[str]] = defaultdict(set)
    waits: dict[tuple[Bond, str], set[str]] = defaultdict(set)
    found: set[Link] = set()
    for process in processes:
        for element in process.elements.values():
            call = element.call
            if call is not None and call.process_id.is_static and call.process_id.text in known:
                found.add(Link(process.id, call.process_id.text, Bond.CALL))
            told = _told(element)
            if told is not None:
                (throws if element.kind in _THROWS else waits)[told].add(process.id)
    for bond, name in throws:
        for source in throws[(bond, name)]:
            for target in waits.get((bond, name), ()):
                if source != target:
                    found.add(Link(source, target, bond, name))
    return sorted(found)


def _told(element: Element) -> tuple[Bond, str] | None:
    event = element.event or element.message
    if isinstance(event, MessageEvent) and event.name.is_static:
        return Bond.MESSAGE, event.name.text
    if isinstance(event, SignalEvent) and event.name.is_static:
        return Bond.SIGNAL, event.name.text
    return None


def landscape(processes: Sequence[str], found: Sequence[Link]) -> Landscape:
    """Where each process stands and how the lines go."""
    listeners: dict[tuple[Bond, str], set[str]] = defaultdict(set)
    for link in found:
        listeners[(link.bond, link.name)].add(link.target)
    drawn = [
        link
        for link in found
        if link.bond is not Bond.SIGNAL or len(listeners[(link.bond, link.name)]) <= MOST_RECEIVERS
    ]
    ways: dict[str, set[str]] = {id: set() for id in processes}
    for link in drawn:
        ways[link.source].add(link.target)
    bound = {id for link in drawn for id in (link.source, link.target)}
    layers = _ordered(_layers({id: ways[id] for id in processes if id in bound}), drawn)
    boxes = {}
    tallest = max((len(layer) for layer in layers), default=0)
    for column, layer in enumerate(layers):
        top = MARGIN + (tallest - len(layer)) * (HEIGHT + GAP_Y) / 2
        for row, id in enumerate(layer):
            boxes[id] = Box(id, MARGIN + column * (BOX + GAP_X), top + row * (HEIGHT + GAP_Y))
    width = MARGIN * 2 + max(len(layers), 4) * (BOX + GAP_X) - GAP_X
    below = MARGIN + tallest * (HEIGHT + GAP_Y) + HEIGHT
    per_row = max(1, int((width - MARGIN) // (BOX + GAP_Y)))
    alone = [id for id in processes if id not in bound]
    for number, id in enumerate(alone):
        row, column = divmod(number, per_row)
        boxes[id] = Box(id, MARGIN + column * (BOX + GAP_Y), below + row * (HEIGHT + GAP_Y), is_alone=True)
    height = below + -(-len(alone) // per_row) * (HEIGHT + GAP_Y) + MARGIN
    lines = tuple((link, _line(boxes[link.source], boxes[link.target])) for link in drawn)
    return Landscape(tuple(boxes[id] for id in processes), tuple(found), lines, width, height)


def _layers(ways: Mapping[str, set[str]]) -> list[list[str]]:
    """By the longest way from a beginning; a way that closes a circle does not count."""
    onward: dict[str, set[str]] = {id: set() for id in ways}
    state: dict[str, int] = {}
    for begin in sorted(ways, key=lambda id: (sum(id in to for to in ways.values()), id)):
        stack: list[tuple[str, list[str]]] = [(begin, sorted(ways[begin]))] if begin not in state else []
        state.setdefault(begin, 1)
        while stack:
            id, left = stack[-1]
            if not left:
                state[id] = 2
                stack.pop()
                continue
            other = left.pop(0)
            if other == id or state.get(other) == 1:
                continue
            onward[id].add(other)
            if other not in state:
                state[other] = 1
                stack.append((other, sorted(ways[other])))
    depth = dict.fromkeys(ways, 0)
    for _ in ways:
        for id, to in onward.items():
            for other in to:
                depth[other] = max(depth[other], depth[id] + 1)
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for id in sorted(ways):
        layers[depth[id]].append(id)
    return layers


def _ordered(layers: list[list[str]], drawn: Sequence[Link]) -> list[list[str]]:
    """Each layer by the middle of its neighbours, back and forth, so that lines cross little."""
    beside: dict[str, set[str]] = defaultdict(set)
    for link in drawn:
        beside[link.source].add(link.target)
        beside[link.target].add(link.source)
    for sweep in range(_SWEEPS):
        at = {id: (row + 0.5) / len(layer) for layer in layers for row, id in enumerate(layer)}
        for layer in layers if sweep % 2 == 0 else layers[::-1]:

            def middle(id: str, at: Mapping[str, float] = at) -> tuple[float, str]:
                near = [at[other] for other in beside[id] if other in at]
                return (sum(near) / len(near) if near else at[id], id)

            layer.sort(key=middle)
            at.update({id: (row + 0.5) / len(layer) for row, id in enumerate(layer)})
    return layers


def _line(source: Box, target: Box) -> str:
    """A curve from right side to left side; to the same or an earlier column it goes around below."""
    x, y = source.x + BOX, source.y + HEIGHT / 2
    to_x, to_y = target.x, target.y + HEIGHT / 2
    if target.x > source.x:
        bend = max(40.0, (to_x - x) / 2)
        return f"M{x:g} {y:g}C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}"
    low = max(source.y, target.y) + HEIGHT + GAP_Y / 2
    x, to_x = source.x + BOX / 2 + 20, target.x + BOX / 2 - 20
    y, to_y = source.y + HEIGHT, target.y + HEIGHT
    return f"M{x:g} {y:g}C{x:g} {low + 20:g} {to_x:g} {low + 20:g} {to_x:g} {to_y:g}"
