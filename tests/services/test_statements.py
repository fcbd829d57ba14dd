"""How many statements the step path sends: a growth is noticed here."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from flowcase.bootstrap import Flowcase
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task


@contextmanager
def statements(flow: Flowcase) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(connection: Any, cursor: Any, statement: str, *_: Any) -> None:
        sent.append(" ".join(statement.split())[:90])

    event.listen(flow.store.engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(flow.store.engine, "before_cursor_execute", note)


def test_a_completed_step_sends_few_statements(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(process("p", start(), user_task("a"), user_task("b"), end()))
    for _ in range(2):
        instance = flow.instances.start("p", actor=OPERATOR)
        flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)
    instance = flow.instances.start("p", actor=OPERATOR)

    with statements(flow) as sent:
        flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)

    # SQLite: BEGIN, lock and read (2), user task, draft, task done, task new, state, history, stream.
    # PostgreSQL reads the instance anew once it holds the lock.
    assert len(sent) <= (10 if flow.store.is_sqlite else 11), "\n".join(sent)


def test_starting_an_instance_sends_few_statements(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(process("p", start(), user_task("a"), end()))
    flow.instances.start("p", actor=OPERATOR)

    with statements(flow) as sent:
        flow.instances.start("p", actor=OPERATOR)

    assert len(sent) <= 14, "\n".join(sent)
