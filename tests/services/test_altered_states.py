"""States of instances and their incidents, altered behind the history's back: `flowcase verify` names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from sqlalchemy import select, text, update

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.handlers import Side
from flowcase.store import Store, codec, streams, tables
from tests.services import altering
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import catch, end, process, service_task, start, timer, user_task

WAIT = timer("timeDuration", "PT24H")
SIX = process("p", start(), user_task("a"), catch("vent", WAIT), catch("igen", WAIT), user_task("b"), end())
MOST_BYTES = 12  # of a step's entry, for saying which version of the state it saved


@pytest.fixture
def instance(flow: Flowcase, deploy: Callable[..., Any]) -> str:
    deploy(SIX)
    return flow.instances.start("p", actor=OPERATOR)


def state_of(store: Store, instance: str) -> Mapping[str, Any]:
    with store.engine.begin() as connection:
        statement = select(tables.instance_state).where(tables.instance_state.c.instance == instance)
        return connection.execute(statement).one()._mapping


def put(store: Store, state: Mapping[str, Any], **changes: Any) -> None:
    table = tables.instance_state
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM instance_snapshot"))
        values = {**state, **changes}
        connection.execute(update(table).where(table.c.instance == state["instance"]).values(**values))


def said(flow: Flowcase) -> list[str]:
    return [str(each) for each in flow.altered_rows.find(casework=True)]


def test_an_older_state_put_back_with_its_version_is_named(
    flow: Flowcase, store: Store, instance: str
) -> None:
    older = state_of(store, instance)
    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)
    newer = state_of(store, instance)
    whole = said(flow)

    put(store, older)
    found = said(flow)
    put(store, older, version=newer["version"])
    said_to_be_newer = said(flow)
    put(store, newer)

    assert whole == said(flow) == []
    assert found == [f"Instance {instance}: its state is older than its last step."]
    assert said_to_be_newer == [
        f"Instance {instance}: its state was altered, or moved from another instance."
    ]


def test_a_step_of_which_no_row_tells_counts_too(
    flow: Flowcase, store: Store, clock: ManualClock, instance: str
) -> None:
    """That a timer went off and the next one waits is read for nothing else."""
    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)
    older = state_of(store, instance)
    clock.advance(flow.timers.list()[0].due_at - clock.now())
    assert flow.timers.fire_due() == 1
    whole = said(flow)

    put(store, older)

    assert whole == []
    assert said(flow) == [f"Instance {instance}: its state is older than its last step."]


def test_the_state_of_an_ended_instance_is_not_put_back_unnoticed(
    flow: Flowcase, store: Store, instance: str
) -> None:
    older = state_of(store, instance)
    flow.instances.cancel(instance, reason="forkert", actor=OPERATOR)
    newer, whole = state_of(store, instance), said(flow)

    put(store, older)

    assert whole == []
    assert newer["version"] > older["version"]
    assert said(flow) == [f"Instance {instance}: its state is older than its last step."]


def test_a_state_that_was_taken_away_is_named(flow: Flowcase, store: Store, instance: str) -> None:
    with store.engine.begin() as connection:
        connection.execute(text("DELETE FROM instance_state"))

    assert said(flow) == [f"Instance {instance}: has no state any more."]


def test_of_what_an_older_release_wrote_nothing_is_said_until_the_next_step(
    flow: Flowcase, store: Store, instance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = codec.encode
    older = state_of(store, instance)
    with monkeypatch.context() as release:
        release.setattr(
            streams.codec, "encode", lambda recorded, request, bound, _: encode(recorded, request, bound)
        )
        flow.instances.set_variables(instance, {"n": 2}, reason="rettet", actor=OPERATOR)
    newer = state_of(store, instance)
    assert said(flow) == []

    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)
    whole = said(flow)
    put(store, newer)

    assert older["version"] < newer["version"]
    assert whole == []
    assert said(flow) == [f"Instance {instance}: its state is older than its last step."]


def test_saying_which_state_was_saved_takes_a_few_bytes_of_a_step(
    flow: Flowcase, store: Store, instance: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode, longer = codec.encode, []

    def both(recorded: Any, request: str, bound: str, versions: Any) -> bytes:
        told = encode(recorded, request, bound, versions)
        longer.append(len(told) - len(encode(recorded, request, bound)))
        return told

    monkeypatch.setattr(streams.codec, "encode", both)
    flow.user_tasks.complete(f"{instance}.2", {}, actor=ANNA)

    assert longer
    assert max(longer) <= MOST_BYTES


# what somebody with the database may do -> its statements, and what is said
INCIDENTS: altering.Altered = {
    "another text": (
        ("UPDATE incident SET message = 'alt er godt' WHERE status = 'open'",),
        "is not what the history tells",
    ),
    "another kind": (("UPDATE incident SET kind = 'x' WHERE status = 'open'",), "is not what the history"),
    "another element": (
        ("UPDATE incident SET element = 'start' WHERE status = 'open'",),
        "is not what the history tells",
    ),
    "called resolved": (
        ("UPDATE incident SET status = 'resolved', resolved_at = raised_at WHERE status = 'open'",),
        "is not what the history tells",
    ),
    "resolved by somebody else": (
        ("UPDATE incident SET resolved_by = 'anna' WHERE status = 'resolved'",),
        "is not what the history tells",
    ),
    "taken away": (("DELETE FROM incident WHERE status = 'open'",), "an incident of it is gone"),
    "made up": (
        ("INSERT INTO incident SELECT 'x', instance, process, element, element_instance, stream, case_code, "
         "kind, message, status, raised_at, resolved_at, resolved_by FROM incident WHERE status = 'open'",),
        "Incident x: is not what the history tells",
    ),
}  # fmt: skip


def test_an_incident_that_was_altered_is_named(
    register: Callable[..., None], flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    def handle(job: Any, outbox: Any) -> None:
        raise ConnectionError

    register("fejler", handle, Side.OUTSIDE)
    deploy(process("q", start(), service_task("post", "fejler", retries=1), end()))
    stuck = flow.instances.start("q", actor=OPERATOR)
    _run(flow)
    flow.incidents.retry(flow.incidents.list()[0].id, reason="prøver igen", actor=OPERATOR)
    _run(flow)
    cancelled = flow.instances.start("q", actor=OPERATOR)
    _run(flow)
    flow.instances.cancel(cancelled, reason="forkert", actor=OPERATOR)
    whole = said(flow)
    with flow.store.begin(SYSTEM, clock.now()) as tx:
        statuses = [row.status for row in tx.rows(select(tables.incident))]

    found = altering.said_of_each(flow, INCIDENTS, [tables.incident], casework=True)

    assert sorted(statuses) == ["open", "resolved", "resolved"]
    assert [row.instance for row in flow.incidents.list()] == [stuck]
    assert whole == []
    assert {
        what: each for what, each in found.items() if not all(INCIDENTS[what][1] in one for one in each)
    } == {}
    assert all(found.values())


def _run(flow: Flowcase) -> None:
    while flow.jobs.run_due():
        pass
