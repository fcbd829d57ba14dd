"""Inboxes: each order and view, pages by keyset, and that a deep page reads no more than the first."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import insert, select, update

from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.services.tasks.asked import Asked, Due, View
from flowcase.services.tasks.inboxes import MOST_COUNTED
from flowcase.store import Store, tables
from flowcase.store.prepared import Prepared
from flowcase.store.queries import found_by, inboxes_by_fact, task_lists
from flowcase.store.queries import inboxes as queries
from flowcase.store.queries.task_lists import FACTS, ByFact, Holder, Only, Order, Place
from flowcase.store.queries.user_tasks import ListedTaskRow, UserTaskRow
from flowcase.store.queries.user_tasks import user_task as user_task_of
from tests.services.conftest import ANNA, BO, CLARA, OPERATOR
from tests.services.diagrams import end, process, start, user_task
from tests.traffic import traffic

FRONT = process("front", start(), user_task("vurder", groups="fronten"), end())
BOTH = process("begge", start(), user_task("afgoer", groups="fronten, familieteam"), end())
DAY = dt.timedelta(days=1)
NAMED = {"rutefakta": {"stedfortraeder": {"da": "Stedfortræder"}, "kendskabsdato": {"da": "Kendskabsdato"}}}


@pytest.fixture
def fill(flow: Flowcase, store: Store, deploy: Callable[..., Any]) -> Callable[..., None]:
    """Copies of a real user task with columns of the test's own."""
    deploy(FRONT, BOTH)
    for each in ("front", "begge"):
        flow.instances.start(each, actor=OPERATOR)
    with store.engine.begin() as connection:
        real = {row.process: dict(row._mapping) for row in connection.execute(select(tables.user_task))}
        connection.execute(tables.user_task.delete())

    def fill(*rows: dict[str, Any]) -> None:
        with store.engine.begin() as connection:
            for nr, row in enumerate(rows):
                made = {**real[row.get("process", "front")], "id": f"x.{nr:05}", **row}
                made["created_at"] = row.get("created_at", flow.clock.now() + nr * dt.timedelta(seconds=1))
                connection.execute(insert(tables.user_task), [made])

    return fill


def walk(flow: Flowcase, actor: Actor, asked: Asked, limit: int) -> list[str]:
    seen: list[str] = []
    page = flow.inboxes.page(actor, asked, limit=limit)
    seen += [row.id for row in page.rows]
    while page.following:
        page = flow.inboxes.page(actor, asked, after=page.following, limit=limit)
        seen += [row.id for row in page.rows]
    return seen


def back_from_the_end(flow: Flowcase, actor: Actor, asked: Asked, limit: int) -> list[str]:
    page = flow.inboxes.page(actor, asked, limit=limit)
    while page.following:
        page = flow.inboxes.page(actor, asked, after=page.following, limit=limit)
    seen = [row.id for row in page.rows]
    while page.previous:
        page = flow.inboxes.page(actor, asked, before=page.previous, limit=limit)
        seen = [row.id for row in page.rows] + seen
    return seen


def mixed(flow: Flowcase) -> list[dict[str, Any]]:
    """Forty-eight rows: free ones of two sets of candidates and own ones, with gaps and ties."""
    return [
        {
            "id": f"x.{nr:05}",
            "process": "front" if nr % 3 else "begge",
            "assignee": "anna" if nr % 4 == 0 else None,
            "due_at": None if nr % 5 == 0 else flow.clock.now() + (nr % 7) * DAY,
            "follow_up_at": flow.clock.now() - (nr % 5) * DAY if nr % 4 == 0 else None,
            "priority": (50, 90, 10)[nr % 3],
            "case_code": None if nr % 6 == 0 else f"SAG-{nr % 8}",
            "created_at": flow.clock.now() + (nr * 7 % 48) // 2 * dt.timedelta(minutes=1),
        }
        for nr in range(48)
    ]


KEYS: dict[Order | ByFact, Callable[[dict[str, Any]], Any]] = {
    Order.DUE: lambda row: (row["due_at"] is None, str(row["due_at"]), row["id"]),
    Order.RECEIVED: lambda row: (row["created_at"], row["id"]),
    Order.PRIORITY: lambda row: (-row["priority"], row["created_at"], row["id"]),
    Order.CASE: lambda row: (row["case_code"] is None, row["case_code"] or "", row["id"]),
    Order.FOLLOW_UP: lambda row: (
        (False, str(row["follow_up_at"]), row["id"])
        if row["follow_up_at"]
        else (True, str(row["created_at"]), row["id"])
    ),
}


