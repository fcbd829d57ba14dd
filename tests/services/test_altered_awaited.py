"""Timers, and subscriptions to messages and signals: altered, they are named; what moves or ends is not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.store import Store
from tests.services.conftest import OPERATOR
from tests.services.diagrams import (
    boundary,
    catch,
    end,
    message,
    process,
    properties,
    signal,
    start,
    timer,
    user_task,
)
from tests.services.test_altered_flows import Said, said_after
from tests.services.test_batches import OTHER, WHY

DAY = dt.timedelta(days=1)


def listens(reminder: str, *after: Any) -> bytes:
    """A user task at which a series of timers goes off, a message is heard and a signal interrupts."""
    heard, of_message = message("besked", key="=noegle")
    called, of_signal = signal("kald")
    series = properties(catchUp="all") + timer("timeCycle", "R5/P1D")
    return process(
        "p", start(), user_task("a"), *after, end(),
        aside=(
            boundary(reminder, "a", series, to="b1", interrupting=False),
            boundary("besked", "a", heard, to="b2", interrupting=False, roots=of_message),
            boundary("kald", "a", called, to="b3", roots=of_signal),
            end("b1"), end("b2"), end("b3"),
        ),
    )  # fmt: skip


def waits() -> bytes:
    """A timer, then a user task that a timer and a signal would end, then another one."""
    called, of_signal = signal("kald")
    return process(
        "t", start(), catch("vent", timer("timeDuration", "P9D")), user_task("efter"), user_task("sidst"),
        end(),
        aside=(
            boundary("frist", "efter", timer("timeDuration", "P9D"), to="b1"),
            boundary("kald", "efter", called, to="b2", roots=of_signal),
            end("b1"), end("b2"),
        ),
    )  # fmt: skip


@pytest.fixture
def ids(flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock) -> dict[str, str]:
    """What waits, went off, was cancelled, was moved by an operator, is suspended, and has a new version."""
    deploy(
        listens("rykker"),
        waits(),
    )
    begun = {
        name: flow.instances.start("p", {"noegle": name}, actor=OPERATOR)
        for name in ("waiting", "done", "cancelled", "suspended", "migrated", "back", "reached")
    }
    begun |= {name: flow.instances.start("t", actor=OPERATOR) for name in ("late", "fired", "put off")}
    by_instance = {row.instance: row.id for row in flow.timers.list()}
    flow.timer_care.move(by_instance[begun["late"]], clock.now() + 30 * DAY, reason=WHY, actor=OPERATOR)
    flow.timer_care.fire(by_instance[begun["fired"]], reason=WHY, actor=OPERATOR)
    clock.advance(2 * DAY + DAY / 2)
    flow.timers.fire_due()
    flow.user_tasks.complete(f"{begun['done']}.2", {}, actor=OPERATOR)
    flow.instances.cancel(begun["cancelled"], reason=WHY, actor=OPERATOR)
    flow.messages.correlate("besked", "reached", actor=OPERATOR)
    flow.instances.suspend(begun["suspended"], reason=WHY, actor=OPERATOR)
    deploy(listens("paamind", user_task("b")))
    _move(flow, begun["migrated"])
    flow.migrations.undo(_move(flow, begun["back"]), reason=WHY, actor=OPERATOR)
    _work_off(flow)
    found = dict(begun)
    with flow.store.engine.connect() as connection:
        for table in ("timer", "message_subscription", "signal_subscription"):
            rows = connection.execute(text(f"SELECT id, instance FROM {table} ORDER BY id"))
            for row in rows:  # the last one, where there are several
                [name] = [name for name, id in begun.items() if id == row.instance]
                found[f"{table} {name}"] = row.id
    return found


def _move(flow: Flowcase, instance: str) -> str:
    mapping = {"a": "a", "rykker": "paamind", "besked": "besked", "kald": "kald"}
    id = flow.migrations.plan("p:1", "p:2", mapping, reason=WHY, actor=OPERATOR, only=[instance])
    flow.migrations.run(id, actor=OTHER)
    _work_off(flow)
    assert [each.status for each in flow.migrations.items(id, actor=OPERATOR)] == ["moved"]
    return id


def _work_off(flow: Flowcase) -> None:
    while flow.migration_work.run_waiting():
        pass


@pytest.fixture
def said(flow: Flowcase, store: Store, ids: dict[str, str]) -> Said:
    return said_after(flow, store, ids)


LATER = "'2031-01-01 00:00:00.000000'"
# what somebody with the database may do -> the statement, and what is said
ALTERED = {
    "a timer that goes off for each day that nothing ran": (
        "UPDATE timer SET catch_up = 'once', kind = 'duration' WHERE id = '{timer waiting}'",
        "Timer {timer waiting}: kind, catch_up is not what the history tells.",
    ),
    "a series that never ends": (
        "UPDATE timer SET repetitions_left = NULL WHERE id = '{timer waiting}'",
        "Timer {timer waiting}: repetitions_left is not what the history tells.",
    ),
    "a timer that was moved put back": (
        "UPDATE timer SET due_at = created_at, try_at = created_at WHERE id = '{timer late}'",
        "Timer {timer late}: due_at, try_at is not what the history tells.",
    ),
    "a timer put off by nothing": (
        f"UPDATE timer SET try_at = {LATER} WHERE id = '{{timer put off}}'",
        "Timer {timer put off}: try_at is not what the history tells.",
    ),
    "a timer said to have gone off": (
        f"UPDATE timer SET status = 'fired', ended_at = {LATER} WHERE id = '{{timer waiting}}'",
        "Timer {timer waiting}: status, ended_at is not what the history tells.",
    ),
    "a timer that went off made to go off again": (
        "UPDATE timer SET status = 'pending', ended_at = NULL WHERE id = '{fired}.t3'",
        "Timer {fired}.t3: status, ended_at is not what the history tells.",
    ),
    "a cancelled timer said to have gone off": (
        "UPDATE timer SET status = 'fired' WHERE id = '{timer cancelled}'",
        "Timer {timer cancelled}: status is not what the history tells.",
    ),
    "a timer of another element": (
        "UPDATE timer SET timer = '99', element = 'x', element_instance = '9', process = 't', "
        f"case_code = 'x', created_at = {LATER} WHERE id = '{{timer waiting}}'",
        "Timer {timer waiting}: timer, process, element, element_instance, case_code, created_at is not what "
        "the history tells.",
    ),
    "the element before the move": (
        "UPDATE timer SET element = 'rykker' WHERE id = '{timer migrated}'",
        "Timer {timer migrated}: element is not what the history tells.",
    ),
    "a held timer let go": (
        "UPDATE timer SET is_held = (1 = 0) WHERE id = '{timer suspended}'",
        "Timer {timer suspended}: is_held is not what the history tells.",
    ),
    "a timer of another instance": (
        "UPDATE timer SET instance = '{late}' WHERE id = '{timer waiting}'",
        "Timer {timer waiting}: instance is not what the history tells.",
    ),
    "a timer deleted": ("DELETE FROM timer WHERE id = '{timer waiting}'", "Timer {timer waiting}: is gone."),
    "a timer made up": (
        "INSERT INTO timer (id, instance, timer, process, element, stream, kind, catch_up, due_at, try_at, "
        "status, is_held, created_at) SELECT 'made up', instance, '99', process, element, stream, kind, "
        "catch_up, due_at, try_at, status, is_held, created_at FROM timer WHERE id = '{timer late}'",
        "Timer made up: no event led to it.",
    ),
    "a message that ends what it should only tell": (
        "UPDATE message_subscription SET is_interrupting = (1 = 1) "
        "WHERE id = '{message_subscription waiting}'",
        "Message subscription {message_subscription waiting}: is_interrupting is not what the history tells.",
    ),
    "a message heard by somebody else's": (
        "UPDATE message_subscription SET name = 'x', correlation_key = 'reached', process = 't', "
        "element = 'x', element_instance = '9', subscription = '99', "
        f"created_at = {LATER}, is_held = (1 = 1) WHERE id = '{{message_subscription waiting}}'",
        "Message subscription {message_subscription waiting}: subscription, process, element, "
        "element_instance, created_at, name, correlation_key, is_held is not what the history tells.",
    ),
    "a message that nobody hears": (
        "DELETE FROM message_subscription WHERE id = '{message_subscription reached}'",
        "Message subscription {message_subscription reached}: is gone.",
    ),
    "a message that is heard again": (
        "INSERT INTO message_subscription SELECT '{done}.4', '{done}', '4', process, element, "
        "element_instance, name, 'done', is_interrupting, stream, is_held, created_at "
        "FROM message_subscription WHERE id = '{message_subscription waiting}'",
        "Message subscription {done}.4: no event led to it.",
    ),
    "a signal that reaches other cases": (
        "UPDATE signal_subscription SET is_global = (1 = 1), name = 'x' "
        "WHERE id = '{signal_subscription waiting}'",
        "Signal subscription {signal_subscription waiting}: name, is_global is not what the history tells.",
    ),
    "a signal of another element": (
        "UPDATE signal_subscription SET process = 't', element = 'x', element_instance = '9', "
        f"subscription = '99', created_at = {LATER} WHERE id = '{{signal_subscription back}}'",
        "Signal subscription {signal_subscription back}: subscription, process, element, element_instance, "
        "created_at is not what the history tells.",
    ),
    "a held signal let go": (
        "UPDATE signal_subscription SET is_held = (1 = 0) WHERE id = '{signal_subscription suspended}'",
        "Signal subscription {signal_subscription suspended}: is_held is not what the history tells.",
    ),
    "a signal that nobody hears": (
        "DELETE FROM signal_subscription WHERE id = '{signal_subscription waiting}'",
        "Signal subscription {signal_subscription waiting}: is gone.",
    ),
    "a user task under another version": (
        "UPDATE user_task SET definition = 'p:2', process = 't' WHERE instance = '{done}'",
        "User task {done}.2: process, definition is not what the history tells.",
    ),
    "a user task that was moved said not to be": (
        "UPDATE user_task SET definition = 'p:1' WHERE instance = '{migrated}'",
        "User task {migrated}.2: definition is not what the history tells.",
    ),
}


def test_what_is_waited_for_and_was_altered_is_named_with_what_was(said: Said, ids: dict[str, str]) -> None:
    whole = said("UPDATE timer SET kind = kind")

    found = {name: said(statement) for name, (statement, _) in ALTERED.items()}

    assert whole == []
    assert found == {name: [line.format(**ids)] for name, (_, line) in ALTERED.items()}


def test_what_goes_on_is_suspended_or_put_back_is_whole(
    flow: Flowcase, ids: dict[str, str], clock: ManualClock
) -> None:
    flow.instances.resume(ids["suspended"], reason=WHY, actor=OPERATOR)
    clock.advance(3 * DAY)
    flow.timers.fire_due()
    back = ids["fired"]
    [task] = [row.id for row in flow.user_tasks.list() if row.instance == back]
    flow.user_tasks.complete(task, {}, actor=OPERATOR)
    [step] = flow.going_back.steps(back, actor=OPERATOR)
    flow.going_back.go_back(back, step.element_instance, reason=WHY, actor=OPERATOR)
    after = flow.altered_rows.find(casework=True)
    clock.advance(9 * DAY)
    flow.timers.fire_due()
    flow.user_tasks.complete(f"{ids['waiting']}.2", {}, actor=OPERATOR)

    assert after == flow.altered_rows.find(casework=True) == []


def test_a_timer_that_could_not_be_fired_and_is_tried_again_is_whole(
    flow: Flowcase, ids: dict[str, str], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> None:
        raise OSError

    clock.advance(9 * DAY)
    monkeypatch.setattr(flow.timers, "_fire", fails)

    assert flow.timers.fire_due() == 0
    assert flow.altered_rows.find(casework=True) == []
