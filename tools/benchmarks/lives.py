"""(b) A long life: what a round of a follow-up loop costs when it is the first and when it is the 2,000th."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.measuring import CLIENT, Measured, in_turn, installation, timed
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
WINDOW, EARLY_WINDOW = 21, 6  # rounds from a mark on, of which the median counts
RETAKES = 3  # at the first mark: so that the second begins where it stands


def report(name: str, url: str, home: Path, rounds: int = MARKS[-1]) -> Iterator[Measured]:
    """Two user tasks, a timer and a parallel join a round, through the real services, on one instance.

    At each mark its rounds are measured in turn with the first ones of instances that have just begun, so
    that both meet the same machine and the same database.
    """
    with installation(home, url, LOOP) as flow:
        for _ in range(WINDOW):  # what is compiled and planned once
            _round(flow, _started(flow))
        life, first_size = _Life(flow, _started(flow)), 0
        for mark in (mark for mark in MARKS if mark <= rounds):
            while life.number < mark - 1:
                life.go_on()
            window, retakes = (EARLY_WINDOW, RETAKES) if mark == 1 else (WINDOW, None)
            here, first = in_turn(life.beside_a_first_round, rounds=window, retakes=retakes)
            size = life.sizes[mark]
            first_size = first_size or size
            bound = 1.2 if mark == MARKS[-1] else None
            yield timed("b", f"{name}: round {mark:,}", here, first, "a first round", at_most=bound)
            yield Measured(
                "b",
                f"{name}: state at rest after round {mark:,}",
                size / 1e3,
                "kB",
                "",
                size / first_size,
                "round 1",
                bound,
            )


@dataclass
class _Life:
    """One instance, round after round."""

    flow: Flowcase
    instance: str
    number: int = 0  # of rounds that it has lived
    sizes: dict[int, int] = field(default_factory=dict)  # bytes of its state after each mark's round

    def go_on(self) -> float:
        seconds = _round(self.flow, self.instance)
        self.number += 1
        if self.number in MARKS:
            self.sizes[self.number] = state_size(self.flow, self.instance)
        return seconds

    def beside_a_first_round(self) -> tuple[float, float]:
        """This life's next round and the first one of another, which is the earlier every other time.

        A round before them does not count: whoever comes first finds the processor's caches as a round has
        left them, not as what lies between the rounds did.
        """
        other = _started(self.flow)
        _round(self.flow, _started(self.flow))
        if self.number % 2:
            return self.go_on(), _round(self.flow, other)
        first = _round(self.flow, other)
        return self.go_on(), first


def _started(flow: Flowcase) -> str:
    return flow.instances.start("loop", {"slut": False}, actor=SYSTEM)


def _round(flow: Flowcase, instance: str) -> float:
    """The seconds that it takes."""
    tasks = flow.user_tasks.list(instance=instance)
    assert [row.element for row in tasks] == ["a", "b"], "the join is wrong"
    began = time.perf_counter()
    for row in tasks:
        flow.user_tasks.complete(row.id, {}, actor=CLIENT)
    return time.perf_counter() - began


def state_size(flow: Flowcase, instance: str) -> int:
    """Bytes of an instance's state as it is stored."""
    table = tables.instance_state
    with flow.store.engine.connect() as connection:
        size = connection.execute(
            select(func.length(table.c.sealed_state)).where(table.c.instance == instance)
        ).scalar()
        connection.rollback()
    return int(size)
