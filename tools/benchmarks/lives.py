"""(b) A long life: what a round of a follow-up loop costs when it is the first and when it is the 2,000th."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.measuring import CLIENT, Measured, installation
from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.store import tables

_TASK = (
    '<userTask id="{0}"><extensionElements><zeebe:userTask/>'
    '<zeebe:assignmentDefinition candidateGroups="clients"/></extensionElements></userTask>'
)
_FLOWS = (
    ("s", "in"),
    ("in", "fork"),
    ("fork", "a"),
    ("fork", "b"),
    ("a", "join"),
    ("b", "join"),
    ("late", "told"),
    ("join", "again"),
)
LOOP = f"""<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="t">
  <process id="loop" isExecutable="true"><startEvent id="s"/><exclusiveGateway id="in"/>
  <parallelGateway id="fork"/>{_TASK.format("a")}{_TASK.format("b")}
  <boundaryEvent id="late" attachedToRef="a" cancelActivity="false"><timerEventDefinition id="td">
  <timeDuration>P14D</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="told"/>
  <parallelGateway id="join"/><exclusiveGateway id="again" default="back"/><endEvent id="e"/>
  {"".join(f'<sequenceFlow id="{a}_{b}" sourceRef="{a}" targetRef="{b}"/>' for a, b in _FLOWS)}
  <sequenceFlow id="back" sourceRef="again" targetRef="in"/>
  <sequenceFlow id="out" sourceRef="again" targetRef="e">
  <conditionExpression>=slut = true</conditionExpression></sequenceFlow></process></definitions>""".encode()
MARKS = (1, 10, 100, 1000, 2000)
WINDOW = 9  # rounds around a mark, of which the median counts


def report(name: str, url: str, home: Path, rounds: int = MARKS[-1]) -> Iterator[Measured]:
    """Two user tasks, a timer and a parallel join a round, through the real services, on one instance."""
    with installation(home, url, LOOP) as flow:
        instance = flow.instances.start("loop", {"slut": False}, actor=SYSTEM)
        seconds: list[float] = []
        sizes: dict[int, int] = {}
        for number in range(1, rounds + WINDOW):
            tasks = flow.user_tasks.list(instance=instance)
            assert [row.element for row in tasks] == ["a", "b"], f"the join is wrong in round {number}"
            began = time.perf_counter()
            for row in tasks:
                flow.user_tasks.complete(row.id, {}, actor=CLIENT)
            seconds.append(time.perf_counter() - began)
            if number in MARKS:
                sizes[number] = state_size(flow, instance)
        first = statistics.median(seconds[1 : WINDOW + 1])
        for mark in (mark for mark in MARKS if mark <= rounds):
            here = statistics.median(seconds[max(mark - 1, 1) : mark - 1 + WINDOW])
            bound = 1.2 if mark == MARKS[-1] else None
            around = seconds[mark - 1 : mark - 1 + WINDOW]
            spread = f"({min(around) * 1e3:.2f}-{max(around) * 1e3:.2f})"
            yield Measured(
                "b", f"{name}: round {mark:,}", here * 1e3, "ms", spread, here / first, "round 1", bound
            )
            yield Measured(
                "b",
                f"{name}: state at rest after round {mark:,}",
                sizes[mark] / 1e3,
                "kB",
                "",
                sizes[mark] / sizes[1],
                "round 1",
                bound,
            )


def state_size(flow: Flowcase, instance: str) -> int:
    """Bytes of an instance's state as it is stored."""
    table = tables.instance_state
    with flow.store.engine.connect() as connection:
        size = connection.execute(
            select(func.length(table.c.sealed_state)).where(table.c.instance == instance)
        ).scalar()
        connection.rollback()
    return int(size)
