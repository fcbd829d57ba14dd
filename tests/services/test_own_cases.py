"""Own cases: whose they are, their order and pages, and that more of them are no more statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Table, insert, select, update

from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.cases import events as case_events
from flowcase.services.case_files.own_cases import OwnCase
from flowcase.services.staffing.deputies import ABSENCE, UNDER_WAY
from flowcase.store import Store, tables
from flowcase.store.memory import MemoryTx, Shelves
from flowcase.store.queries import case_files, own_cases
from tests.conftest import NOW
from tests.services.conftest import ANNA, BO, OPERATOR
from tests.services.diagrams import end, process, start, user_task
from tests.traffic import traffic

DAY = dt.timedelta(days=1)
ABSENT_DAYS = {"fra": NOW.date(), "til": NOW.date() + 7 * DAY}


def open_case(flow: Flowcase, code: str, caseworker: str | None = "anna", **facts: Any) -> str:
    facts = {"sagsbehandler": caseworker, "status": "undersoegelse", **facts}
    return flow.cases.open(code, child={"navn": "Alma"}, facts=facts, actor=SYSTEM)


def stand_in(flow: Flowcase, code: str, *, status: str | None = UNDER_WAY) -> None:
    """Anna is named as the deputy of Bo's case in an absence of this status."""
    open_case(flow, code, "bo", stedfortraeder="anna")
    values = {**ABSENT_DAYS, "stedfortraeder": "anna", "sagsbehandler": "bo", "status": status}
    flow.cases.add_record(ABSENCE, values, case=code, actor=SYSTEM)


@pytest.fixture
def due(store: Store) -> Callable[..., None]:
    """Give a case a deadline with the columns that the list reads."""
    table = tables.deadline

    def due(case: str, rule: str, at: dt.datetime, status: str = "open") -> None:
        with store.engine.begin() as connection:
            number = len(connection.execute(select(table.c.id)).all())
            connection.execute(
                insert(table),
                [
                    {
                        "id": f"d.{number:05}",
                        "rule": rule,
                        "rule_set": "LOV-BL",
                        "rule_set_version": "1",
                        "start_fact": "",
                        "unit": "dage",
                        "convention": "",
                        "legal_basis": "",
                        "considered": [],
                        "due_at": at,
                        "due_local": "",
                        "status": status,
                        "opened_at": NOW,
                        "plan": {},
                        "reminders": [],
                        "escalations": [],
                        "stream": case,
                        "case_code": case,
                        "element": "",
                        "version": 1,
                        "is_current": True,
                    }
                ],
            )

    return due


def copy(store: Store, table: Table, changed: Callable[[int], dict[str, Any]]) -> None:
    """Two thousand copies of the one row that there is."""
    with store.engine.begin() as connection:
        [row] = connection.execute(select(table))
        connection.execute(insert(table), [{**row._mapping, **changed(nr)} for nr in range(1, 2001)])


def walk(flow: Flowcase, actor: Actor, limit: int) -> list[OwnCase]:
    found, following = flow.own_cases.page(actor, limit=limit)
    seen = list(found)
    while following is not None:
        found, following = flow.own_cases.page(actor, after=following, limit=limit)
        assert 0 < len(found) <= limit
        seen += found
    return seen


@pytest.mark.parametrize("limit", [1, 2, 3, 50])
def test_what_is_due_first_is_on_top_then_by_code_and_what_has_no_deadline_is_last(
    flow: Flowcase, due: Callable[..., None], limit: int
) -> None:
    for code in ("SAG-1", "SAG-2", "SAG-3", "SAG-4", "SAG-5"):
        open_case(flow, code)
    due("SAG-2", "T04", NOW + 3 * DAY)
    due("SAG-1", "T05", NOW + 3 * DAY)
    due("SAG-1", "T01", NOW + DAY, "met")
    due("SAG-5", "T01", NOW - DAY, "breached")
    due("SAG-5", "T04", NOW + DAY)
    due("SAG-4", "T01", NOW - 9 * DAY, "cancelled")

    seen = walk(flow, ANNA, limit)

    assert [(row.code, row.next_rule, row.next_due) for row in seen] == [
        ("SAG-5", "T01", NOW - DAY),
        ("SAG-1", "T05", NOW + 3 * DAY),
        ("SAG-2", "T04", NOW + 3 * DAY),
        ("SAG-3", None, None),
        ("SAG-4", None, None),
    ]


def test_they_are_the_open_cases_of_the_caseworker_and_those_where_the_person_is_deputy_now(
    flow: Flowcase, store: Store
) -> None:
    open_case(flow, "SAG-1", trin=3)
    open_case(flow, "SAG-2", "bo")
    open_case(flow, "SAG-3", None)
    open_case(flow, "SAG-4")
    stand_in(flow, "SAG-5")
    stand_in(flow, "SAG-6", status="slut")
    stand_in(flow, "SAG-7", status=None)  # announced
    with store.engine.begin() as connection:
        table = tables.case_file
        connection.execute(update(table).where(table.c.code == "SAG-4").values(closed_at=NOW))

    anna, bo = (walk(flow, actor, 50) for actor in (ANNA, BO))

    assert [(row.code, row.stood_in_for, row.step) for row in anna] == [
        ("SAG-1", None, 3),
        ("SAG-5", "bo", None),
    ]
    assert {row.status for row in anna} == {"undersoegelse"}
    assert [row.code for row in bo] == ["SAG-2", "SAG-5", "SAG-6", "SAG-7"]
    assert all(row.stood_in_for is None for row in bo)


