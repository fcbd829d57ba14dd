"""What a deployment leaves behind, told before anything is done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import Actor
from flowcase.bootstrap import Flowcase
from flowcase.errors import Forbidden
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

JENS = Actor("jens", groups=frozenset({"procesejer"}))
FIRST = process("p", start(), user_task("a"), user_task("b"), end())


def test_instances_that_nothing_takes_over_from_are_told_as_stranded(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(p__bpmn=FIRST)
    for _ in range(3):
        flow.instances.start("p", actor=OPERATOR)
    task = flow.user_tasks.list()[0]
    flow.user_tasks.complete(task.id, {}, actor=OPERATOR)

    (kept,) = flow.deployment_effects.of("p.bpmn", FIRST, actor=JENS).processes
    without = process("p", start(), user_task("a"), end())
    (effect,) = flow.deployment_effects.of("p.bpmn", without, actor=JENS).processes
    other = process("q", start(), user_task("a"), end())
    (dropped,) = flow.deployment_effects.of("p.bpmn", other, actor=JENS).processes

    assert (kept.running, kept.stranded, kept.looked_at) == ({1: 3}, {}, 3)
    assert (effect.total, effect.stranded) == (3, {"b": 1})
    assert (dropped.process, dropped.is_dropped, dropped.total) == ("p", True, 3)


def test_a_file_that_cannot_be_read_or_that_nothing_runs_of_has_no_effects(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(p__bpmn=FIRST)

    broken = flow.deployment_effects.of("p.bpmn", b"<definitions", actor=JENS)
    (idle,) = flow.deployment_effects.of("p.bpmn", FIRST, actor=JENS).processes

    assert broken.processes == ()
    assert idle.total == 0


def test_a_rule_set_says_how_many_open_cases_keep_their_version(flow: Flowcase) -> None:
    manifest = b'id: X\nversion: "1"\ntitle: X\nin_force_from: 2026-01-01\n'

    effects = flow.deployment_effects.of("rulesets/x.yaml", manifest, actor=JENS)

    assert effects.pinned_cases == 0
    assert flow.deployment_effects.of("rulesets/x.yaml", b"id: X", actor=JENS).pinned_cases is None
    assert flow.deployment_effects.of("scenarios/x.yaml", manifest, actor=JENS).pinned_cases is None


def test_effects_are_for_process_owners(flow: Flowcase) -> None:
    with pytest.raises(Forbidden):
        flow.deployment_effects.of("p.bpmn", FIRST, actor=ANNA)
