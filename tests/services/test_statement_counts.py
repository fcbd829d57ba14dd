"""How many statements an operation sends, and how often it waits for an answer.

One more is noticed here, before it is noticed by people."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.services.tasks.asked import Asked, View
from flowcase.services.tasks.inboxes import ByFact, Order
from flowcase.store import Store
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import end, process, start, user_task
from tests.traffic import traffic

STARTING, CLAIMING, COMPLETING, INBOX = 11, 5, 8, 4  # whether the process is suspended is one of the first
ASIDE = 1  # of PostgreSQL: the lock of a stream is waited for before the instance is read
LOCKS = 1  # of PostgreSQL: a start keeps suspensions off, and says so along with a question
ROUND_TRIPS = {"starting": 7, "claiming": 2, "completing": 2}  # of PostgreSQL
BY_FACT = 3  # who one is, whom one stands in for, and the rows with their facts
BY_FACT_TRIPS = 2
PROCESS = process("p", start(), user_task("vurder", groups="fronten"), user_task("afgoer"), end())


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
    with traffic(store) as sent:
        deployed.instances.start("p", {}, actor=OPERATOR)

    assert len(sent.statements) == STARTING + (0 if store.is_sqlite else LOCKS), sent
    assert store.is_sqlite or sent.round_trips == ROUND_TRIPS["starting"], sent


def test_completing_a_user_task(deployed: Flowcase, store: Store) -> None:
    deployed.instances.start("p", {}, actor=OPERATOR)
    (row,) = deployed.user_tasks.list()

    with traffic(store) as sent:
        deployed.user_tasks.complete(row.id, {}, actor=ANNA)

    assert len(sent.statements) == COMPLETING + (0 if store.is_sqlite else ASIDE), sent
    assert store.is_sqlite or sent.round_trips == ROUND_TRIPS["completing"], sent


def test_a_user_task_with_a_form_asks_no_more_than_one_without(
    flow: Flowcase, store: Store, deploy: Callable[..., Any]
) -> None:
    form = {"id": "svar", "type": "default", "components": [], "schemaVersion": 18}
    drawn = process("q", start(), user_task("vurder", form="svar"), user_task("afgoer"), end())
    deploy(drawn, svar__form=json.dumps(form).encode())
    for _ in range(2):  # the form is read once per process
        flow.instances.start("q", {}, actor=OPERATOR)
        (row,) = [row for row in flow.user_tasks.list() if row.form == "svar"]

        with traffic(store) as sent:
            flow.user_tasks.complete(row.id, {}, actor=OPERATOR)

    assert len(sent.statements) == COMPLETING + (0 if store.is_sqlite else ASIDE), sent
    assert store.is_sqlite or sent.round_trips == ROUND_TRIPS["completing"], sent


def test_claiming_a_user_task(deployed: Flowcase, store: Store) -> None:
    deployed.instances.start("p", {}, actor=OPERATOR)
    (row,) = deployed.user_tasks.list()

    with traffic(store) as sent:
        deployed.user_tasks.claim(row.id, actor=ANNA)

    assert len(sent.statements) == CLAIMING + (0 if store.is_sqlite else ASIDE), sent
    assert store.is_sqlite or sent.round_trips == ROUND_TRIPS["claiming"], sent


def test_the_inbox_asks_as_much_for_a_hundred_as_for_one(deployed: Flowcase, store: Store) -> None:
    deployed.instances.start("p", {}, actor=OPERATOR)
    with traffic(store) as for_one:
        deployed.user_tasks.inbox(ANNA, limit=50)
    for _ in range(99):
        deployed.instances.start("p", {}, actor=OPERATOR)

    with traffic(store) as for_many:
        assert len(deployed.user_tasks.inbox(ANNA, limit=50)) == 50

    assert len(for_many.statements) == len(for_one.statements) == INBOX, for_many


def test_an_idle_tick_asks_once_each_for_timers_and_jobs(deployed: Flowcase, store: Store) -> None:
    with traffic(store) as sent:
        assert deployed.timers.fire_due() == 0
        assert deployed.jobs.run_due() == 0

    assert len(sent.statements) == 2, sent
    assert store.is_sqlite or sent.round_trips == 2, sent


def test_a_page_of_the_inbox_asks_as_much_for_a_hundred_as_for_one(deployed: Flowcase, store: Store) -> None:
    deployed.instances.start("p", {}, actor=OPERATOR)
    with traffic(store) as for_one:
        deployed.inboxes.page(ANNA, Asked())
        deployed.inboxes.counts(ANNA, Asked())
    for _ in range(99):
        deployed.instances.start("p", {}, actor=OPERATOR)

    with traffic(store) as for_many:
        assert len(deployed.inboxes.page(ANNA, Asked()).rows) == 50
        assert deployed.inboxes.counts(ANNA, Asked())[View.GROUPS] == 100

    assert len(for_many.statements) <= len(for_one.statements), for_many


def test_a_page_in_the_order_of_a_fact_is_one_statement_where_the_next_cases_fill_it(
    deployed: Flowcase, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deployed.inboxes, "_routing_facts", lambda tx: {"skole": {}})
    for number in range(3):
        facts = dict.fromkeys(("distrikt", "skole"), ("syd", "nord", "nord")[number])
        deployed.cases.open(f"SAG-{number}", child={"navn": "Alma"}, facts=facts, actor=SYSTEM)
        deployed.instances.start("p", {}, case=f"SAG-{number}", actor=OPERATOR)

    for order in (Order.DISTRICT, ByFact("skole")):
        with traffic(store) as sent:
            page = deployed.inboxes.page(ANNA, Asked(order=order), limit=2)

        assert [row.case_code for row in page.rows] == ["SAG-1", "SAG-2"]
        assert page.following is not None and page.following.value == "nord|SAG-2"
        assert len(sent.statements) == BY_FACT, sent
        assert store.is_sqlite or sent.round_trips == BY_FACT_TRIPS, sent


def test_the_whole_history_asks_once_of_each_stream_for_its_key(deployed: Flowcase, store: Store) -> None:
    with traffic(store) as before:
        streams = {row.stream for row in deployed.history.everything()}
    for _ in range(20):
        deployed.instances.start("p", actor=OPERATOR)

    with traffic(store) as after:
        new = {row.stream for row in deployed.history.everything()} - streams

    assert len(new) == 20
    assert len(after.statements) - len(before.statements) <= len(new), after
