"""(e) A million pending timers, and many due at once; (f) lists of a million user tasks."""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, select, text, update

from benchmarks.filling import Made, fill, later, numbered, object_of, one_of, tidy
from benchmarks.measuring import (
    CLIENT,
    Measured,
    committing,
    in_turn,
    installation,
    measure,
    measure_in_turn,
    seconds_of,
    timed,
)
from flowcase import scheduler
from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.services.tasks.asked import Asked
from flowcase.services.tasks.inboxes import Order, Place
from flowcase.store import fact_tables, tables
from flowcase.store.columns import Instant
from flowcase.store.queries import waiting
from flowcase.web import create_app
from flowcase.web.tasks.inbox_rows import InboxRows

MANY = 1_000_000
SIZES = (1_000, 100_000, MANY)
AT_ONCE = 10_000
PER_CASE = 3  # open user tasks in each case
# How many there are of each.
FACTS = {"district": 12, "area": 40, "team": 60, "step": 8, "status": 4, "caseworker": 900}
# Facts by their names, as lists are narrowed by them: how many values there are of each.
NAMED = {"distrikt": 12, "status": 4, "sagsbehandler": 900}
# Whose lists they are: somebody whose work the cases are, as nearly everybody's who has a list that long.
READER = Actor(CLIENT.id, groups=CLIENT.groups | {"fronten"})
_WRITES = 30  # of a round
PAGE_MS = 1.0  # of the processor, for fifty rows of a list


def timers(name: str, url: str, home: Path, many: int = MANY) -> Iterator[Measured]:
    with installation(home, url) as flow, committing(url, home) as write:
        instance = flow.instances.start("chaos", actor=SYSTEM)
        far = flow.clock.now() + dt.timedelta(days=30)
        spread = _spread(flow, far, "n % 86400")
        fill(flow, tables.timer, _timer(flow, instance, far), spread, many, 0)
        idle, floor = measure_in_turn(lambda: flow.timers.fire_due(), write, rounds=9, times=30)
        what = f"{name}: idle poll among {many:,} pending timers"
        yield timed("e", what, idle, floor, "the commit", at_most=0.5)

        def claim() -> None:
            with flow.store.begin(SYSTEM, flow.clock.now()) as tx:
                assert len(waiting.claimed_timers(tx, 100)) == 100

        due = flow.clock.now() - dt.timedelta(seconds=1)
        fill(flow, tables.timer, _timer(flow, instance, due), _spread(flow, due, "0"), 100, many)
        claiming, floor = measure_in_turn(claim, write, rounds=9, times=10)
        what = f"{name}: claiming 100 due timers among {many:,}"
        yield timed("e", what, claiming, floor, "the commit", at_most=5)
        with flow.store.engine.begin() as connection:
            connection.execute(text("DELETE FROM timer WHERE try_at < :now"), {"now": _bound(flow)})
        yield from _burst(name, flow)