@pytest.mark.parametrize(("order", "key"), KEYS.items())
@pytest.mark.parametrize("limit", [1, 7, 48, 50])
def test_pages_together_are_the_whole_list_in_order(
    flow: Flowcase, fill: Callable[..., None], order: Order, key: Callable[..., Any], limit: int
) -> None:
    rows = mixed(flow)
    fill(*rows)

    seen = walk(flow, ANNA, Asked(order=order), limit)

    assert seen == [row["id"] for row in sorted(rows, key=key)]


@pytest.mark.parametrize("is_long", [False, True], ids=["read whole", "walked"])
@pytest.mark.parametrize(
    ("order", "fact"),
    [(Order.DISTRICT, "distrikt"), (Order.STEP, "trin"), (ByFact("stedfortraeder"), "stedfortraeder")],
)
def test_a_list_in_the_order_of_a_fact_of_the_case(
    flow: Flowcase,
    fill: Callable[..., None],
    monkeypatch: pytest.MonkeyPatch,
    order: Order | ByFact,
    fact: str,
    is_long: bool,
) -> None:
    monkeypatch.setattr(flow.inboxes._rule_sets, "settings", lambda tx: NAMED)
    facts: dict[str, Any] = {}
    for nr in range(8):
        facts[f"SAG-{nr}"] = (None, "syd", "nord")[nr % 3] if fact == "distrikt" else (None, 3, 1)[nr % 3]
        flow.cases.open(f"SAG-{nr}", child={"navn": "Alma"}, facts={fact: facts[f"SAG-{nr}"]}, actor=SYSTEM)
    rows = mixed(flow)
    fill(*rows)
    if is_long:
        monkeypatch.setattr(inboxes_by_fact, "SORTED_WHOLE", 5)
        monkeypatch.setattr(inboxes_by_fact, "_FIRST", 1)

    def key(row: dict[str, Any]) -> Any:
        value = facts.get(row["case_code"])
        return (value is None, str(value or ""), row["case_code"] is None, row["case_code"] or "", row["id"])

    asked = Asked(order=order)
    for limit in (1, 7, 48):
        assert walk(flow, ANNA, asked, limit) == [row["id"] for row in sorted(rows, key=key)]
    page = flow.inboxes.page(ANNA, asked, limit=11)
    pages = [page]
    while pages[-1].following is not None:
        pages.append(flow.inboxes.page(ANNA, asked, after=pages[-1].following, limit=11))
    back = flow.inboxes.page(ANNA, asked, before=pages[-1].previous, limit=11)
    while back.previous is not None:
        pages.pop()
        assert back.rows == pages[-1].rows
        back = flow.inboxes.page(ANNA, asked, before=back.previous, limit=11)
    assert back.rows == page.rows


def test_a_fact_that_changes_moves_its_case_in_the_list(flow: Flowcase, fill: Callable[..., None]) -> None:
    for code, district in (("SAG-1", "nord"), ("SAG-2", "syd")):
        flow.cases.open(code, child={"navn": "Alma"}, facts={"distrikt": district}, actor=SYSTEM)
    fill({"id": "x.1", "case_code": "SAG-1"}, {"id": "x.2", "case_code": "SAG-2"})
    asked = Asked(order=Order.DISTRICT)
    assert walk(flow, ANNA, asked, 50) == ["x.1", "x.2"]

    flow.cases.set_fact("SAG-1", "distrikt", "vest", reason="Flyttet", actor=SYSTEM)

    assert walk(flow, ANNA, asked, 50) == ["x.2", "x.1"]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("case", [None, "SAG-1"])
