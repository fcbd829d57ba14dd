"""Random block-structured processes with the number of times that each of their tasks must run."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field, replace

from small_diagrams import (
    boundary,
    duration,
    each,
    end,
    error,
    escalation,
    event_sub_process,
    exclusive,
    feel,
    inclusive,
    message,
    parallel,
    process,
    script,
    signal,
    start,
    sub_process,
    throw,
    user,
)

from flowcase.modeling.definition import Element, ProcessDefinition


@dataclass
class Drawing:
    """Parts and arrows as they are drawn; `expected` counts how often each user task is completed."""

    chance: random.Random
    parts: list[Element] = field(default_factory=list)
    flows: list[str] = field(default_factory=list)
    counters: list[str] = field(default_factory=list)
    number: int = 0

    def name(self, kind: str) -> str:
        self.number += 1
        return f"{kind}{self.number}"

    def add(self, part: Element, parent: str | None) -> str:
        self.parts.append(replace(part, parent=parent))
        return part.id


def draw(seed: int, *, size: int = 4) -> tuple[ProcessDefinition, Counter[str]]:
    """A process and its expectation. Every task in it waits for a person."""
    drawing = Drawing(random.Random(seed))
    expected: Counter[str] = Counter()
    begin = drawing.add(start("begin"), None)
    last = block(drawing, begin, None, size, 1, expected)
    drawing.flows.append(f"{last} -> slut")
    drawing.add(end("slut"), None)
    definition = process(*drawing.parts, flows=tuple(drawing.flows), id=f"tilfaeldig{seed}")
    return definition, expected


def block(d: Drawing, before: str, parent: str | None, size: int, times: int, expected: Counter) -> str:
    """Draw one block after `before`, which runs `times` times; give the element that it ends with."""
    kinds = (
        ["task", "task"]
        if size <= 0
        else ["task", "sequence", "xor", "and", "or", "loop", "sub", "each", "guarded"]
    )
    kind = d.chance.choice(kinds)
    if kind == "task":
        id = d.add(user(d.name("t")), parent)
        expected[id] += times
        d.flows.append(f"{before} -> {id}")
        return id
    if kind == "sequence":
        for _ in range(d.chance.randint(2, 3)):
            before = block(d, before, parent, size - 1, times, expected)
        return before
    if kind in ("xor", "and", "or"):
        return branches(d, kind, before, parent, size, times, expected)
    if kind == "loop":
        return loop(d, before, parent, size, times, expected)
    return scope(d, kind, before, parent, size, times, expected)


def branches(d, kind, before, parent, size, times, expected):
    gateway = {"xor": exclusive, "and": parallel, "or": inclusive}[kind]
    split, join = d.add(gateway(d.name(kind)), parent), d.add(gateway(d.name(f"{kind}_saml")), parent)
    d.flows.append(f"{before} -> {split}")
    count = d.chance.randint(2, 3)
    taken = {"xor": {d.chance.randrange(count)}, "and": set(range(count))}.get(
        kind, set(d.chance.sample(range(count), d.chance.randint(1, count)))
    )
    for number in range(count):
        first = len(d.flows)
        last = block(d, split, parent, size - 1, times if number in taken else 0, expected)
        if kind != "and":
            d.flows[first] += f" : {'true' if number in taken else 'false'}"
        d.flows.append(f"{last} -> {join}")
    return join


def loop(d, before, parent, size, times, expected):
    counter, rounds = d.name("taeller"), d.chance.randint(1, 3)
    d.counters.append(counter)
    zero, entry = d.add(script(d.name("nul"), "0", counter), parent), d.add(exclusive(d.name("ind")), parent)
    d.flows += [f"{before} -> {zero}", f"{zero} -> {entry}"]
    last = block(d, entry, parent, size - 1, times * rounds, expected)
    plus = d.add(script(d.name("plus"), f"{counter} + 1", counter), parent)
    again, out = d.add(exclusive(d.name("igen")), parent), d.add(exclusive(d.name("ud")), parent)
    d.flows += [
        f"{last} -> {plus}",
        f"{plus} -> {again}",
        f"{again} -> {entry} : {counter} < {rounds}",
        f"{again} -> {out} : default",
    ]
    return out


def scope(d, kind, before, parent, size, times, expected):
    id = d.name(kind)
    count = d.chance.randint(0, 3) if kind == "each" else 1
    outer, d.counters = d.counters, []
    at = len(d.parts)
    d.add(sub_process(id), parent)
    d.flows.append(f"{before} -> {id}")
    begin = d.add(start(d.name("s")), id)
    if kind == "guarded":
        told = d.add(throw(d.name("op"), escalation("L")), id)
        d.flows.append(f"{begin} -> {told}")
        begin = told
    last = block(d, begin, id, size - 1, times * count, expected)
    finish = d.add(end(d.name("e")), id)
    d.flows.append(f"{last} -> {finish}")
    repeated = None
    if kind == "each":
        repeated = each(
            f"for i in 1..{count} return i" if count else "[]", "x", sequential=d.chance.random() < 0.5
        )
    own = tuple(f"0 -> {counter}" for counter in d.counters)  # local: instances must not share them
    mapped = replace(sub_process(id, inputs=own, loop=repeated), parent=parent)
    d.parts[at] = mapped
    d.counters = outer
    if kind == "guarded":
        return guard(d, id, parent)
    return id


def guard(d, id, parent):
    """Events around a scope: those that run beside it, and those that end it and go on after it."""
    out = d.add(exclusive(d.name("ud")), parent)
    d.flows.append(f"{id} -> {out}")
    timer = d.add(boundary(d.name("frist"), id, duration("P9D"), interrupting=False), parent)
    d.flows.append(f"{timer} -> {d.add(end(d.name('sent')), parent)}")
    caught = d.add(boundary(d.name("fejl"), id, error("X")), parent)
    d.flows.append(f"{caught} -> {out}")
    inner = d.add(event_sub_process(d.name("ved_signal")), id)
    heard = d.add(start(d.name("hoer"), event=signal("nyt"), is_interrupting=d.chance.random() < 0.3), inner)
    task = d.add(user(d.name("t")), inner)
    d.flows += [f"{heard} -> {task}", f"{task} -> {d.add(end(d.name('hoert')), inner)}"]
    escalated = d.add(boundary(d.name("eskaleret"), id, escalation("L"), interrupting=False), parent)
    d.flows.append(f"{escalated} -> {d.add(end(d.name('set')), parent)}")
    stopped = d.add(boundary(d.name("stop"), id, message("stop", f'="{id}"')), parent)
    d.flows.append(f"{stopped} -> {out}")
    return out


__all__ = ["draw", "feel"]