def _burst(name: str, flow: Flowcase) -> Iterator[Measured]:
    """Real timers of real instances, all due together; nothing may be early."""
    tasks = []
    for _ in range(AT_ONCE // 10):
        flow.instances.start("chaos", actor=SYSTEM)
    tasks = [row.id for row in flow.user_tasks.list() if row.element == "first"]
    for id in tasks:
        flow.user_tasks.complete(id, {}, actor=CLIENT)
    with flow.store.engine.connect() as connection:
        soon = tables.timer.c.try_at < flow.clock.now() + dt.timedelta(hours=1)
        last = connection.execute(select(func.max(tables.timer.c.try_at)).where(soon)).scalar_one()
        connection.rollback()
    # The last of them too: else the rate is the one at which they became due, not the one of firing.
    while last >= flow.clock.now():
        time.sleep(0.05)
    fired = 0

    def fire() -> list[float]:
        nonlocal fired
        began = time.perf_counter()
        fired = scheduler.run_once(flow)["timers"]
        return [time.perf_counter() - began]

    (times,) = in_turn(fire, rounds=1, retakes=0)  # what has fired does not fire again
    rate, at_pace = fired / times.median, {"calibration": times.calibration}
    yield Measured("e", f"{name}: {fired:,} timers due at once, fired", rate, "/s", at_least=1000, **at_pace)
    what = f"{name}: so {AT_ONCE:,} due at once are done within"
    yield Measured("e", what, AT_ONCE / rate, "s", at_most=15, **at_pace)


def lists(name: str, places: Mapping[int, tuple[str, Path]]) -> Iterator[Measured]:
    """`places`: how many open user tasks -> an address and a home; all are asked in turn."""
    with contextlib.ExitStack() as stack:
        flows = {size: stack.enter_context(installation(home, url)) for size, (url, home) in places.items()}
        for size, flow in flows.items():
            _filled(flow, size)
        pages = measure_in_turn(
            *(lambda flow=flow: flow.user_tasks.inbox(CLIENT, limit=50) for flow in flows.values()),
            rounds=11,
            times=10,
        )
        for size, page in zip(flows, pages, strict=True):
            what = f"{name}: first page of an inbox of {size:,}"
            yield timed("f", what, page, pages[0], f"of {min(flows):,}", at_most=1.3)
        size, flow = max(flows.items())
        deep = _middle(flow, size)
        key = (deep.created_at, deep.id)
        assert len(flow.user_tasks.inbox(CLIENT, after=key, limit=50)) == 50
        page, later = measure_in_turn(
            lambda: flow.user_tasks.inbox(CLIENT, limit=50),
            lambda: flow.user_tasks.inbox(CLIENT, after=key, limit=50),
            times=10,
        )
        what = f"{name}: a page in the middle of {size:,}"
        yield timed("f", what, later, page, "the first page", at_most=1.3)
        yield from _orders(name, flow, deep, size)


def _filled(flow: Flowcase, size: int) -> None:
    """So many open user tasks, of which all but one are copies."""
    flow.instances.start("chaos", actor=SYSTEM)
    (real,) = flow.user_tasks.list()
    copied = _user_task(real, candidates(flow, real.id))
    _cases(flow, size // PER_CASE + 1)
    fill(flow, tables.user_task, copied, _numbered(flow, real), size - 1, 1)


def _orders(name: str, flow: Flowcase, deep: Any, done: int) -> Iterator[Measured]:
    """Each order of the pages' inbox, at its beginning and in its middle; and counting to a thousand."""
    due = deep.created_at + dt.timedelta(days=44)
    places = {
        Order.DUE: Place(due, deep.created_at, deep.id),
        Order.RECEIVED: Place(deep.created_at, deep.created_at, deep.id),
        Order.PRIORITY: Place(50, deep.created_at, deep.id),
        Order.CASE: Place(deep.case_code, deep.created_at, deep.id),
        Order.DISTRICT: Place(f"{_FACT}00000006|{deep.case_code}", deep.created_at, deep.id),
        Order.CASEWORKER: Place(f"{_FACT}00000450|{deep.case_code}", deep.created_at, deep.id),
    }
    for order, place in places.items():
        asked = Asked(order=order)
        page = flow.inboxes.page(READER, asked, after=place)
        assert len(page.rows) == 50 and page.following
        first, later = measure_in_turn(
            lambda asked=asked: flow.inboxes.page(READER, asked),
            lambda asked=asked, place=place: flow.inboxes.page(READER, asked, after=place),
            times=10,
        )
        what = f"{name}: by {order}, a page in the middle of {done:,}"
        yield timed("f", what, later, first, "the first page", at_most=1.3)
    yield from _processor_time(name, flow, done)
    counting, page = measure_in_turn(
        lambda: flow.inboxes.counts(READER, Asked()), lambda: flow.inboxes.page(READER, Asked()), times=10
    )
    yield timed("f", f"{name}: counting the views of {done:,}", counting, page, "a page", at_most=3)
    yield from _narrowed(name, flow, done)
    yield from _cost_of_finding(name, flow)


def _narrowed(name: str, flow: Flowcase, done: int) -> Iterator[Measured]:
    """A page that is narrowed to facts of the case or to words, beside one that is not."""
    district, worker = ("distrikt", f"{_FACT}00000006"), ("sagsbehandler", f"{_FACT}00000450")
    asked = {
        "a fact that one case in twelve has": Asked(facts=(district,)),
        "a fact that one case in 900 has": Asked(facts=(worker,)),
        "both of them together": Asked(facts=(district, worker)),
        "two that many cases have, none both": Asked(facts=(district, ("status", f"{_FACT}00000003"))),
        "the beginning of one case's code": Asked(words=f"{_CASE}{done // PER_CASE // 2:08}"),
        "a word that begins a fact of one case in 900": Asked(words=worker[1]),
        "a word that nothing has": Asked(words="intetsteds"),
    }
    leader = replace(CLIENT, groups=CLIENT.groups | {"teamleder_nord"})  # facts are for who sees cases
    for what, narrowed in asked.items():
        rows = flow.inboxes.page(leader, narrowed).rows
        assert bool(rows) is (" no" not in what), what
        found, page = measure_in_turn(
            lambda narrowed=narrowed: flow.inboxes.page(leader, narrowed),
            lambda: flow.inboxes.page(leader, Asked()),
            times=10,
        )
        yield timed("f", f"{name}: narrowed to {what}, of {done:,}", found, page, "a page")


def _cost_of_finding(name: str, flow: Flowcase) -> Iterator[Measured]:
    """What it costs a write that facts are rows of their own, and that names of user tasks are indexed."""
    case, changes = tables.case_file, itertools.count()

    def change(column: str, value: Callable[[int], Any]) -> None:
        with flow.store.engine.begin() as connection:
            statement = update(case).where(case.c.code == _COPIED).values({column: value(next(changes))})
            connection.execute(statement)

    facts, plain = measure_in_turn(
        lambda: change("facts", lambda n: dict.fromkeys(NAMED, f"{_FACT}{n}")),
        lambda: change("outcome", str),
        rounds=9,
    )
    what = f"{name}: changing {len(NAMED)} facts of a case, with their rows"
    yield timed("f", what, facts, plain, "changing what is no fact")
    with_it, without = in_turn(lambda: _with_and_without(flow, "ix_user_task_open_name"), rounds=5)
    what = f"{name}: a user task with the index of names"
    yield timed("f", what, with_it, without, "without that index")


def _with_and_without(flow: Flowcase, index: str) -> tuple[float, float]:
    """A user task that is written anew, committed, with every index of it; and without that one."""
    table, names = tables.user_task, itertools.count()
    (made_again,) = (each for each in table.indexes if each.name == index)

    def rename() -> None:
        with flow.store.engine.begin() as connection:
            connection.execute(
                update(table).where(table.c.id == "x.00000002").values(name=f"n{next(names)}", priority=51)
            )

    with_it = seconds_of(rename, _WRITES)
    with flow.store.engine.begin() as connection:
        made_again.drop(connection)
    tidy(flow, table)
    without = seconds_of(rename, _WRITES)
    with flow.store.engine.begin() as connection:
        made_again.create(connection)
    tidy(flow, table)
    return with_it, without


def _processor_time(name: str, flow: Flowcase, done: int) -> Iterator[Measured]:
    """Of asking for fifty rows and writing them as HTML, without what the database's own process does."""
    app = create_app(flow)
    shared = {"process_names": {"chaos": "Chaos"}, "ticked": (), "may_take": True}
    readers = [(f"by {order}", READER, order) for order in Order]
    # Before a list is sorted by cases that somebody may not open, it is asked whether one is kept from them.
    readers.append(("by case for who may open none,", CLIENT, Order.CASE))
    for what, reader, order in readers:

        def show(reader: Actor = reader, asked: Asked = Asked(order=order)) -> None:
            rows = flow.inboxes.page(reader, asked).rows
            assert len(InboxRows(reader, now=flow.clock.now(), **shared).html(rows)) > 10_000

        with app.test_request_context("/opgaver"):
            show()
            times = measure(show, times=20, clock=time.process_time)
        yield Measured(
            "f",
            f"{name}: processor time of fifty rows {what} of {done:,}",
            times.median * 1e3,
            "ms",
            times.told(),
            at_most=PAGE_MS,
            calibration=times.calibration,
        )


def _middle(flow: Flowcase, done: int) -> Any:
    """The user task in the middle, found without reading those before it."""
    table = tables.user_task
    with flow.store.engine.connect() as connection:
        row = connection.execute(
            select(table.c.created_at, table.c.case_code, table.c.id).where(table.c.id == f"x.{done // 2:08}")
        ).one()
        connection.rollback()
    return row


def _bound(flow: Flowcase) -> Any:
    return Instant().process_bind_param(flow.clock.now(), flow.store.engine.dialect)


def _spread(flow: Flowcase, due: dt.datetime, seconds: str) -> dict[str, Made]:
    return {
        "id": numbered("bench."),
        "timer": numbered(""),
        "due_at": later(flow, "due", due, "n % 86400"),
        "try_at": later(flow, "due", due, seconds),
    }


def _timer(flow: Flowcase, instance: str, due: dt.datetime) -> dict[str, Any]:
    return {
        "id": "bench.copied",
        "instance": instance,
        "timer": "copied",
        "definition": None,
        "process": "chaos",
        "element": "a_second",
        "element_instance": "9",
        "stream": f"process:{instance}",
        "case_code": None,
        "kind": "timeDate",
        "catch_up": "all",
        "repetitions_left": None,
        "due_at": due,
        "try_at": due,
        "status": "pending",
        "is_held": False,
        "created_at": flow.clock.now(),
        "ended_at": None,
    }


def _user_task(real: Any, candidates: str) -> dict[str, Any]:
    columns = [column.name for column in tables.user_task.columns]
    row = {name: getattr(real, name, None) for name in columns}
    return row | {"candidates": candidates, "id": "copied", "element_instance": "copied"}


def _numbered(flow: Flowcase, real: Any) -> dict[str, Made]:
    return {
        "id": numbered("x."),
        "element_instance": numbered(""),
        "case_code": numbered(_CASE, f"n / {PER_CASE}"),
        "created_at": later(flow, "created", real.created_at, "n"),
        "due_at": later(flow, "created", real.created_at, "(n % 90) * 86400"),
    }


_CASE, _FACT, _COPIED = "B-", "f", "B"


def _cases(flow: Flowcase, count: int) -> None:
    """Cases with facts, as rows of the list; nothing of them is in the history."""
    flow.cases.open(_COPIED, child={"navn": "Alma"}, facts={}, actor=SYSTEM)
    with flow.store.engine.connect() as connection:
        statement = select(tables.case_file).where(tables.case_file.c.code == _COPIED)
        real = dict(connection.execute(statement).one()._mapping)
        connection.rollback()
    made = {"code": numbered(_CASE)} | {fact: one_of(_FACT, count) for fact, count in FACTS.items()}
    made |= {"facts": object_of({name: one_of(_FACT, count) for name, count in NAMED.items()})}
    fill(flow, tables.case_file, real | {"code": "copied"}, made, count, 0, key="code")
    with flow.store.engine.begin() as connection:  # the template's own facts, which a trigger wrote
        connection.execute(delete(fact_tables.case_fact).where(fact_tables.case_fact.c.case_code == "copied"))
    tidy(flow, fact_tables.case_fact)


def candidates(flow: Flowcase, id: str) -> str:
    with flow.store.engine.connect() as connection:
        found = connection.execute(
            select(tables.user_task.c.candidates).where(tables.user_task.c.id == id)
        ).scalar()
        connection.rollback()
    return str(found)
