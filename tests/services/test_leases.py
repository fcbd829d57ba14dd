"""No lease holds longer than its kind's longest, however far ahead the clock was that wrote it."""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    LargeBinary,
    create_engine,
    insert,
    select,
)

from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock, WallClock
from flowcase.handlers import Side
from flowcase.services.case_files import scanning
from flowcase.services.machines.nodes import Nodes
from flowcase.services.operating import leases, worklists
from flowcase.services.operating.leases import Leases
from flowcase.services.sending import outbox
from flowcase.services.studio import simulations
from flowcase.services.transactions import Transactions
from flowcase.store import Store, tables
from flowcase.store.columns import Instant
from flowcase.store.connecting import database_url
from tests.conftest import NOW
from tests.services.conftest import OPERATOR
from tests.services.diagrams import end, process, service_task, start

SECOND, HOUR = dt.timedelta(seconds=1), dt.timedelta(hours=1)
on_postgresql = pytest.mark.parametrize("database", ["postgresql"], indirect=True)


class Killed(BaseException):
    """The process ends in the middle of a handler."""


@pytest.fixture
def lost(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> list[dt.datetime]:
    """A job that a worker claimed by a clock three hours ahead, and was killed with; when it ran."""
    ran: list[dt.datetime] = []

    def die_at_first(job: Any, outbox: Any) -> None:
        ran.append(clock.now())
        if outbox.attempt == 1:
            raise Killed

    register("test.send", die_at_first, Side.OUTSIDE)
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    flow.instances.start("p", {}, actor=OPERATOR)
    clock.advance(3 * HOUR)
    with pytest.raises(Killed):
        flow.jobs.run_due(1)
    clock._now = NOW  # its machine is set right
    return ran


def test_a_job_that_a_clock_of_hours_ahead_claimed_is_taken_over_after_its_longest_lease(
    flow: Flowcase, clock: ManualClock, lost: list[dt.datetime]
) -> None:
    flow.jobs.run_due(1)
    assert lost == [NOW + 3 * HOUR]

    assert flow.leases.cut() == 1
    clock.advance(29 * SECOND)  # the lease of the type is 30 seconds
    flow.jobs.run_due(1)
    assert len(lost) == 1
    clock.advance(SECOND)
    flow.jobs.run_due(1)

    assert lost == [NOW + 3 * HOUR, NOW + 30 * SECOND]
    assert flow.instances.list(status="active") == []
    assert flow.leases.cut() == 0


def test_a_worker_that_lives_and_whose_lease_is_cut_brings_its_result(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    ran: list[int] = []

    def set_right(job: Any, outbox: Any) -> None:
        ran.append(outbox.attempt)
        clock._now = NOW
        assert flow.leases.cut() == 1

    register("test.send", set_right, Side.OUTSIDE)
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    flow.instances.start("p", {}, actor=OPERATOR)
    clock.advance(3 * HOUR)

    flow.jobs.run_due(1)

    assert (ran, flow.instances.list(status="active")) == ([1], [])


def test_clocks_that_differ_by_seconds_cut_nothing(
    flow: Flowcase, register: Callable[..., None], deploy: Callable[..., Any], clock: ManualClock
) -> None:
    cut: list[int] = []

    def set_right(job: Any, outbox: Any) -> None:
        clock._now = NOW
        cut.append(flow.leases.cut())

    register("test.send", set_right, Side.OUTSIDE)
    deploy(process("p", start(), service_task("send", "test.send"), end()))
    flow.instances.start("p", {}, actor=OPERATOR)
    clock.advance(leases.TOLERANCE)

    flow.jobs.run_due(1)

    assert cut == [0]


@pytest.mark.parametrize(
    ("table", "values", "longest"),
    [
        ("mail", {"status": "claimed"}, outbox.LEASE),
        ("webhook_delivery", {"status": "claimed"}, outbox.LEASE),
        ("checkpoint_delivery", {"status": "claimed"}, outbox.LEASE),
        ("batch_item", {"head": "running"}, worklists.LEASE),
        ("migration_item", {"head": "undoing"}, worklists.LEASE),
        ("simulation", {"status": "running"}, simulations.LEASE),
        ("document_content", {"scan": "waiting"}, scanning.LEASE),
        ("job", {"status": "claimed", "type": "of.another.release"}, leases.ELSEWHERE),
    ],
)
def test_leases_of_every_kind_are_cut(
    flow: Flowcase, database: str, table: str, values: dict[str, str], longest: dt.timedelta
) -> None:
    of = tables.metadata.tables[table]
    until = of.c.scan_at if table == "document_content" else of.c.lease_until
    with laid_out(database) as connection:
        if "head" in values:
            head = table.removesuffix("_item")
            connection.execute(insert(tables.metadata.tables[head]).values(row(head, status=values["head"])))
        ends = {until.name: NOW + 3 * HOUR}
        connection.execute(insert(of).values(row(table, **values, **ends)))

    assert flow.leases.cut() == 1

    with laid_out(database) as connection:
        assert connection.execute(select(until)).scalar() == NOW + longest


def test_a_job_of_another_release_keeps_a_lease_that_may_be_its_own(flow: Flowcase, database: str) -> None:
    lease = NOW + leases.ELSEWHERE
    with laid_out(database) as connection:
        job = row("job", status="claimed", type="of.another.release", lease_until=lease)
        connection.execute(insert(tables.job).values(job))

    assert flow.leases.cut() == 0

    with laid_out(database) as connection:
        assert connection.execute(select(tables.job.c.lease_until)).scalar() == lease


@contextlib.contextmanager
def laid_out(database: str) -> Iterator[Connection]:
    """A transaction for rows whose surroundings are not there."""
    engine = create_engine(database_url(database))
    with engine.begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")  # no foreign keys
        yield connection
    engine.dispose()


def row(table: str, **values: Any) -> dict[str, Any]:
    """These values, and anything in what else a row must have."""
    return {
        column.name: values.get(column.name, _anything(column))
        for column in tables.metadata.tables[table].columns
        if not column.nullable or column.name in values
    }


def _anything(column: Column[Any]) -> Any:
    kind = column.type
    if isinstance(kind, Instant):
        return NOW
    if isinstance(kind, JSON):
        return {}
    if isinstance(kind, Boolean):
        return False
    if isinstance(kind, LargeBinary):
        return b""
    return 1 if isinstance(kind, (Integer, Float)) else "one"


@on_postgresql
def test_a_node_whose_own_clock_is_wrong_cuts_nobodys_lease(
    flow: Flowcase, store: Store, clock: ManualClock, lost: list[dt.datetime]
) -> None:
    transactions = Transactions(store, clock)
    nodes = Nodes(transactions, "behind")
    behind = Leases(transactions, flow.handlers, nodes, lambda: WallClock().now() - HOUR)

    assert behind.cut() == 0
    nodes.beat("worker", WallClock().now() - HOUR)

    (node,) = nodes.overview(WallClock().now()).nodes
    assert (node.has_right_clock, node.is_silent) == (False, True)
    assert abs(node.clock_ahead + HOUR) < 5 * SECOND
    assert flow.leases.cut() == 1