def test_pages_read_backwards_are_those_that_were_read_forwards(
    flow: Flowcase, fill: Callable[..., None], order: Order, case: str | None
) -> None:
    fill(*mixed(flow))
    asked = Asked(order=order, case=case)
    pages = [flow.inboxes.page(ANNA, asked, limit=2)]
    while pages[-1].following is not None:
        pages.append(flow.inboxes.page(ANNA, asked, after=pages[-1].following, limit=2))
    assert len(pages) > 1

    back = [pages[-1]]
    while back[-1].previous is not None:
        back.append(flow.inboxes.page(ANNA, asked, before=back[-1].previous, limit=2))

    assert [page.rows for page in reversed(back)] == [page.rows for page in pages]


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("case", [None, "SAG-1"])
def test_what_a_list_shows_is_that_of_its_pages(
    flow: Flowcase, fill: Callable[..., None], order: Order, case: str | None
) -> None:
    fill(*mixed(flow))
    asked = Asked(order=order, case=case, with_put_off=True)

    first = flow.inboxes.page(ANNA, asked, limit=2)
    whole = [first, flow.inboxes.page(ANNA, asked, after=first.following, limit=2)]
    shown = [
        flow.inboxes.shown(ANNA, asked, limit=2),
        flow.inboxes.shown(ANNA, asked, after=first.following, limit=2),
    ]

    assert first.following is not None
    assert [each.rows for each in shown] == [[ListedTaskRow.of(row) for row in each.rows] for each in whole]
    assert [(each.following, each.previous) for each in shown] == [
        (each.following, each.previous) for each in whole
    ]


def test_views_part_ones_own_from_the_groups(flow: Flowcase, fill: Callable[..., None]) -> None:
    fill({"assignee": "anna"}, {"assignee": "bo"}, {}, {"process": "begge"})

    def ids(actor: Actor, view: View) -> list[str]:
        return walk(flow, actor, Asked(view), 50)

    assert ids(ANNA, View.OWN) == ["x.00000"]
    assert ids(ANNA, View.GROUPS) == ["x.00002", "x.00003"]
    assert ids(BO, View.BOTH) == ["x.00001", "x.00002", "x.00003"]
    assert ids(CLARA, View.BOTH) == ["x.00003"]
    assert flow.inboxes.counts(ANNA, Asked()) == {View.BOTH: 3, View.OWN: 1, View.GROUPS: 2}


