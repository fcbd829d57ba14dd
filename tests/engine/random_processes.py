"""Random processes of every construct that runs, nested in one another, and random nets of gateways."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

from small_diagrams import (
    boundary,
    call,
    catch,
    cycle,
    duration,
    each,
    end,
    error,
    escalation,
    event_based,
    event_sub_process,
    exclusive,
    inclusive,
    loop,
    manual,
    message,
    parallel,
    process,
    receive,
    rule,
    script,
    service,
    signal,
    start,
    sub_process,
    terminate,
    throw,
    user,
)
from small_diagrams import element as any_element

from flowcase.modeling.definition import Element, ElementKind, ProcessDefinition

CHOICE = "valg"  # what every answer sets, from 0 to 3, and every gateway reads
KEY = "noegle"
CODES = ("A", "B")


@dataclass
class Drawn:
    """Processes that belong together; `places`: the blocks that an element is nested in, from outside."""

    main: str
    definitions: dict[str, ProcessDefinition]
    places: dict[str, tuple[str, ...]]

    def text(self) -> str:
        """The diagrams as parts and arrows, for a person who looks for the fault."""
        lines = []
        for definition in self.definitions.values():
            lines.append(f"process {definition.id}")
            for part in definition.elements.values():
                details = [
                    f"{name}={value!r}"
                    for name in (
                        "parent",
                        "attached_to",
                        "event",
                        "message",
                        "loop",
                        "default_flow",
                        "inputs",
                    )
                    if (value := getattr(part, name))
                ]
                if not part.is_interrupting:
                    details.append("non-interrupting")
                lines.append(f"  {part.kind.value} {part.id} {' '.join(details)}")
            for flow in definition.flows.values():
                condition = f" : {flow.condition.text}" if flow.condition else ""
                lines.append(f"  {flow.source} -> {flow.target}{condition}")
        return "\n".join(lines)


@dataclass
class Pen:
    """Draws one process; names and places are shared with the processes that it calls."""

    chance: random.Random
    main: Drawn
    parts: list[Element] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)
    within: tuple[str, ...] = ()
    depth: int = 0  # of calls

    def name(self, kind: str) -> str:
        number = len(self.main.places) + 1
        return f"{kind}{number}"

    def add(self, part: Element, parent: str | None) -> str:
        self.main.places[part.id] = self.within
        self.parts.append(replace(part, parent=parent))
        return part.id

    def change(self, id: str, **details: Any) -> None:
        at = next(at for at, part in enumerate(self.parts) if part.id == id)
        self.parts[at] = replace(self.parts[at], **details)

    def join(self, before: str, after: str, condition: str = "") -> None:
        self.flows.append(f"{before} -> {after}" + (f" : {condition}" if condition else ""))

    def maybe(self, probability: float) -> bool:
        return self.chance.random() < probability

    @contextmanager
    def inside(self, block: str) -> Iterator[None]:
        outer, self.within = self.within, (*self.within, block)
        yield
        self.within = outer


def draw(seed: int, *, size: int = 3) -> Drawn:
    """The same seed and size draw the same processes."""
    main = Drawn(f"tilfaeldig{seed}", {}, {})
    pen = Pen(random.Random(seed), main)
    if seed % 5 == 4:
        draw_net(pen, main.main, size)
    else:
        draw_process(pen, main.main, size)
    return main


def draw_process(pen: Pen, id: str, size: int) -> None:
    begin = pen.add(start(pen.name("start")), None)
    last = begin
    for _ in range(pen.chance.randint(1, 3) if pen.depth == 0 else 1):
        last = block(pen, last, None, size)
    if pen.depth == 0 and pen.maybe(0.3):  # other ways in
        into = pen.add(exclusive(pen.name("ind")), None)
        pen.flows = [flow.replace(f"{begin} -> ", f"{into} -> ", 1) for flow in pen.flows]
        pen.join(begin, into)
        for event in (message("start", None), signal("start"), duration("PT1H")):
            pen.join(pen.add(start(pen.name("start"), event=event), None), into)
    pen.join(last, finish(pen, None))
    if pen.maybe(0.4):
        event_scope(pen, None, size - 1)
    pen.main.definitions[id] = process(*pen.parts, flows=tuple(pen.flows), id=id)


# --- blocks ----------------------------------------------------------------------------------------


def block(pen: Pen, before: str, parent: str | None, size: int) -> str:
    """Draw one block behind `before`; the element that it ends with."""
    if size <= 0:
        return leaf(pen, before, parent)
    kinds: list[Callable[[Pen, str, str | None, int], str]] = [
        sequence, sequence, branches, branches, branches, round_trip, race, scope, scope, repeated, calling,
        guarded, lambda pen, before, parent, size: leaf(pen, before, parent),
    ]  # fmt: skip
    return pen.chance.choice(kinds)(pen, before, parent, size)


def leaf(pen: Pen, before: str, parent: str | None) -> str:
    """One task or event; those that wait may have boundary events and be repeated."""
    kind = pen.chance.choice(
        ["user", "user", "user", "user", "service", "service", "rule", "script", "manual", "send", "receive",
         "timer", "message", "signal", "throw"]
    )  # fmt: skip
    name = pen.name(kind)
    part = {
        "user": lambda: user(name),
        "service": lambda: service(name),
        "rule": lambda: rule(name, "tabel", CHOICE),
        "script": lambda: script(name, str(pen.chance.randrange(4)), CHOICE),
        "manual": lambda: manual(name),
        "send": lambda: any_element(ElementKind.SEND_TASK, name, message=some_message(pen)),
        "receive": lambda: receive(name, f"m{pen.chance.randrange(3)}", KEY),
        "timer": lambda: catch(name, some_timer(pen, cycles=False)),
        "message": lambda: catch(name, some_message(pen)),
        "signal": lambda: catch(name, some_signal(pen)),
        "throw": lambda: throw(name, some_throw(pen)),
    }[kind]()
    if pen.maybe(0.2) and kind in ("user", "service"):
        part = replace(part, **some_mappings())
    pen.add(part, parent)
    pen.join(before, name)
    return name


def sequence(pen: Pen, before: str, parent: str | None, size: int) -> str:
    for _ in range(pen.chance.randint(2, 3)):
        before = block(pen, before, parent, size - 1)
    return before


def branches(pen: Pen, before: str, parent: str | None, size: int) -> str:
    kind = pen.chance.choice(["xor", "and", "or"])
    gateway = {"xor": exclusive, "and": parallel, "or": inclusive}[kind]
    with pen.inside(f"{kind} block"):
        split, meet = pen.add(gateway(pen.name(kind)), parent), pen.add(gateway(pen.name(kind)), parent)
        pen.join(before, split)
        count = pen.chance.randint(2, 3)
        for number in range(count):
            first = len(pen.flows)
            last = block(pen, split, parent, size - 1)
            condition = {"and": "", "xor": f"{CHOICE} = {number}", "or": f"{CHOICE} >= {number + 1}"}[kind]
            if condition and number == count - 1:
                condition = "default"
            if condition:
                pen.flows[first] += f" : {condition}"
            if kind != "and" and pen.maybe(0.15):  # a branch that ends by itself, or only sometimes
                way = pen.add(exclusive(pen.name("videre")), parent)
                pen.join(last, way)
                pen.join(way, finish(pen, parent), f"{CHOICE} = 0")
                pen.join(way, meet, "default")
            else:
                pen.join(last, meet)
    return meet


def round_trip(pen: Pen, before: str, parent: str | None, size: int) -> str:
    """A loop of sequence flows, counted by a script."""
    counter, rounds = pen.name("n"), pen.chance.randint(2, 3)
    pen.counters.append(counter)
    with pen.inside("loop of flows"):
        zero = pen.add(script(pen.name("nul"), "0", counter), parent)
        into = pen.add(exclusive(pen.name("ind")), parent)
        pen.join(before, zero)
        pen.join(zero, into)
        last = block(pen, into, parent, size - 1)
        plus = pen.add(script(pen.name("plus"), f"{counter} + 1", counter), parent)
        again = pen.add(exclusive(pen.name("igen")), parent)
        out = pen.add(exclusive(pen.name("ud")), parent)
        pen.join(last, plus)
        pen.join(plus, again)
        pen.join(again, into, f"{counter} < {rounds}")
        pen.join(again, out, "default")
    return out


def race(pen: Pen, before: str, parent: str | None, size: int) -> str:
    """An event-based gateway before two or three events."""
    with pen.inside("event-based gateway block"):
        split = pen.add(event_based(pen.name("hvad")), parent)
        meet = pen.add(exclusive(pen.name("saml")), parent)
        pen.join(before, split)
        events = ["timer", "message", "signal", "receive"]
        for kind in pen.chance.sample(events, pen.chance.randint(2, 3)):
            name = pen.name(kind)
            pen.add(
                {
                    "timer": catch(name, some_timer(pen, cycles=False)),
                    "message": catch(name, message("m1", KEY)),
                    "signal": catch(name, some_signal(pen)),
                    "receive": receive(name, "m2", KEY),
                }[kind],
                parent,
            )
            pen.join(split, name)
            pen.join(block(pen, name, parent, size - 2), meet)
    return meet


def scope(pen: Pen, before: str, parent: str | None, size: int) -> str:
    """A sub-process, perhaps with event sub-processes inside, boundary events around, and repeated."""
    id = pen.name("del")
    repeat = pen.maybe(0.35)
    details: dict[str, Any] = some_repetition(pen) if repeat else {}
    with pen.inside(repetition_of(details) or "sub-process"):
        sub_process_of(pen, id, before, parent, size)
    pen.change(id, **details)
    return around(pen, id, parent, size) if pen.maybe(0.6) else id


def sub_process_of(pen: Pen, id: str, before: str, parent: str | None, size: int) -> None:
    outer, pen.counters = pen.counters, []
    pen.add(sub_process(id), parent)
    pen.join(before, id)
    begin = pen.add(start(pen.name("start")), id)
    pen.join(block(pen, begin, id, size - 1), finish(pen, id))
    for _ in range(pen.chance.choice([0, 0, 1, 1, 2])):
        event_scope(pen, id, size - 1)
    own = tuple(f"0 -> {counter}" for counter in pen.counters)  # local: instances must not share them
    pen.change(id, inputs=sub_process(id, inputs=own).inputs)
    pen.counters = outer


def event_scope(pen: Pen, parent: str | None, size: int) -> None:
    interrupting = pen.maybe(0.4)
    kind = pen.chance.choice(["timer", "message", "signal", "error", "escalation"])
    if kind == "error":
        interrupting = True
    with pen.inside("event sub-process"):
        id = pen.add(event_sub_process(pen.name("ved")), parent)
        event = some_caught(pen, kind, cycles=not interrupting)
        begin = pen.add(start(pen.name("start"), event=event, is_interrupting=interrupting), id)
        pen.join(block(pen, begin, id, min(size, 1)), finish(pen, id))


def repeated(pen: Pen, before: str, parent: str | None, size: int) -> str:
    """A task that is repeated, perhaps with boundary events."""
    details = some_repetition(pen)
    kind = pen.chance.choice(["user", "service", "rule", "receive"])
    with pen.inside(repetition_of(details)):
        name = pen.name(kind)
        part = {
            "user": lambda: user(name),
            "service": lambda: service(name),
            "rule": lambda: rule(name, "tabel", CHOICE),
            "receive": lambda: receive(name, "m0", KEY),
        }[kind]()
        pen.add(replace(part, **details), parent)
    pen.join(before, name)
    return around(pen, name, parent, size) if pen.maybe(0.5) else name


def calling(pen: Pen, before: str, parent: str | None, size: int) -> str:
    if pen.depth == 2:
        return leaf(pen, before, parent)
    name = pen.name("kald")
    with pen.inside("call activity"):
        details = some_repetition(pen) if pen.maybe(0.3) else {}
        pen.add(replace(call(name, f"kaldt_{name}"), **details), parent)
        inner = Pen(pen.chance, pen.main, within=pen.within, depth=pen.depth + 1)
        draw_process(inner, f"kaldt_{name}", size - 1)
    pen.join(before, name)
    return around(pen, name, parent, size) if pen.maybe(0.7) else name


def guarded(pen: Pen, before: str, parent: str | None, size: int) -> str:
    """A waiting task with boundary events."""
    name = pen.name("vogtet")
    kind = pen.chance.choice([user, service, service, lambda id: receive(id, "m0", KEY)])
    pen.add(kind(name), parent)
    pen.join(before, name)
    return around(pen, name, parent, size)


def around(pen: Pen, host: str, parent: str | None, size: int) -> str:
    """Boundary events: what they lead to ends by itself, or meets the way that the host goes on."""
    out = pen.add(exclusive(pen.name("ud")), parent)
    pen.join(host, out)
    for _ in range(pen.chance.randint(1, 3)):
        kind = pen.chance.choice(["timer", "message", "signal", "error", "escalation"])
        interrupting = kind == "error" or pen.maybe(0.5)
        event = some_caught(pen, kind, cycles=not interrupting)
        with pen.inside("boundary event"):
            name = pen.add(boundary(pen.name("kant"), host, event, interrupting=interrupting), parent)
            last = block(pen, name, parent, min(size - 1, 1)) if pen.maybe(0.6) else name
        if pen.maybe(0.7 if interrupting else 0.2):
            pen.join(last, out)
        else:
            pen.join(last, finish(pen, parent))
    return out


def finish(pen: Pen, parent: str | None) -> str:
    kinds = [None] * 6 + [some_throw(pen), terminate(), error(pen.chance.choice(CODES))]
    return pen.add(end(pen.name("slut"), event=pen.chance.choice(kinds)), parent)


# --- details ---------------------------------------------------------------------------------------


def some_message(pen: Pen) -> Any:
    return message(f"m{pen.chance.randrange(3)}", KEY)


def some_signal(pen: Pen) -> Any:
    return signal(f"s{pen.chance.randrange(3)}")


def some_timer(pen: Pen, *, cycles: bool) -> Any:
    hours = pen.chance.randint(1, 9)
    return cycle(f"R{pen.chance.randint(1, 3)}/PT{hours}H") if cycles else duration(f"PT{hours}H")


def some_throw(pen: Pen) -> Any:
    thrown = [None, some_message(pen), some_signal(pen), escalation(pen.chance.choice(CODES))]
    return pen.chance.choice(thrown)


def some_caught(pen: Pen, kind: str, *, cycles: bool) -> Any:
    code = pen.chance.choice((*CODES, None))
    return {
        "timer": lambda: some_timer(pen, cycles=cycles and pen.maybe(0.6)),
        "message": lambda: some_message(pen),
        "signal": lambda: some_signal(pen),
        "error": lambda: error(code),
        "escalation": lambda: escalation(code),
    }[kind]()


def some_mappings() -> dict[str, Any]:
    part = user("x", inputs=(f"{CHOICE} -> lokal",), outputs=("lokal -> ud", f"{CHOICE} -> {CHOICE}"))
    return {"inputs": part.inputs, "outputs": part.outputs}


def some_repetition(pen: Pen) -> dict[str, Any]:
    if pen.maybe(0.25):
        times = pen.chance.randint(1, 3)
        drawn = loop(
            f"loopCounter < {times}", test_before=pen.maybe(0.3), maximum=pen.chance.choice([None, 2])
        )
        return {"loop": drawn}
    count = pen.chance.randint(0, 3)
    collects = pen.maybe(0.5)
    return {
        "loop": each(
            f"for i in 1..{count} return i" if count else "[]",
            "x",
            sequential=pen.maybe(0.5),
            output="resultater" if collects else None,
            output_element="x" if collects else None,
            until=f"numberOfCompletedInstances >= {pen.chance.randint(1, 2)}" if pen.maybe(0.3) else None,
        )
    }


def repetition_of(details: dict[str, Any]) -> str:
    """What a block of repeated things is called."""
    if "loop" not in details:
        return ""
    sequential = getattr(details["loop"], "is_sequential", None)
    return {None: "standard loop", True: "sequential multi-instance", False: "parallel multi-instance"}[
        sequential
    ]


# --- nets ------------------------------------------------------------------------------------------


def draw_net(pen: Pen, id: str, size: int) -> None:
    """Gateways and tasks joined at random, forwards and back: joins that no block would have."""
    gateways = [exclusive, exclusive, parallel, inclusive, inclusive]
    with pen.inside("net"):
        names = []
        for _ in range(pen.chance.randint(3, 4 + 2 * size)):
            make = user if pen.maybe(0.45) else pen.chance.choice(gateways)
            names.append(pen.add(make(pen.name("net")), None))
        begin, finish = pen.add(start(pen.name("start")), None), pen.add(end(pen.name("slut")), None)
    kinds = {part.id: part.kind for part in pen.parts}
    arrows: dict[str, list[str]] = {name: [] for name in names}
    for at, name in enumerate(names):
        ahead = [*names[at + 1 :], finish]
        arrows[name] += pen.chance.sample(ahead, min(len(ahead), pen.chance.choice([1, 1, 2, 3])))
        back = [other for other in names[: at + 1] if kinds[other] is ElementKind.USER_TASK]
        if back and kinds[name] is not ElementKind.USER_TASK and pen.maybe(0.3):
            arrows[name].append(pen.chance.choice(back))  # every round trip waits for a person
        if kinds[name] is ElementKind.USER_TASK:
            arrows[name] = arrows[name][:1]
    pen.join(begin, names[0])
    reached = {target for targets in arrows.values() for target in targets} | {names[0]}
    for name in names[1:]:
        if name not in reached:
            pen.join(begin, name)  # a start event may have several ways on: each gets a token
    for name, targets in arrows.items():
        for number, target in enumerate(targets):
            condition = ""
            if len(targets) > 1 and kinds[name] is not ElementKind.PARALLEL_GATEWAY:
                sign = "=" if kinds[name] is ElementKind.EXCLUSIVE_GATEWAY else ">="
                condition = "default" if number == 0 else f"{CHOICE} {sign} {number}"
            pen.join(name, target, condition)
    pen.main.definitions[id] = process(*pen.parts, flows=tuple(pen.flows), id=id)
