"""flowcase's own steps: bare (engine, state, user task and history rows) or full (as people do it)."""

from __future__ import annotations

import contextlib
import importlib.metadata
import tempfile
from pathlib import Path

import rounds
from benchmarks import steps
from benchmarks.measuring import CLIENT, installation

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


def main() -> None:
    asked = rounds.arguments()
    is_bare = asked.mode == "bare"
    url = asked.database if "://" in asked.database else ""
    home = Path(tempfile.mkdtemp(prefix="node-")) if url else Path(asked.database).with_suffix("")
    diagram = Path(asked.diagram).read_bytes()
    form = (PEERS / "answer.form").read_bytes()
    with installation(home, url) as flow:
        flow.deployments.deploy({"peers.bpmn": diagram, "answer.form": form}, actor=SYSTEM)
        with steps.without_protection() if is_bare else contextlib.nullcontext():
            rounds.serve(asked, importlib.metadata.version("flowcase"), lambda: case(flow, is_bare=is_bare))


main()