def test_only_leaders_see_those_of_their_team_and_of_every_case(
    flow: Flowcase, fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    led = {"teamledere": {"familieteam_syd": ["teamleder_syd"], "familieteam_nord": ["teamleder_nord"]}}
    monkeypatch.setattr(flow.inboxes._rule_sets, "settings", lambda tx: led)
    for person, group in (("camilla", "familieteam_syd"), ("peter", "familieteam_nord")):
        flow.people.add(person, groups=[group], actor=SYSTEM)
    fill({"assignee": "camilla"}, {"assignee": "peter", "case_code": "SAG-1"}, {"case_code": "SAG-2"})
    else_, head = (
        Actor("else", groups=frozenset({"teamleder_syd"})),
        Actor("anders", groups=frozenset({"myndighedsansvarlig"})),
    )

    assert walk(flow, else_, Asked(View.TEAM), 50) == ["x.00000"]
    assert walk(flow, head, Asked(View.TEAM), 50) == ["x.00000", "x.00001"]
    assert walk(flow, else_, Asked(View.CASES), 50) == ["x.00001", "x.00002"]
    assert walk(flow, ANNA, Asked(View.TEAM), 50) == walk(flow, ANNA, Asked(View.CASES), 50) == []
    assert View.TEAM in flow.inboxes.counts(else_, Asked())


def test_days_of_the_due_filters_are_those_of_danish_civil_time(
    flow: Flowcase, fill: Callable[..., None], clock: Any
) -> None:
    clock.set(dt.datetime(2026, 3, 27, 8, tzinfo=dt.UTC))  # a Friday; the clock changes that Sunday
    instants = ["2026-03-27T07:59", "2026-03-27T08:00", "2026-03-27T22:59", "2026-03-27T23:00"]
    instants += ["2026-03-29T21:59", "2026-03-29T22:00"]
    fill(*({"due_at": dt.datetime.fromisoformat(f"{each}+00:00")} for each in instants), {})

    found = {due: walk(flow, ANNA, Asked(due=due), 2) for due in Due}

    assert found == {
        Due.OVERDUE: ["x.00000"],
        Due.TODAY: ["x.00001", "x.00002"],
        Due.WEEK: ["x.00001", "x.00002", "x.00003", "x.00004"],
    }


@pytest.mark.parametrize("order", list(Order))
def test_a_list_is_narrowed_to_a_process_or_a_case(
    flow: Flowcase, fill: Callable[..., None], order: Order
) -> None:
    rows = mixed(flow)
    fill(*rows)

    by_process = walk(flow, ANNA, Asked(order=order, process="begge"), 5)
    by_case = walk(flow, ANNA, Asked(order=order, case="SAG-3"), 2)

    assert sorted(by_process) == [row["id"] for row in rows if row["process"] == "begge"]
    assert sorted(by_case) == [row["id"] for row in rows if row["case_code"] == "SAG-3"]
    whole = walk(flow, ANNA, Asked(order=order), 50)
    assert by_case == [id for id in whole if id in by_case]
    assert by_process == [id for id in whole if id in by_process]


def test_what_is_put_off_is_hidden_until_its_day_but_never_when_it_is_overdue(
    flow: Flowcase, fill: Callable[..., None], clock: Any
) -> None:
    now = clock.now()
    fill({"follow_up_at": now + 2 * DAY}, {"follow_up_at": now + 2 * DAY, "due_at": now + DAY}, {})

    assert walk(flow, ANNA, Asked(), 50) == ["x.00002"]
    assert walk(flow, ANNA, Asked(with_put_off=True), 50) == ["x.00001", "x.00000", "x.00002"]
    assert flow.inboxes.put_off(ANNA, Asked()) == 2
    clock.set(now + DAY)
    assert walk(flow, ANNA, Asked(), 50) == ["x.00001", "x.00002"]
    clock.set(now + 2 * DAY)
    assert len(walk(flow, ANNA, Asked(), 50)) == 3


def test_counting_stops_at_a_thousand(flow: Flowcase, fill: Callable[..., None]) -> None:
    fill(*({} for _ in range(MOST_COUNTED + 5)))

    assert flow.inboxes.counts(ANNA, Asked())[View.GROUPS] == MOST_COUNTED + 1


@pytest.mark.parametrize("few", [0, 2, 200])
def test_what_is_put_off_is_taken_off_what_is_offered(
    flow: Flowcase, fill: Callable[..., None], clock: Any, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    later, mine = clock.now() + 2 * DAY, {"assignee": "anna"}
    fill({"follow_up_at": later}, {"follow_up_at": later, "process": "begge"}, {"follow_up_at": clock.now()})
    overdue = {"follow_up_at": later, "due_at": clock.now()}
    fill(
        *(
            {"id": f"y.{nr}", **row}
            for nr, row in enumerate([{}, overdue, mine, mine | {"follow_up_at": later}])
        )
    )
    monkeypatch.setattr(queries, "_FEW_PUT_OFF", few)
    queries._tally_of.cache_clear()

    counts, put_off = flow.inboxes.counts(ANNA, Asked()), flow.inboxes.put_off(ANNA, Asked())
    queries._tally_of.cache_clear()

    assert (counts[View.OWN], counts[View.GROUPS], counts[View.BOTH], put_off) == (1, 3, 4, 3)
    assert len(walk(flow, ANNA, Asked(view=View.GROUPS), 50)) == 3


@pytest.mark.parametrize("order", [order for order in Order if order not in FACTS])
@pytest.mark.parametrize("holder", [Holder(person="anna"), Holder(candidates="set"), Holder()])
def test_every_order_of_every_holder_is_read_from_an_index(
    flow: Flowcase, store: Store, fill: Callable[..., None], order: Order, holder: Holder
) -> None:
    fill({}, {})
    with store.engine.begin() as connection:
        connection.execute(
            update(tables.user_task).values(candidates="set", case_code="SAG-1", due_at=flow.clock.now())
        )
    place = Place("SAG-0" if order is Order.CASE else flow.clock.now(), flow.clock.now(), "x")
    if order is Order.PRIORITY:
        place = Place(50, flow.clock.now(), "x")

    with traffic(store) as sent, flow.store.reading(flow.clock.now()) as tx:
        queries.page(tx, [holder], order, Only(), after=place, limit=50, row=UserTaskRow)

    if not store.is_sqlite:
        return  # its planner decides by size; the benchmarks measure it
    plans = []
    with store.engine.connect() as connection:
        for statement in sent.statements:
            plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}")
            plans.append("\n".join(row[3] for row in plan))
    for plan in plans:
        inner = plan.partition("SCAN anon")[0]
        is_in_order = "SCAN user_task USING INDEX ix_user_task_open" in inner  # from its beginning
        assert is_in_order or "SEARCH user_task USING" in inner, plan
        assert "USE TEMP B-TREE" not in inner, plan


@pytest.mark.parametrize("order", [Order.DUE, Order.PRIORITY, Order.CASEWORKER])
def test_what_does_not_come_onto_the_page_is_not_sorted_whole_on_sqlite(store: Store, order: Order) -> None:
    if not store.is_sqlite:
        return  # its planner decides by size; the benchmarks measure it
    holders, only = [Holder(person="anna"), Holder(candidates="set")], Only()
    statement: Prepared
    if order in FACTS:
        condition, _ = task_lists.held(holders, only)
        statement = inboxes_by_fact._near_of(order, condition, True, False, 51)
    else:
        (statement, _), *_ = queries.page_questions(holders, order, only, limit=51, row=UserTaskRow)
    asked = statement.compiled(store.engine.dialect).sql

    with store.engine.connect() as connection:
        given = tuple("x" for _ in range(asked.count("?")))
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}", given).fetchall()

    plan = [row[3] for row in rows]
    if order in FACTS:  # an index says which case comes next, so only the rows of one are sorted
        assert plan[-1] == "USE TEMP B-TREE FOR RIGHT PART OF ORDER BY", plan
        assert "SEARCH user_task USING INDEX ix_user_task_case_code (case_code=? AND status=?)" in plan
    else:
        assert "SEARCH user_task USING INTEGER PRIMARY KEY (rowid=?)" in plan, plan


