"""How many statements an operation sends: one more is noticed here, before it is noticed by people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from flowcase.bootstrap import Flowcase
from flowcase.services.inboxes import Asked, View
from flowcase.store import Store
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task

STARTING, INBOX = 13, 4
CLAIMING = {"sqlite": 6, "postgresql": 7}
COMPLETING = {"sqlite": 9, "postgresql": 10}  # PostgreSQL reads the instance again once it has the lock
PROCESS = process("p", start(), user_task("vurder", groups="fronten"), user_task("afgoer"), end())


@contextmanager
def statements(store: Store) -> Iterator[list[str]]:
    sent: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    for engine in (store.engine, store.asking):
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in (store.engine, store.asking):
            event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def deployed(flow: Flowcase, deploy: Callable[..., Any]) -> Flowcase:
    deploy(PROCESS)
    # What is cached by the first use (definitions, candidate sets) is no part of the counts.
    flow.instances.start("p", {}, actor=OPERATOR)
    for row in flow.user_tasks.list():
        flow.user_tasks.complete(row.id, {}, actor=ANNA)
    for row in flow.user_tasks.list():
        flow.user_tasks.complete(row.id, {}, actor=OPERATOR)
    return flow


def test_starting_an_instance(deployed: Flowcase, store: Store) -> None:
    with statements(store) as sent:
        deployed.instances.start("p", {}, actor=OPERATOR)

    assert len(sent) == STARTING, "\n".join(sent)


def test_completing_a_user_task(deployed: Flowcase, store: Store) -> None:
    deployed.instances.start("p", {}, actor=OPERATOR)
    (row,) = deployed.user_tasks.list()

    with statements(store) as sent:
        deployed.user_tasks.complete(row.id, {}, actor=ANNA)

    assert len(sent) == COMPLETING[store.engine.dialect.name], "\n".join(sent)


def test_claiming_a_user_task(deployed: Flowcase, store: Store) -> None:
    deployed.instances.start("p", {}, actor=OPERATOR)
    (row,) = deployed.user_tasks.list()

    with statements(store) as sent:
        deployed.user_tasks.claim(row.id, actor=ANNA)

    assert len(sent) == CLAIMING[store.engine.dialect.name], "\n".join(sent)


def test_the_inbox_asks_as_much_for_a_hundred_as_for_one(deployed: Flowcase, store: Store) -> None:
    deployed.instances.start("p", {}, actor=OPERATOR)
    with statements(store) as for_one:
        deployed.user_tasks.inbox(ANNA, limit=50)
    for _ in range(99):
        deployed.instances.start("p", {}, actor=OPERATOR)

    with statements(store) as for_many:
        assert len(deployed.user_tasks.inbox(ANNA, limit=50)) == 50

    assert len(for_many) == len(for_one) == INBOX, "\n".join(for_many)


def test_an_idle_tick_asks_once_each_for_timers_and_jobs(deployed: Flowcase, store: Store) -> None:
    with statements(store) as sent:
        assert deployed.timers.fire_due() == 0
        assert deployed.jobs.run_due() == 0

    assert len(sent) == 2, "\n".join(sent)


def test_a_page_of_the_inbox_asks_as_much_for_a_hundred_as_for_one(deployed: Flowcase, store: Store) -> None:
    deployed.instances.start("p", {}, actor=OPERATOR)
    with statements(store) as for_one:
        deployed.inboxes.page(ANNA, Asked())
        deployed.inboxes.counts(ANNA, Asked())
    for _ in range(99):
        deployed.instances.start("p", {}, actor=OPERATOR)

    with statements(store) as for_many:
        assert len(deployed.inboxes.page(ANNA, Asked()).rows) == 50
        assert deployed.inboxes.counts(ANNA, Asked())[View.GROUPS] == 100

    assert len(for_many) <= len(for_one), "\n".join(for_many)
