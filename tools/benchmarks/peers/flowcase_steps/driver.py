"""flowcase's own steps: bare (engine, state, user task and history rows) or full (as people do it).

`divided` is the bare step once more, with what each part of it takes, and a durable commit of 4 kB alone.
"""

from __future__ import annotations

import contextlib
import functools
import importlib.metadata
import tempfile
from collections.abc import Callable
from pathlib import Path

import divided
import rounds
from benchmarks import steps
from benchmarks.measuring import CLIENT, committing, installation

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase

PEERS = Path(__file__).parents[1]


def case(flow: Flowcase, *, is_bare: bool) -> list[float]:
    """Nobody looks for the next user task within what is timed: people have it from their inbox."""
    instance = ""

    def start() -> None:
        nonlocal instance
        instance = flow.instances.start("peers", actor=SYSTEM)

    def complete() -> None:
        answer = {"approved": True}
        if is_bare:
            steps.carry_on(flow, id, answer)
        else:
            flow.user_tasks.complete(id, answer, actor=CLIENT)

    told = [rounds.seconds(start)]
    for element in ("first", "second"):
        (row,) = flow.user_tasks.list(instance=instance)
        assert row.element == element
        id = row.id
        told.append(rounds.seconds(complete))
    assert flow.user_tasks.list(instance=instance) == []
    return told


def case_in_parts(flow: Flowcase, spent: divided.Spent, commit: Callable[[], None]) -> list[float]:
    """In the order of `dividing.PARTS`."""
    instance = flow.instances.start("peers", actor=SYSTEM)
    told = []
    for element in ("first", "second"):
        (row,) = flow.user_tasks.list(instance=instance)
        assert row.element == element
        spent.take()
        whole = rounds.seconds(lambda id=row.id: steps.carry_on(flow, id, {"approved": True}))
        parts = spent.take()
        if element == "first":
            told = [whole, parts[divided.ENGINE], parts[divided.STATEMENTS], parts[divided.COMMIT]]
    return [*told, rounds.seconds(commit)]


def main() -> None:
    asked = rounds.arguments()
    is_bare = asked.mode != "full"
    url = asked.database if "://" in asked.database else ""
    home = Path(tempfile.mkdtemp(prefix="node-")) if url else Path(asked.database).with_suffix("")
    diagram = Path(asked.diagram).read_bytes()
    form = (PEERS / "answer.form").read_bytes()
    with installation(home, url) as flow:
        flow.deployments.deploy({"peers.bpmn": diagram, "answer.form": form}, actor=SYSTEM)
        with contextlib.ExitStack() as stack:
            act = functools.partial(case, flow, is_bare=is_bare)
            if is_bare:
                stack.enter_context(steps.without_protection())
            if asked.mode == "divided":
                commit = stack.enter_context(committing(url, home))
                act = functools.partial(
                    case_in_parts, flow, stack.enter_context(divided.looking_on(flow)), commit
                )
            rounds.serve(asked, importlib.metadata.version("flowcase"), act)


main()