def test_who_has_few_among_many_is_counted_from_an_index(
    flow: Flowcase, store: Store, fill: Callable[..., None]
) -> None:
    fill({}, {"process": "begge"})
    if store.is_sqlite:
        return  # it never reads a table for want of statistics
    names = [column.name for column in tables.user_task.columns]
    chosen = ", ".join("t.id || '.' || n" if name == "id" else f"t.{name}" for name in names)
    copies = f"SELECT {chosen} FROM user_task t, generate_series(1, 20000) n WHERE t.process = 'front'"
    with store.engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO user_task ({', '.join(names)}) {copies}")
        connection.exec_driver_sql("ANALYZE user_task")

    plans = []
    for shape in (Only(), Only(shown_at=flow.clock.now()), Only(process="front")):
        with store.reading(flow.clock.now()) as tx:
            holders = queries.offered_to(tx, "anna", ["fronten"])
            question = queries.count_question(holders, shape, at_most=MOST_COUNTED + 1)
            assert len(holders) == 2 and question is not None
        plans.append(plan_for_anybody(store, *question))

    tally = queries.tally_question(
        [Holder(person="anna")], holders, Only(shown_at=flow.clock.now()), at_most=MOST_COUNTED + 1
    )
    assert tally is not None

    for plan in plans:
        assert plan.count("using ix_user_task_candidates") == 2, plan
    for plan in (*plans, plan_for_anybody(store, *tally)):
        assert "Seq Scan" not in plan and "Parallel" not in plan, plan


def plan_for_anybody(store: Store, statement: Prepared, values: Mapping[str, Any]) -> str:
    """As PostgreSQL plans it once it has been asked several times: without looking at the values."""
    compiled = statement.compiled(store.engine.dialect)
    with store.plain.connect() as connection:
        connection.exec_driver_sql("SET plan_cache_mode = force_generic_plan")
        driver = connection.connection.driver_connection
        driver.execute(f"PREPARE asked AS {compiled.sql}")
        given = sql.SQL(", ").join(map(sql.Literal, compiled.bound(values)))
        rows = driver.execute(sql.SQL("EXPLAIN EXECUTE asked ({})").format(given)).fetchall()
        connection.invalidate()
    return "\n".join(row[0] for row in rows)


def test_the_same_kind_of_list_is_asked_with_each_ones_own_values(
    flow: Flowcase, fill: Callable[..., None]
) -> None:
    fill(*({"assignee": who} for who in ("anna", "bo", "clara", "anna")), {"process": "begge"})

    with flow.store.reading(flow.clock.now()) as tx:
        seen = {
            names: [
                row.assignee
                for row in queries.page(
                    tx, [Holder(person=name) for name in names], Order.DUE, Only(), limit=9, row=UserTaskRow
                )
            ]
            for names in (("anna",), ("bo",), ("anna", "bo", "clara"), ("bo", "clara", "nobody"), ("nobody",))
        }
        counts = [
            queries.count(tx, [Holder(person=name)], Only(), at_most=9) for name in ("anna", "bo", "no")
        ]

    assert seen == {
        ("anna",): ["anna", "anna"],
        ("bo",): ["bo"],
        ("anna", "bo", "clara"): ["anna", "bo", "clara", "anna"],  # four places for three: one holds nothing
        ("bo", "clara", "nobody"): ["bo", "clara"],
        ("nobody",): [],
    }
    assert counts == [2, 1, 0]


