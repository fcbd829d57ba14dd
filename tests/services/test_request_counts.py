"""What a request of the pages asks the database for: one statement more is noticed here.

A reading request has one transaction, sign-in included; one that completes a user task has a second one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from argon2 import PasswordHasher
from flask.testing import FlaskClient
from sqlalchemy import event

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.store import Store
from flowcase.web import create_app
from tests.services.diagrams import end, process, start, user_task
from tests.services.test_statement_counts import ASIDE, COMPLETING
from tests.traffic import traffic

CASE, PASSWORD = "SAG-1", "et-langt-kodeord-her"
SIGN_IN, NEXT = 1, 1
INBOX, USER_TASK, CASE_PAGE = 8, 19, 16  # at the most
INBOX_TRIPS, USER_TASK_TRIPS, CASE_TRIPS = 2, 9, 11  # of PostgreSQL, at the most
USER_TASK_OF_A_CASE, USER_TASK_OF_A_CASE_TRIPS = 27, 13
PROCESS = process("p", start(), user_task("vurder", groups="fronten"), user_task("afgoer"), end())


@contextmanager
def transactions(store: Store) -> Iterator[list[str]]:
    """One entry for each time that a connection was taken out of the pool."""
    taken: list[str] = []

    def take(*_: Any) -> None:
        taken.append("transaction")

    event.listen(store.working.pool, "checkout", take)
    try:
        yield taken
    finally:
        event.remove(store.working.pool, "checkout", take)


@pytest.fixture
def karen(flow: Flowcase, deploy: Callable[..., Any]) -> FlaskClient:
    """Signed in; what the first use of each page caches is no part of the counts."""
    deploy(PROCESS)
    flow.people._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)  # made to be slow
    flow.people.add("karen", groups=["fronten"], password=PASSWORD, actor=SYSTEM)
    flow.cases.open(CASE, child={"navn": "Alma"}, facts={}, actor=SYSTEM)
    app = create_app(flow, secret_key=bytes(32))
    app.config["WTF_CSRF_ENABLED"] = False
    client = app.test_client()
    client.post("/log-paa", data={"bruger": "karen", "adgangskode": PASSWORD})
    for address in ("/opgaver", f"/opgaver/{a_task(flow)}", f"/sager/{CASE}"):
        assert client.get(address).status_code == 200
    assert client.post(f"/opgaver/{a_task(flow)}", data={"_faerdig": "1"}).status_code == 302
    return client


def a_task(flow: Flowcase, case: str | None = None) -> str:
    started = flow.instances.start("p", {}, case=case, actor=SYSTEM)
    (row,) = flow.user_tasks.list(instance=started)
    return row.id


@pytest.mark.parametrize(
    ("address", "expected", "trips"),
    [("/opgaver", INBOX, INBOX_TRIPS), (f"/sager/{CASE}", CASE_PAGE, CASE_TRIPS)],
    ids=["inbox", "case"],
)
def test_a_page_is_read_in_one_transaction(
    karen: FlaskClient, flow: Flowcase, store: Store, address: str, expected: int, trips: int
) -> None:
    a_task(flow)

    with traffic(store) as sent, transactions(store) as begun:
        assert karen.get(address).status_code == 200

    assert len(sent.statements) <= expected, sent
    assert store.is_sqlite or sent.round_trips <= trips, sent
    assert len(begun) == (1 if address == "/opgaver" else 3)  # that a case was looked at is written


def test_what_is_foreseen_for_who_it_was_shows_nobody_what_is_no_longer_theirs(
    karen: FlaskClient, flow: Flowcase
) -> None:
    address = f"/opgaver/{a_task(flow)}"
    assert address in karen.get("/opgaver").text

    flow.people.change_groups("karen", ["bagved"], actor=SYSTEM)

    assert address not in karen.get("/opgaver").text
    flow.people.deactivate("karen", actor=SYSTEM)
    assert karen.get("/opgaver").status_code == 302  # to the sign-in


def test_more_notices_ask_for_no_more_statements(karen: FlaskClient, flow: Flowcase, store: Store) -> None:
    flow.people.add("omar", groups=["fronten"], actor=SYSTEM)
    omar, me = flow.people.actor("omar"), flow.people.actor("karen")
    for fact, person in (("sagsbehandler", "omar"), ("stedfortraeder", "karen")):
        flow.cases.set_fact(CASE, fact, person, reason="De har den.", actor=SYSTEM)

    def told(number: int) -> tuple[int, int]:
        for each in range(number):
            flow.comments.add(f"@karen nr. {each}", case=CASE, actor=omar)
        with traffic(store) as shown:
            assert karen.get("/beskeder").status_code == 200
        ids = [row.id for row in flow.notices.page(me, only_unread=True).rows]
        assert len(ids) >= number
        with traffic(store) as marked:
            assert karen.post("/beskeder/laest", data={"besked": ids}).status_code == 302
        return len(shown.statements), len(marked.statements)

    told(1)

    assert told(20) == told(2)


def test_the_page_of_a_user_task(karen: FlaskClient, flow: Flowcase, store: Store) -> None:
    id = a_task(flow)

    with traffic(store) as sent, transactions(store) as begun:
        assert karen.get(f"/opgaver/{id}").status_code == 200

    assert len(sent.statements) <= USER_TASK, sent
    assert store.is_sqlite or sent.round_trips <= USER_TASK_TRIPS, sent
    assert len(begun) == 3  # that somebody has it open is written, between two readings


def test_the_page_of_a_user_task_in_a_case(karen: FlaskClient, flow: Flowcase, store: Store) -> None:
    id = a_task(flow, CASE)
    assert karen.get(f"/opgaver/{id}").status_code == 200

    with traffic(store) as sent:
        assert karen.get(f"/opgaver/{id}").status_code == 200

    assert len(sent.statements) <= USER_TASK_OF_A_CASE, sent
    assert store.is_sqlite or sent.round_trips <= USER_TASK_OF_A_CASE_TRIPS, sent


def test_completing_a_user_task_adds_the_sign_in_to_the_step(
    karen: FlaskClient, flow: Flowcase, store: Store
) -> None:
    id = a_task(flow)

    with traffic(store) as sent, transactions(store) as begun:
        assert karen.post(f"/opgaver/{id}", data={"_faerdig": "1"}).status_code == 302

    assert len(sent.statements) == SIGN_IN + COMPLETING + (0 if store.is_sqlite else ASIDE), sent
    assert len(begun) == 2


def test_what_follows_in_the_case_costs_one_statement_more(
    karen: FlaskClient, flow: Flowcase, store: Store
) -> None:
    id = a_task(flow, CASE)

    with traffic(store) as sent:
        done = karen.post(f"/opgaver/{id}", data={"_faerdig": "1"})

    assert done.location.startswith("/opgaver/")
    in_a_case = len([each for each in sent.statements if "FROM case_file" in each])
    aside = 0 if store.is_sqlite else ASIDE
    assert len(sent.statements) == SIGN_IN + COMPLETING + aside + in_a_case + NEXT, sent
