"""An operator changes variables, and the history says why."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from flowcase.bootstrap import Flowcase
from flowcase.errors import Conflict
from tests.services import diagrams
from tests.services.conftest import ANNA, OPERATOR


@pytest.fixture
def instance(flow: Flowcase, deploy: Callable[..., Any]) -> str:
    deploy(diagrams.process("counting", diagrams.start(), diagrams.user_task("look"), diagrams.end()))
    return flow.instances.start("counting", {"antal": Decimal(1)}, actor=OPERATOR)


def test_a_change_of_variables_is_kept_with_its_reason_and_its_author(flow: Flowcase, instance: str) -> None:
    flow.instances.set_variables(instance, {"antal": Decimal(3)}, reason="talt forkert", actor=OPERATOR)
    [task] = [row for row in flow.user_tasks.list() if row.instance == instance]
    flow.user_tasks.complete(task.id, {}, actor=ANNA)

    told = [row for row in flow.history.everything() if row.instance == instance]
    [why] = [row for row in told if row.kind == "InterventionMade"]
    [changed] = [row for row in told if row.kind == "VariablesChanged"]
    [completed] = [row for row in told if row.kind == "InstanceCompleted"]
    assert (why.actor, why.event.act, why.event.reason) == (OPERATOR.id, "set_variables", "talt forkert")
    assert changed.event.changes == {"antal": Decimal(3)}
    assert completed.event.variables == {"antal": Decimal(3)}


def test_the_variables_of_an_ended_instance_are_history(flow: Flowcase, instance: str) -> None:
    flow.instances.cancel(instance, reason="forkert", actor=OPERATOR)

    with pytest.raises(Conflict, match="cancelled"):
        flow.instances.set_variables(instance, {"antal": Decimal(3)}, reason="for sent", actor=OPERATOR)