def test_every_open_user_task_of_the_case_is_counted_and_none_that_has_ended(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(process("p", start(), user_task("vurder", groups="fronten"), end()))
    for code in ("SAG-1", "SAG-2"):
        open_case(flow, code)
    for _ in range(3):
        flow.instances.start("p", {}, case="SAG-1", actor=OPERATOR)
    flow.user_tasks.complete(flow.user_tasks.list(case="SAG-1")[0].id, {}, actor=ANNA)

    assert [(row.code, row.user_tasks) for row in walk(flow, ANNA, 50)] == [("SAG-1", 2), ("SAG-2", 0)]


def test_a_page_of_many_asks_no_more_than_a_page_of_one(
    flow: Flowcase, store: Store, due: Callable[..., None]
) -> None:
    def asked() -> int:
        with traffic(store) as sent:
            assert walk(flow, ANNA, 50)
        return len(sent.statements)

    open_case(flow, "SAG-100")
    stand_in(flow, "SAG-200")
    few = asked()

    for number in range(20):
        open_case(flow, f"SAG-1{number:02}x")
        stand_in(flow, f"SAG-2{number:02}x")
        due(f"SAG-1{number:02}x", "T04", NOW + number * DAY)

    assert asked() == few <= 3


@pytest.mark.parametrize("is_preventive", [False, True])
def test_each_part_of_the_list_is_looked_up_in_an_index(
    flow: Flowcase,
    store: Store,
    deploy: Callable[..., Any],
    due: Callable[..., None],
    is_preventive: bool,
) -> None:
    deploy(process("p", start(), user_task("vurder", groups="fronten"), end()))
    open_case(flow, "SAG-0")
    due("SAG-0", "T04", NOW)
    flow.instances.start("p", {}, case="SAG-0", actor=OPERATOR)
    copy(
        store,
        tables.case_file,
        lambda nr: {
            "code": f"SAG-{nr}",
            "caseworker": f"person.{nr % 100}",
            "team": f"team.{nr % 5}" if nr % 10 else None,
            "status": ("undersoegelse", "forebyggende", "afsluttet")[nr % 3],
        },
    )
    copy(store, tables.deadline, lambda nr: {"id": f"d.{nr}.x", "case_code": f"SAG-{nr}"})
    copy(store, tables.user_task, lambda nr: {"id": f"u.{nr}.x", "case_code": f"SAG-{nr}"})
    statement = own_cases.asked(
        "anna", and_of=["SAG-1", "SAG-2"], without_team="forebyggende" if is_preventive else None, limit=51
    )
    words = statement.compile(dialect=store.engine.dialect, compile_kwargs={"literal_binds": True})

    with store.engine.begin() as connection:
        connection.exec_driver_sql("ANALYZE")
        explain = "EXPLAIN QUERY PLAN" if store.is_sqlite else "EXPLAIN"
        plan = connection.exec_driver_sql(f"{explain} {words}").all()

    steps = "\n".join(str(row[-1]) for row in plan)
    for index in ("ix_case_file_caseworker", "ix_deadline_current", "ix_user_task_"):
        assert index in steps, steps
    for table in ("case_file", "deadline", "user_task"):
        assert f"SCAN {table}" not in steps and f"Seq Scan on {table}" not in steps, steps


def test_cases_that_are_with_the_preventive_workers_are_each_ones_own(flow: Flowcase) -> None:
    open_case(flow, "SAG-1", None, status="forebyggende")
    open_case(flow, "SAG-2", None, status="forebyggende", team="familieteam_syd")
    open_case(flow, "SAG-3", None, status="til_tildeling")
    sofie = Actor("sofie", groups=frozenset({"forebyggende_raadgiver"}))

    found, _ = flow.own_cases.page(sofie)

    assert [row.code for row in found] == ["SAG-1"]
    assert flow.own_cases.page(BO) == ([], None)


def test_who_has_none_gets_an_empty_page(flow: Flowcase) -> None:
    open_case(flow, "SAG-1")

    assert flow.own_cases.page(BO) == ([], None)


def test_cases_by_their_codes_are_read_alike_with_and_without_a_database(
    flow: Flowcase, store: Store
) -> None:
    shelves = Shelves()
    in_memory = MemoryTx(shelves, NOW, lambda *_: None)
    for code in ("SAG-2", "SAG-1", "SAG-3"):
        open_case(flow, code)
        opened = case_events.CaseOpened(case=code, child=None, rule_set="", rule_set_version="")
        shelves.open_case(code, None, opened)

    with store.begin(SYSTEM, NOW) as stored:
        for tx in (in_memory, stored):
            found = case_files.of_codes(tx, ["SAG-3", "SAG-1", "SAG-9"])
            assert [row.code for row in found] == ["SAG-1", "SAG-3"]
            assert case_files.of_codes(tx, []) == []
