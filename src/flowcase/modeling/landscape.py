"""All processes as one picture: who calls, tells and signals whom, in columns from cause to effect.

The layout is our own and the same for the same diagrams: processes stand in layers by the longest way that
leads to them. A line over several layers has a place of its own in each, so that it passes between the boxes;
the layers are ordered so that lines cross little, and what goes back is drawn back.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

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
_LANE = 12  # height of the place that a line takes in a layer it passes
_SWEEPS = 40


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
    layers = _layers({id: ways[id] for id in processes if id in bound})
    chains = _chains(layers, sorted({(link.source, link.target) for link in drawn}))
    layers = _ordered(layers, chains)
    middles = _middles(layers, chains)
    lowest = min((at - _tall(id) / 2 for id, at in middles.items()), default=0.0)
    tops = {id: at - _tall(id) / 2 - lowest + MARGIN for id, at in middles.items()}
    columns = {id: column for column, layer in enumerate(layers) for id in layer}
    places = {id: Box(id, MARGIN + columns[id] * (BOX + GAP_X), round(top, 1)) for id, top in tops.items()}
    boxes = {id: box for id, box in places.items() if not _is_lane(id)}
    width = MARGIN * 2 + max(len(layers), 4) * (BOX + GAP_X) - GAP_X
    below = max((box.y for box in places.values()), default=MARGIN - HEIGHT) + 2 * HEIGHT + GAP_Y
    per_row = max(1, int((width - MARGIN) // (BOX + GAP_Y)))
    alone = [id for id in processes if id not in bound]
    for number, id in enumerate(alone):
        row, column = divmod(number, per_row)
        boxes[id] = Box(id, MARGIN + column * (BOX + GAP_Y), below + row * (HEIGHT + GAP_Y), is_alone=True)
    height = below + -(-len(alone) // per_row) * (HEIGHT + GAP_Y) + MARGIN
    lines = tuple((link, _line([places[id] for id in chains[(link.source, link.target)]])) for link in drawn)
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


def _chains(layers: list[list[str]], pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], list[str]]:
    """Where each line passes, from its source to its target; adds a place to every layer in between."""
    columns = {id: column for column, layer in enumerate(layers) for id in layer}
    chains = {}
    for source, target in pairs:
        first, last = columns[source], columns[target]
        step = 1 if first < last else -1
        lanes = [f"{source} {target} {column}" for column in range(first + step, last, step)]
        for column, lane in zip(range(first + step, last, step), lanes, strict=True):
            layers[column].append(lane)
        chains[(source, target)] = [source, *lanes, target]
    return chains


def _is_lane(id: str) -> bool:
    return " " in id  # no id of a process has one


def _tall(id: str) -> float:
    return _LANE if _is_lane(id) else HEIGHT


def _neighbours(layers: list[list[str]], chains: Mapping[tuple[str, str], list[str]]) -> dict[str, list[str]]:
    """What each place is joined to in the layers beside its own."""
    columns = {id: column for column, layer in enumerate(layers) for id in layer}
    found: dict[str, list[str]] = defaultdict(list)
    for chain in chains.values():
        for one, other in pairwise(chain):
            if columns[one] != columns[other]:
                found[one].append(other)
                found[other].append(one)
    return found


def _ordered(layers: list[list[str]], chains: Mapping[tuple[str, str], list[str]]) -> list[list[str]]:
    """Each layer by the middle of its neighbours on one side, back and forth; what crosses least."""
    beside = _neighbours(layers, chains)
    columns = {id: column for column, layer in enumerate(layers) for id in layer}
    best, fewest = [list(layer) for layer in layers], _crossings(layers, beside)
    for sweep in range(_SWEEPS):
        step = 1 if sweep % 2 == 0 else -1
        for column in range(len(layers))[::step]:
            at = {id: row for layer in layers for row, id in enumerate(layer)}
            layer = layers[column]

            def middle(id: str, at: Mapping[str, int] = at, before: int = column - step) -> tuple[float, int]:
                near = [at[other] for other in beside[id] if columns[other] == before]
                return (sum(near) / len(near) if near else at[id], at[id])

            layer.sort(key=middle)
        crossed = _crossings(layers, beside)
        if crossed < fewest:
            best, fewest = [list(layer) for layer in layers], crossed
    return best


def _crossings(layers: Sequence[Sequence[str]], beside: Mapping[str, Sequence[str]]) -> int:
    """How often lines between neighbouring layers cross."""
    total = 0
    for left, right in pairwise(layers):
        rows = {id: row for row, id in enumerate(right)}
        above: list[int] = []
        for id in left:
            ends = sorted(rows[other] for other in beside.get(id, ()) if other in rows)
            total += sum(len(above) - bisect_right(above, end) for end in ends)
            for end in ends:
                insort(above, end)
    return total


def _middles(
    layers: Sequence[Sequence[str]], chains: Mapping[tuple[str, str], list[str]]
) -> dict[str, float]:
    """How far down the middle of each place is: near its neighbours, so that lines run straight."""
    beside = _neighbours([list(layer) for layer in layers], chains)
    apart = {
        (one, other): (_tall(one) + _tall(other)) / 2 + (GAP_Y if HEIGHT in (_tall(one), _tall(other)) else 2)
        for layer in layers
        for one, other in pairwise(layer)
    }
    at: dict[str, float] = {}
    for layer in layers:
        down = 0.0
        for row, id in enumerate(layer):
            down += apart[(layer[row - 1], id)] if row else 0.0
            at[id] = down
    for sweep in range(_SWEEPS):
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            wanted = [
                sum(at[other] for other in beside[id]) / len(beside[id]) if beside[id] else at[id]
                for id in layer
            ]
            low, high = list(wanted), list(wanted)
            for row in range(1, len(layer)):
                low[row] = max(low[row], low[row - 1] + apart[(layer[row - 1], layer[row])])
            for row in range(len(layer) - 2, -1, -1):
                high[row] = min(high[row], high[row + 1] - apart[(layer[row], layer[row + 1])])
            at |= {id: (low[row] + high[row]) / 2 for row, id in enumerate(layer)}
    return at


def _line(stops: Sequence[Box]) -> str:
    """A curve from side to side through its places; within one column it goes around on the right."""
    source, target = stops[0], stops[-1]
    y = source.y + HEIGHT / 2
    if source.x == target.x:
        right, to_y = source.x + BOX, target.y + HEIGHT / 2
        out = right + GAP_X / 2
        return f"M{right:g} {y:g}C{out:g} {y:g} {out:g} {to_y:g} {right:g} {to_y:g}"
    forth = target.x > source.x
    x, words = source.x + (BOX if forth else 0), []
    y += -6 if forth else 6  # there and back do not lie on each other
    words.append(f"M{x:g} {y:g}")
    for stop in stops[1:]:
        to_x = stop.x + (0 if forth else BOX)
        to_y = stop.y + _tall(stop.process) / 2
        if stop is target:
            to_y += -6 if forth else 6
        bend = (to_x - x) / 2
        words.append(f"C{x + bend:g} {y:g} {to_x - bend:g} {to_y:g} {to_x:g} {to_y:g}")
        x, y = to_x, to_y
        if stop is not target:
            x += BOX if forth else -BOX
            words.append(f"H{x:g}")
    return "".join(words)
