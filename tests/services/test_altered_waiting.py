"""Rows of messages, held starts and jobs: altered, they are named; what goes by itself is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.handlers import Side
from flowcase.store import Store
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import catch, end, message, process, service_task, start, user_task
from tests.services.test_altered_flows import Said, said_after

WHY = "Leverandøren er lukket"
DAY = dt.timedelta(days=1)


@pytest.fixture
def ids(
    register: Callable[..., None], flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> dict[str, str]:
    """Messages kept, received, expired and held; jobs that wait, are held, are done and have failed."""
    fails: list[str] = ["x"]

    def work(job: Any, outbox: Any) -> dict[str, Any]:
        if job.instance in fails:
            raise OSError
        return {}

    register("ude", work, Side.OUTSIDE)
    inside, roots = message("ny")
    reply, more = message("svar", key="=noegle")
    deploy(
        process("p", start("begynd", inside=inside, roots=roots), user_task("a"), end()),
        process("v", start(), catch("vent", reply, roots=more), end()),
        process("j", start(), service_task("t", "ude"), end()),
    )
    found: dict[str, str] = {}
    for name in ("done", "failed"):
        found[name] = flow.instances.start("j", actor=OPERATOR)
    fails.append(found["failed"])
    for _ in range(8):
        flow.jobs.run_due()
        clock.advance(DAY)
    for name in ("waiting", "held"):
        found[name] = flow.instances.start("j", actor=OPERATOR)
    flow.instances.suspend(found["held"], reason=WHY, actor=OPERATOR)
    flow.messages.correlate("ny", "1", message_id="m-1", time_to_live=9 * DAY, actor=ANNA)  # begins one
    flow.messages.correlate("ny", "1", message_id="m-2", time_to_live=9 * DAY, actor=ANNA)  # its key is taken
    flow.messages.correlate("svar", "2", actor=ANNA)  # received later
    flow.messages.correlate("svar", "3", time_to_live=DAY / 2, actor=ANNA)  # expires
    flow.instances.start("v", {"noegle": "2"}, actor=OPERATOR)
    clock.advance(DAY)
    flow.messages.expire()
    flow.suspensions.suspend("p", reason=WHY, actor=OPERATOR)
    flow.messages.correlate("ny", "5", actor=ANNA)
    flow.messages.correlate("ny", "6", actor=ANNA)
    with flow.store.engine.connect() as connection:
        for name, statement in (
            ("first", "SELECT id FROM message WHERE message_id = 'm-1'"),
            ("second", "SELECT id FROM message WHERE message_id = 'm-2'"),
            ("start", "SELECT id FROM held_start WHERE start_key = '5'"),
        ):
            found[name] = str(connection.execute(text(statement)).scalar())
        jobs = connection.execute(text("SELECT instance, id, status FROM job")).all()
    by_instance = {row.instance: row for row in jobs}
    for name in ("done", "failed", "waiting", "held"):
        found[name] = by_instance[found[name]].id
    assert [row.status for row in jobs if row.id == found["failed"]] == ["failed"]
    return found


@pytest.fixture
def said(flow: Flowcase, store: Store, ids: dict[str, str]) -> Said:
    return said_after(flow, store, ids)


LATER = "'2031-01-01 00:00:00.000000'"
# what somebody with the database may do -> the statement, and what is said
ALTERED = {
    "a message made to reach somebody else": (
        "UPDATE message SET correlation_key = '9', name = 'svar' WHERE id = '{first}'",
        "Message {first}: name, correlation_key is not what the history tells.",
    ),
    "a message kept for ever": (
        f"UPDATE message SET expires_at = NULL, published_at = {LATER}, message_id = 'x', case_code = 'x' "
        "WHERE id = '{first}'",
        "Message {first}: message_id, case_code, published_at, expires_at is not what the history tells.",
    ),
    "a message taken away": ("DELETE FROM message WHERE id = '{second}'", "Message {second}: is gone."),
    "a message made up": (
        "INSERT INTO message (id, name, correlation_key, stream, sealed_variables, published_at) SELECT "
        "'made up', 'svar', '3', stream, sealed_variables, published_at FROM message WHERE id = '{first}'",
        "Message made up: no event led to it.",
    ),
    "a process that had a message said not to": (
        "DELETE FROM message_receipt WHERE message = '{first}'",
        "Message {first}: receipts is not what the history tells.",
    ),
    "a process that has had no message said to": (
        "INSERT INTO message_receipt VALUES ('{second}', 'p')",
        "Message {second}: receipts is not what the history tells.",
    ),
    "a message let count twice": (
        "DELETE FROM message_seen WHERE message_id = 'm-1'",
        "Message id m-1 of ny: is gone, so that it would count again.",
    ),
    "a message kept from counting": (
        "INSERT INTO message_seen SELECT 'ny', '8', 'm-8', at FROM message_seen WHERE message_id = 'm-1'",
        "Message id m-8 of ny: no event brought it.",
    ),
    "a held start taken away": (
        "DELETE FROM held_start WHERE id = '{start}'",
        "Held start {start}: is gone.",
    ),
    "a held start made up": (
        "INSERT INTO held_start SELECT 'made up', process, definition, kind, element, name, start_key, "
        "stream, case_code, sealed_variables, at, try_at, has_failed FROM held_start WHERE id = '{start}'",
        "Held start made up: no event led to it.",
    ),
    "another start held": (
        f"UPDATE held_start SET process = 'v', definition = 'v:1', element = NULL, name = 'x', at = {LATER}, "
        "kind = 'signal', start_key = '9', case_code = 'x' WHERE id = '{start}'",
        "Held start {start}: process, definition, kind, element, name, start_key, case_code, at is not what "
        "the history tells.",
    ),
    "a job said to be done": (
        f"UPDATE job SET status = 'completed', ended_at = {LATER} WHERE id = '{{waiting}}'",
        "Job {waiting}: status, ended_at is not what the history tells.",
    ),
    "a job said to be cancelled": (
        "UPDATE job SET status = 'cancelled' WHERE id = '{failed}'",
        "Job {failed}: status is not what the history tells.",
    ),
    "a job put off": (
        f"UPDATE job SET try_at = {LATER}, created_at = {LATER}, priority = 7 WHERE id = '{{waiting}}'",
        "Job {waiting}: priority, try_at, created_at is not what the history tells.",
    ),
    "a held job let go": (
        "UPDATE job SET is_held = (1 = 0) WHERE id = '{held}'",
        "Job {held}: is_held is not what the history tells.",
    ),
    "another work done": (
        "UPDATE job SET type = 'x', headers = '{{\"a\": \"b\"}}', element = 'x', element_instance = '9', "
        "case_code = 'x' WHERE id = '{done}'",
        "Job {done}: element_instance, element, type, case_code, headers is not what the history tells.",
    ),
    "more tries": (
        "UPDATE job SET retries = 99, attempts = 0 WHERE id = '{done}'",
        "Job {done}: retries, attempts is not what the history tells.",
    ),
    "a job claimed by nobody for ever": (
        "UPDATE job SET status = 'claimed', lease_until = NULL WHERE id = '{waiting}'",
        "Job {waiting}: lease_until is not what the history tells.",
    ),
    "a job said to have failed often, to be tried seldom": (
        "UPDATE job SET failures = 9 WHERE id = '{waiting}'",
        "Job {waiting}: failures is not what the history tells.",
    ),
    "a job of another instance": (
        "UPDATE job SET instance = (SELECT max(id) FROM instance) WHERE id = '{done}'",
        "Job {done}: instance is not what the history tells.",
    ),
    "a job deleted": ("DELETE FROM job WHERE id = '{done}'", "Job {done}: is gone."),
    "a job made up": (
        "INSERT INTO job (id, instance, element_instance, element, process, type, stream, status, headers, "
        "sealed_inputs, retries, attempts, try_at, is_held, created_at) SELECT 'made up', instance, '99', "
        "element, process, type, stream, status, headers, sealed_inputs, retries, attempts, try_at, is_held, "
        "created_at FROM job WHERE id = '{done}'",
        "Job made up: no event led to it.",
    ),
}


def test_each_row_that_waits_and_was_altered_is_named_with_what_was(said: Said, ids: dict[str, str]) -> None:
    whole = said("UPDATE message SET name = name")

    found = {name: said(statement) for name, (statement, _) in ALTERED.items()}

    assert whole == []
    assert found == {name: [line.format(**ids)] for name, (_, line) in ALTERED.items()}


def test_what_is_claimed_released_dropped_or_tried_again_is_whole(
    flow: Flowcase, ids: dict[str, str], clock: ManualClock
) -> None:
    claimed, _ = flow.jobs._transactions.run(SYSTEM, lambda tx: flow.jobs._claim(tx, 1, with_lost=False))
    while_at_work = flow.altered_rows.find(casework=True)
    clock.advance(DAY)
    flow.jobs.run_due()
    flow.suspensions.drop([ids["start"]], process="p", reason=WHY, actor=OPERATOR)
    flow.suspensions.resume("p", reason=WHY, actor=OPERATOR)
    flow.suspensions.start_held()

    assert [row.id for row in claimed] == [ids["waiting"]]
    assert while_at_work == flow.altered_rows.find(casework=True) == []


def test_a_message_that_went_to_a_case_erased_since_is_not_said_to_be_gone(
    flow: Flowcase, ids: dict[str, str], deploy: Callable[..., Any]
) -> None:
    flow.messages.correlate("svar", "til en slettet", actor=ANNA)
    receiver = flow.instances.start("v", {"noegle": "til en slettet"}, actor=OPERATOR)
    with flow.store.engine.begin() as connection:
        destroyed = f"UPDATE stream SET wrapped_key = NULL WHERE id = 'process:{receiver}'"
        connection.execute(text(destroyed))

    found = [str(each) for each in flow.altered_rows.find(casework=True)]

    assert found == [f"Key process:{receiver}: is gone, and no erasure tells why."]
