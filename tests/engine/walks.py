"""Many random walks with their figures: `python tests/engine/walks.py 10000`.

Prints how often each construct was exercised and which were nested in which; `--write` puts both tables
into docs/engine.md. A disagreement prints its seed, the smallest diagram and the shortest walk found.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))

from random_processes import Drawn, draw
from walking import Disagreement, Walk, shrunk, walk

from flowcase.modeling.definition import (
    Element,
    ElementKind,
    MultiInstance,
    ProcessDefinition,
    StandardLoop,
    TimerEvent,
    TimerKind,
)

PAGE = Path(__file__).parents[2] / "docs" / "engine.md"
BEGIN, END = "<!-- walks: begin -->", "<!-- walks: end -->"
SIZE = 4  # how deep blocks are nested
K = ElementKind

BLOCKS = (
    "and block", "or block", "xor block", "net", "loop of flows", "event-based gateway block", "sub-process",
    "event sub-process", "parallel multi-instance", "sequential multi-instance", "standard loop",
    "call activity", "boundary event",
)  # fmt: skip
EVENTS = {
    "start event": ("none", "message", "signal", "timer"),
    "end event": ("none", "message", "signal", "error", "escalation", "terminate"),
    "throw event": ("none", "message", "signal", "escalation"),
    "catch event": ("message", "signal", "timer"),
    "boundary event": ("message", "signal", "timer", "timer cycle", "error", "escalation"),
    "event sub-process": ("message", "signal", "timer", "timer cycle", "error", "escalation"),
}
TASKS = (
    "user task", "service task", "business rule task", "script task", "manual task", "send task",
    "receive task", "call activity", "sub-process",
)  # fmt: skip


def constructs() -> tuple[str, ...]:
    """Everything that the dialect runs, as the tables call it."""
    names = list(TASKS)
    for place, events in EVENTS.items():
        for event in events:
            if place in ("boundary event", "event sub-process"):
                ways = ["interrupting"] * (event != "timer cycle") + ["non-interrupting"] * (event != "error")
                names += [f"{place}, {event}, {way}" for way in ways]
            else:
                names.append(f"{place}, {event}")
    names += [
        "exclusive gateway",
        "parallel gateway, fork",
        "parallel gateway, join",
        "inclusive gateway, fork",
    ]
    names += ["inclusive gateway, join", "event-based gateway", "loop of flows"]
    for task in TASKS:
        if task in (
            "user task",
            "service task",
            "business rule task",
            "receive task",
            "call activity",
            "sub-process",
        ):
            names += [f"parallel multi-instance, {task}", f"sequential multi-instance, {task}"]
    names += ["multi-instance with a completion condition", "multi-instance over nothing"]
    names += [
        "multi-instance with an output collection",
        "standard loop, user task",
        "standard loop, sub-process",
    ]
    names += ["standard loop, test before", "standard loop with a maximum", "input and output mapping"]
    return tuple(names)


def names_of(definition: ProcessDefinition, element: Element, role: str) -> list[str]:
    """The constructs that completing this element exercises."""
    kind, loop = element.kind, element.loop
    task = {K.EVENT_SUB_PROCESS: "", K.CALL_ACTIVITY: "call activity", K.SUB_PROCESS: "sub-process"}.get(
        kind, _words(kind.value)
    )
    if role == "body" and isinstance(loop, MultiInstance):
        way = "sequential" if loop.is_sequential else "parallel"
        return [
            f"{way} multi-instance, {task}",
            *["multi-instance with a completion condition"] * bool(loop.completion_condition),
            *["multi-instance over nothing"] * (loop.input_collection.text == "[]"),
            *["multi-instance with an output collection"] * bool(loop.output_collection),
        ]
    if role == "body" and isinstance(loop, StandardLoop):
        return [
            f"standard loop, {task}",
            *["standard loop, test before"] * loop.test_before,
            *["standard loop with a maximum"] * (loop.maximum is not None),
        ]
    mapped = ["input and output mapping"] * bool(element.inputs and element.outputs)
    if kind in (K.EXCLUSIVE_GATEWAY, K.EVENT_BASED_GATEWAY):
        loops = ["loop of flows"] * element.id.startswith("igen")
        return [{"eventBasedGateway": "event-based gateway"}.get(kind.value, "exclusive gateway"), *loops]
    if kind in (K.PARALLEL_GATEWAY, K.INCLUSIVE_GATEWAY):
        both = (len(element.incoming) > 1, len(element.outgoing) > 1)
        return [
            f"{_words(kind.value)}, {way}" for way, is_so in zip(("join", "fork"), both, strict=True) if is_so
        ]
    if kind in (K.EVENT_SUB_PROCESS, K.BOUNDARY_EVENT):
        event = element if kind is K.BOUNDARY_EVENT else _start_of(definition, element)
        way = "interrupting" if event.is_interrupting else "non-interrupting"
        place = "boundary event" if kind is K.BOUNDARY_EVENT else "event sub-process"
        return [f"{place}, {_event(event)}, {way}"]
    if kind in (K.START_EVENT, K.END_EVENT, K.INTERMEDIATE_CATCH_EVENT, K.INTERMEDIATE_THROW_EVENT):
        place = _words(kind.value).replace("intermediate ", "")
        inner = element.parent and definition.elements[element.parent].kind is K.EVENT_SUB_PROCESS
        return [] if inner and kind is K.START_EVENT else [f"{place}, {_event(element)}"]
    return [task, *mapped]


def _words(name: str) -> str:
    return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in name)


def _start_of(definition: ProcessDefinition, inside: Element) -> Element:
    return next(each for each in definition.children(inside.id) if each.kind is K.START_EVENT)


def _event(element: Element) -> str:
    if element.event is None:
        return "none"
    if isinstance(element.event, TimerEvent) and element.event.kind is TimerKind.CYCLE:
        return "timer cycle"
    return type(element.event).__name__.removesuffix("Event").lower()


class Figures:
    """What many walks exercised."""

    def __init__(self) -> None:
        self.walks = self.acts = self.largest = self.failures = 0
        self.constructs: Counter[tuple[str, str]] = Counter()  # entered, completed or cancelled
        self.pairs: Counter[tuple[str, str]] = Counter()  # walks in which the inner ran inside the outer
        self.acted: Counter[str] = Counter()
        self.outcomes: Counter[str] = Counter()
        self.seconds = 0.0

    def add(self, drawn: Drawn, walked: Walk) -> None:
        self.walks += 1
        self.acts += len(walked.acts)
        self.largest = max(self.largest, walked.largest)
        self.acted.update(walked.acted)
        self.outcomes[walked.outcome] += 1
        homes = {id: each for each in drawn.definitions.values() for id in each.elements}
        nested = set()
        for (what, id, role), count in walked.log.items():
            for name in names_of(homes[id], homes[id].elements[id], role):
                self.constructs[what, name] += count
            blocks = drawn.places[id]
            nested |= {(outer, inner) for at, inner in enumerate(blocks) for outer in blocks[:at]}
        self.pairs.update(nested)

    def lines(self) -> list[str]:
        missing = [name for name in constructs() if not self.constructs["entered", name]]
        pairs = [pair for pair in _possible_pairs() if self.pairs[pair]]
        return [
            f"{self.walks} walks with {self.acts} acts, {self.failures} disagreements, {self.seconds:.0f} s; "
            f"largest saved state {self.largest} bytes.",
            "Ends: " + ", ".join(f"{name} {count}" for name, count in sorted(self.outcomes.items())) + ".",
            "Acts: " + ", ".join(f"{name} {count}" for name, count in sorted(self.acted.items())) + ".",
            f"Constructs exercised: {len(constructs()) - len(missing)} of {len(constructs())}"
            + (f"; never: {', '.join(missing)}." if missing else "."),
            f"Pairs of nested blocks exercised: {len(pairs)} of {len(_possible_pairs())}.",
        ]

    def tables(self) -> list[str]:
        lines = ["| Construct | Entered | Completed | Interrupted |", "|---|---:|---:|---:|"]
        for name in constructs():
            counts = [str(self.constructs[what, name]) for what in ("entered", "completed", "cancelled")]
            lines.append(f"| {name} | {' | '.join(counts)} |")
        inner = [block for block in BLOCKS if block != "net"]
        lines += ["", "| outer ↓ inner → | " + " | ".join(inner) + " |", "|---" * (len(inner) + 1) + "|"]
        for outer in inner:
            counts = " | ".join(str(self.pairs[outer, each]) for each in inner)
            lines.append(f"| {outer} | {counts} |")
        return lines


def _possible_pairs() -> list[tuple[str, str]]:
    blocks = [block for block in BLOCKS if block != "net"]
    return [(outer, inner) for outer in blocks for inner in blocks]


def run(seeds: range, *, size: int, say: Callable[[str], None] = print) -> Figures:
    """Walk once per seed. Failures are said with their smallest form, and counted."""
    figures = Figures()
    began = time.perf_counter()
    for seed in seeds:
        drawn = draw(seed, size=size)
        try:
            figures.add(drawn, walk(drawn, seed))
        except Disagreement:
            figures.failures += 1
            say(shrunk(seed, size, draw))
    figures.seconds = time.perf_counter() - began
    return figures


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("count", type=int, nargs="?", default=10_000)
    asked.add_argument("--first", type=int, default=0, help="first seed")
    asked.add_argument("--size", type=int, default=SIZE, help="how deep blocks are nested")
    asked.add_argument("--write", action="store_true", help="put the tables into docs/engine.md")
    given = asked.parse_args()
    figures = run(range(given.first, given.first + given.count), size=given.size)
    seeds = f"Seeds {given.first} to {given.first + given.count - 1}, size {given.size}."
    text = [f"- {line}" for line in (seeds, *figures.lines())]
    print("\n".join([*text, "", *figures.tables()]))
    if given.write:
        page = PAGE.read_text()
        before, after = page[: page.index(BEGIN) + len(BEGIN)], page[page.index(END) :]
        PAGE.write_text("\n".join([before, "", "\n".join(text), "", *figures.tables(), "", after]))
    raise SystemExit(1 if figures.failures else 0)


if __name__ == "__main__":
    main()