@pytest.mark.parametrize("holders", [[Holder()], [Holder(), Holder(person="anna")]])
def test_a_row_of_a_list_is_the_user_task_as_it_is_read_alone(
    flow: Flowcase, fill: Callable[..., None], holders: list[Holder]
) -> None:
    later = flow.clock.now() + DAY
    fill({"case_code": "SAG-1", "due_at": later, "follow_up_at": flow.clock.now(), "priority": 70})

    with flow.store.reading(flow.clock.now()) as tx:
        (row,) = queries.page(tx, holders, Order.DUE, Only(), limit=50, row=UserTaskRow)

        assert row == user_task_of(tx, row.id)
        assert (row.due_at, row.priority, list(row.candidate_groups)) == (later, 70, ["fronten"])


def test_lists_of_words_that_stand_alike_are_each_rows_own(flow: Flowcase, fill: Callable[..., None]) -> None:
    fill({"assignee": "anna"}, {"assignee": "anna"})

    first, second = flow.inboxes.page(ANNA, Asked(view=View.OWN)).rows
    assert isinstance(first.candidate_groups, list)
    first.candidate_groups.append("somebody else")

    assert second.candidate_groups == ["fronten"]
    assert flow.inboxes.page(ANNA, Asked(view=View.OWN)).rows[0].candidate_groups == ["fronten"]


def test_what_a_list_shows_of_candidates_is_nothing_that_anybody_could_alter(
    flow: Flowcase, fill: Callable[..., None]
) -> None:
    fill({"assignee": "anna"}, {"assignee": "anna"}, {"assignee": "anna", "candidate_groups": []})

    rows = flow.inboxes.shown(ANNA, Asked(view=View.OWN)).rows

    assert sorted((row.candidate_groups, row.candidate_users) for row in rows) == [
        ((), ()),
        (("fronten",), ()),
        (("fronten",), ()),
    ]


@pytest.mark.parametrize("is_long", [False, True], ids=["few", "many"])
def test_a_list_is_narrowed_to_a_fact_of_the_case_and_to_words(
    flow: Flowcase, fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch, is_long: bool
) -> None:
    monkeypatch.setattr(flow.inboxes._rule_sets, "settings", lambda tx: NAMED)
    deputies = {f"SAG-{nr}": ("bo.syd", "dorte.nord", None)[nr % 3] for nr in range(8)}
    for code, deputy in deputies.items():
        facts = {"stedfortraeder": deputy, "kendskabsdato": dt.date(2026, 3, 1), "familie_id": "skjult"}
        flow.cases.open(code, child={"navn": "Alma"}, facts=facts, actor=SYSTEM)
    rows = [each | {"name": f"Vurdér risiko {nr % 2}"} for nr, each in enumerate(mixed(flow))]
    fill(*rows)
    if is_long:
        monkeypatch.setattr(found_by, "_FEW_CASES", -1)
        monkeypatch.setattr(found_by, "_FEW_TASKS", -1)

    def seen(order: Order | ByFact = Order.RECEIVED, **narrowed: Any) -> set[str]:
        asked = Asked(order=order, **narrowed)
        assert flow.inboxes.count(ANNA, asked) == len(walk(flow, ANNA, asked, 50))
        found = walk(flow, ANNA, asked, 4)
        assert len(found) == len(set(found))
        return set(found)

    def those(is_meant: Callable[[dict[str, Any]], bool]) -> set[str]:
        return {row["id"] for row in rows if is_meant(row)}

    with_bo = those(lambda row: deputies.get(row["case_code"]) == "bo.syd")
    assert with_bo and seen(facts=(("stedfortraeder", "bo.syd"),)) == with_bo
    for order in (Order.DUE, Order.PRIORITY, Order.DISTRICT, ByFact("kendskabsdato")):
        assert seen(order, words="bo.syd risiko") == with_bo
    assert seen(facts=(("kendskabsdato", "2026-03-01"),), words="VURDÉR sag-3") == those(
        lambda row: row["case_code"] == "SAG-3"
    )
    assert seen(words="risiko 1") >= those(lambda row: row["name"].endswith("1"))
    assert seen(words="alma") == seen(words="skjult") == set()
    assert seen(facts=(("familie_id", "skjult"),)) == {row["id"] for row in rows}
    supplier = Actor("granly", groups=frozenset({"leverandoer"}))
    assert walk(flow, supplier, Asked(words="bo.syd"), 50) == []


