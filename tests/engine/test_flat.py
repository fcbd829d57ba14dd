"""No construct leaves anything behind: a loop around it saves the same size in every round."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest
from random_processes import KEY, Pen, block, draw
from saved_states import ANSWERED
from small_diagrams import end, exclusive, process, script, start, user
from worlds import NOW

from flowcase import model
from flowcase.engine import State, advance
from flowcase.engine.subscriptions import MessageSubscription, PendingTimer

ROUNDS = 40


def looped(seed):
    """A random block inside a loop, each round of which begins with a person."""
    drawn = draw(0, size=0)
    drawn.places.clear()
    pen = Pen(random.Random(seed), drawn, depth=2)
    for part in (
        start("s"),
        exclusive("ind"),
        user("runde"),
        script("tael", "n + 1", "n"),
        exclusive("igen"),
    ):
        pen.add(part, None)
    pen.add(end("slut_paa_det"), None)
    pen.join("s", "ind")
    pen.join("ind", "runde")
    pen.join(block(pen, "runde", None, 2), "tael")
    pen.join("tael", "igen")
    pen.join("igen", "slut_paa_det", f"n >= {ROUNDS}")
    pen.join("igen", "ind", "default")
    parts = [replace(part, default_flow=None) for part in pen.parts]
    return process(*parts, flows=tuple(pen.flows))


def most_direct(state, definition):
    """The oldest thing that can be done: an answer, else a message or signal, else the next timer."""
    for position in state.waiting():
        key, kind = position.element_instance, definition.elements[position.element].kind
        if position.status == "active" and kind in ANSWERED and not state.tree.members.get(key):
            return model.CompleteElement(element_instance=key, variables={"valg": Decimal(1)})
    waits = sorted(state.subscriptions.values(), key=lambda each: (isinstance(each, PendingTimer), each.key))
    if not waits:
        return None
    if isinstance(waits[0], PendingTimer):
        return model.FireTimer(timer=min(waits, key=lambda each: each.due_at).key)
    deliver = model.DeliverMessage if isinstance(waits[0], MessageSubscription) else model.DeliverSignal
    return deliver(subscription=waits[0].key)


@pytest.mark.parametrize("seed", range(60))
def test_no_round_of_a_loop_around_any_block_saves_more_than_the_first_ones(seed):
    definition = looped(seed)
    now = NOW
    variables = {"n": Decimal(0), "valg": Decimal(1)}
    done = advance(definition, None, model.StartInstance(variables=variables), now=now, facts={KEY: KEY})

    sizes = {}
    for _ in range(3_000):
        saved = done.state.to_bytes()
        state = State.from_bytes(saved, definition)
        waiting = [each.element for each in state.waiting()]
        if waiting == ["runde"]:
            sizes[int(state.variables()["n"])] = len(saved)
        command = most_direct(state, definition) if state.status is model.InstanceStatus.ACTIVE else None
        if command is None:
            break
        if isinstance(command, model.FireTimer):
            now = max(now, state.subscriptions[command.timer].due_at)
        done = advance(definition, saved, command, now=now, facts={KEY: KEY})

    early = [size for number, size in sizes.items() if 1 <= number <= 5]
    assert max(sizes.values()) <= max(early, default=max(sizes.values())) + 24  # longer numbers, nothing else
