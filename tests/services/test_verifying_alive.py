"""What is examined while people go on working: what they do meanwhile is no alarm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.cases.events import IntakeRefused
from flowcase.store import Store
from flowcase.store.queries import instances
from tests.conftest import NOW
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, start, user_task

STREAM = "case:SAG-1"


def add(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(STREAM, IntakeRefused(source="first", line=None, fields=()))


def test_what_is_added_while_its_chain_is_walked_is_no_alarm(flow: Flowcase, store: Store) -> None:
    add(store)
    walked: list[str] = []

    def work_on(stream: str, events: int) -> None:
        if stream == STREAM:
            walked.append(stream)
            add(store)

    found = flow.history.walk(work_on).broken

    assert found == []
    assert walked == [STREAM]
    assert len(flow.history.of_stream(STREAM)) == 2


def test_what_somebody_else_added_is_one_also_then(flow: Flowcase, store: Store) -> None:
    add(store)
    with store.engine.begin() as connection:
        connection.execute(text("UPDATE stream SET length = 0 WHERE id = :id"), {"id": STREAM})

    found = flow.history.walk().broken

    assert [each.stream for each in found] == [STREAM]


def test_what_is_done_to_an_instance_while_it_is_looked_at_is_no_disagreement(
    flow: Flowcase, deploy: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    deploy(process("p", start(), user_task("a"), user_task("b"), end()))
    instance = flow.instances.start("p", {}, actor=OPERATOR)
    real, looked = instances.state, []

    def state(tx: Any, id: str) -> Any:
        content = real(tx, id)
        looked.append(id)
        if len(looked) == 1:
            (task,) = flow.user_tasks.list()
            flow.user_tasks.complete(task.id, {}, actor=OPERATOR)
        return content

    monkeypatch.setattr(instances, "state", state)

    found = flow.consistency.check()

    assert found == []
    assert set(looked) == {instance}
    assert [row.element for row in flow.user_tasks.list()] == ["b"]