def test_facts_of_a_case_are_found_as_they_are_now(
    flow: Flowcase, fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow.inboxes._rule_sets, "settings", lambda tx: NAMED)
    flow.cases.open("SAG-1", child={"navn": "Alma"}, facts={"stedfortraeder": "bo"}, actor=SYSTEM)
    fill({"id": "x.1", "case_code": "SAG-1"})
    with_bo, with_dorte = (Asked(facts=(("stedfortraeder", each),)) for each in ("bo", "dorte"))
    assert walk(flow, ANNA, with_bo, 50) == ["x.1"]
    assert flow.inboxes.values_of(ANNA, "stedfortraeder") == ["bo"]

    flow.cases.set_fact("SAG-1", "stedfortraeder", "dorte", reason="Fravær", actor=SYSTEM)
    assert walk(flow, ANNA, with_bo, 50) == [] and walk(flow, ANNA, with_dorte, 50) == ["x.1"]

    flow.cases.set_fact("SAG-1", "stedfortraeder", None, reason="Tilbage", actor=SYSTEM)
    assert walk(flow, ANNA, with_dorte, 50) == []
    assert flow.inboxes.values_of(ANNA, "stedfortraeder") == flow.inboxes.values_of(ANNA, "child") == []


@pytest.mark.parametrize("few", [300, 2, -1], ids=["read whole", "intersected", "walked"])
def test_facts_together_narrow_a_list_to_the_cases_that_have_all_of_them(
    flow: Flowcase, fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(flow.inboxes._rule_sets, "settings", lambda tx: NAMED)
    monkeypatch.setattr(found_by, "_FEW_CASES", few)
    had = {f"SAG-{nr}": {"distrikt": ("nord", "syd")[nr % 2], "trin": nr % 3} for nr in range(8)}
    for code, facts in had.items():
        flow.cases.open(code, child={"navn": "Alma"}, facts=facts, actor=SYSTEM)
    rows = mixed(flow)
    fill(*rows)

    both = Asked(order=Order.RECEIVED, facts=(("distrikt", "syd"), ("trin", "1")))
    never = Asked(order=Order.RECEIVED, facts=(("distrikt", "syd"), ("distrikt", "nord")))

    cases = [code for code, facts in had.items() if facts == {"distrikt": "syd", "trin": 1}]
    wanted = {row["id"] for row in rows if row["case_code"] in cases}
    assert cases and set(walk(flow, ANNA, both, 3)) == wanted
    assert flow.inboxes.count(ANNA, both) == len(wanted)
    assert walk(flow, ANNA, never, 3) == [] and flow.inboxes.count(ANNA, never) == 0


@pytest.mark.parametrize("few", [1000, 3, -1], ids=["found", "some found", "walked"])
def test_whatever_a_list_is_narrowed_to_it_holds_what_a_look_at_every_row_finds(
    flow: Flowcase, fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    named = NAMED | {"teamledere": {"familieteam_syd": ["teamleder_syd"]}}
    monkeypatch.setattr(flow.inboxes._rule_sets, "settings", lambda tx: named)
    for limit in ("_FEW_CASES", "_FEW_TASKS"):
        monkeypatch.setattr(found_by, limit, few)
    chance = random.Random(f"narrowed {few}")
    had: dict[str | None, dict[str, str]] = {None: {}}
    for nr in range(9):
        facts = {"distrikt": ("nord", "syd", None), "stedfortraeder": ("bo.nord", "bo.syd", "dorte", None)}
        had[f"SAG-{nr}"] = {name: some for name, of in facts.items() if (some := chance.choice(of))}
        flow.cases.open(f"SAG-{nr}", child={"navn": "Alma"}, facts=had[f"SAG-{nr}"], actor=SYSTEM)
    rows = [each | {"name": chance.choice(("Vurdér nord", "Afgør", "Besøg"))} for each in mixed(flow)]
    fill(*rows)

    def has(row: dict[str, Any], word: str) -> bool:
        code, facts = row["case_code"], had[row["case_code"]]
        is_begun = any(value.startswith(word) for value in facts.values())
        return word in row["name"].casefold() or (code or "").casefold().startswith(word) or is_begun

    def by(fact: str) -> Callable[[dict[str, Any]], Any]:
        def key(row: dict[str, Any]) -> Any:
            code, facts = row["case_code"], had[row["case_code"]]
            return (fact not in facts, facts.get(fact, ""), code is None, code or "", row["id"])

        return key

    keys = {**KEYS, Order.DISTRICT: by("distrikt"), ByFact("stedfortraeder"): by("stedfortraeder")}
    anna = Actor("anna", groups=frozenset({"fronten", "teamleder_syd"}))
    for _ in range(120):
        order, key = chance.choice(list(keys.items()))
        wanted = {
            "distrikt": chance.choice(("nord", "syd")),
            "stedfortraeder": chance.choice(("bo.syd", "dorte")),
        }
        chosen = chance.sample(sorted(wanted.items()), chance.choice((0, 0, 1, 2)))
        words = chance.sample(("nord", "bo", "sag-3", "afgør", "d", "intet"), chance.choice((0, 1, 1, 2)))
        view = chance.choice((View.BOTH, View.OWN, View.GROUPS, View.CASES))
        case = chance.choice((None, None, None, "SAG-3"))
        asked = Asked(view=view, order=order, facts=tuple(chosen), words=" ".join(words), case=case)
        plain = [
            row["id"]
            for row in sorted(rows, key=key)
            if (view is not View.CASES or row["case_code"])
            and (view not in (View.OWN, View.GROUPS) or (row["assignee"] is None) is (view is View.GROUPS))
            and case in (None, row["case_code"])
            and all(had[row["case_code"]].get(name) == value for name, value in chosen)
            and all(has(row, word) for word in words)
        ]

        assert walk(flow, anna, asked, 5) == plain, asked
        assert back_from_the_end(flow, anna, asked, 5) == plain, asked
        assert flow.inboxes.count(anna, asked) == len(plain), asked


def test_numbers_and_days_among_facts_are_sorted_as_what_they_are(
    flow: Flowcase, fill: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(flow.inboxes._rule_sets, "settings", lambda tx: NAMED)
    numbers = [
        Decimal(10),
        Decimal("-3"),
        Decimal("9.5"),
        Decimal(9),
        Decimal("-20.25"),
        Decimal(0),
        Decimal(100),
    ]
    days = [dt.date(2026, 10, 1), dt.date(2026, 9, 30), dt.date(2025, 12, 31)]
    facts: list[Any] = [*numbers, *days, "SAG-2", "1-2", "10.1.2"]
    for nr, fact in enumerate(facts):
        values = {"stedfortraeder": fact}
        flow.cases.open(f"SAG-{nr:02}", child={"navn": "Alma"}, facts=values, actor=SYSTEM)
    fill(*({"id": f"x.{nr:02}", "case_code": f"SAG-{nr:02}"} for nr in range(len(facts))))

    found = walk(flow, ANNA, Asked(order=ByFact("stedfortraeder")), 4)
    told = flow.inboxes.values_of(ANNA, "stedfortraeder")

    shown = [facts[int(id.removeprefix("x."))] for id in found]
    assert [each for each in shown if isinstance(each, Decimal)] == sorted(numbers)
    assert [each for each in shown if isinstance(each, dt.date)] == sorted(days)
    numbered = ["-20.25", "-3", "0", "9", "9.5", "10", "100"]
    assert [each for each in told if each in numbered] == numbered and len(told) == len(facts)


def test_of_facts_together_the_range_of_the_rarest_is_walked_and_the_others_looked_up_beside_it(
    flow: Flowcase, store: Store
) -> None:
    if not store.is_sqlite:
        return  # its planner decides by size; the benchmarks measure it
    compiled = found_by._with_facts(2, 301).compiled(store.engine.dialect)

    with store.engine.connect() as connection:
        given = tuple("x" for _ in range(compiled.sql.count("?")))
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled.sql}", given).fetchall()

    plan = "\n".join(row[3] for row in rows)
    assert "SEARCH first USING COVERING INDEX ix_case_fact_value (name=? AND value=?)" in plan
    assert (
        plan.count("(name=? AND value=? AND case_code=?)") == 2 and "SCAN" not in plan and "TEMP" not in plan
    ), plan
