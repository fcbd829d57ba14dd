"""Messages: who receives them, how long they wait, and that each counts once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.store import tables
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import Node, boundary, catch, end, message, process, start, throw, user_task

HOUR = dt.timedelta(hours=1)


def waits_for(name: str, id: str = "p") -> bytes:
    """Waits for a message with the key of variable `k`, then for a person."""
    inside, roots = message(name, "=k")
    return process(id, start(), catch("modtag", inside, roots), user_task("efter"), end())


def started_by(name: str, id: str = "s") -> bytes:
    inside, roots = message(name)
    return process(id, start("begynd", inside, roots=roots), user_task("efter"), end())


def begin(flow: Flowcase, process: str = "p", key: str = "1") -> str:
    return flow.instances.start(process, {"k": key}, actor=OPERATOR)


def send(flow: Flowcase, name: str = "svar", key: str = "1", **options: Any) -> None:
    flow.messages.correlate(name, key, {"besked": True}, actor=ANNA, **options)


def reached(flow: Flowcase) -> list[str]:
    """Instances that have gone on, in the order in which they did."""
    return [row.instance for row in flow.user_tasks.list() if row.element == "efter"]


def buffered(flow: Flowcase) -> int:
    with flow.store.reading(flow.clock.now()) as tx:
        return len(tx.rows(select(tables.message)))


def test_a_message_reaches_who_waits_for_its_name_and_key(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(waits_for("svar"))
    one, other = begin(flow), begin(flow, key="2")

    send(flow, key="2")

    assert reached(flow) == [other]
    assert flow.instances.get(other).variables["besked"] is True
    assert flow.instances.get(one).active_elements == ("modtag",)


def test_a_message_without_a_receiver_waits_for_one_and_is_used_up_by_it(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(waits_for("svar"))
    send(flow)
    clock.advance(dt.timedelta(days=400))
    assert buffered(flow) == 1

    one = begin(flow)

    assert reached(flow) == [one]
    assert buffered(flow) == 0
    begin(flow)
    assert reached(flow) == [one]


def test_a_message_with_a_time_to_live_expires(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(waits_for("svar"))
    send(flow, time_to_live=HOUR)
    clock.advance(HOUR)

    begin(flow)

    assert reached(flow) == []
    assert flow.messages.expire() == 1
    assert buffered(flow) == 0


def test_a_message_with_a_time_to_live_serves_each_process_once(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(waits_for("svar", "p"), waits_for("svar", "q"))
    one = begin(flow, "p")
    send(flow, time_to_live=HOUR)

    again, other = begin(flow, "p"), begin(flow, "q")

    assert reached(flow) == [one, other]
    assert flow.instances.get(again).active_elements == ("modtag",)


def test_a_message_without_time_to_live_keeps_nothing(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(waits_for("svar"))

    send(flow, time_to_live=dt.timedelta(0))

    assert buffered(flow) == 0


def test_at_most_one_instance_of_a_process_gets_a_message_but_one_of_each(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(waits_for("svar", "p"), waits_for("svar", "q"))
    oldest, _, other = begin(flow, "p"), begin(flow, "p"), begin(flow, "q")

    send(flow)

    assert sorted(reached(flow)) == sorted([oldest, other])


def test_a_message_id_counts_once_for_all_time(
    flow: Flowcase, deploy: Callable[..., Any], clock: ManualClock
) -> None:
    deploy(started_by("ny"))
    for _ in range(3):
        send(flow, "ny", "7", message_id="abc")
        clock.advance(dt.timedelta(days=100))

    assert len(flow.instances.list()) == 1
    send(flow, "ny", "8", message_id="abc")
    assert len(flow.instances.list()) == 2


def test_a_message_starts_one_instance_per_key_at_a_time(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(started_by("ny"))
    send(flow, "ny", "7")
    send(flow, "ny", "7")
    send(flow, "ny", "8")
    assert len(flow.instances.list()) == 2
    assert buffered(flow) == 1

    (first,) = [row for row in flow.user_tasks.list() if row.instance == flow.instances.list()[-1].id]
    flow.user_tasks.complete(first.id, {}, actor=ANNA)

    assert buffered(flow) == 0
    assert sorted(row.status for row in flow.instances.list()) == ["active", "active", "completed"]


def test_a_message_without_a_key_always_starts_an_instance(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(started_by("ny"))

    send(flow, "ny", "")
    send(flow, "ny", "")

    assert len(flow.instances.list()) == 2


def test_a_message_thrown_in_a_diagram_arrives_in_the_same_transaction(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    inside, roots = message("svar", "=k")
    extension = '<extensionElements><zeebe:publishMessage correlationKey="=k"/></extensionElements>'
    thrown = throw("send", extension + inside, roots)
    deploy(waits_for("svar"), process("afsender", start(), thrown, end()))
    one = begin(flow)

    begin(flow, "afsender")

    assert reached(flow) == [one]


def test_a_non_interrupting_event_takes_every_message(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    inside, roots = message("tillaeg", "=k")
    deploy(
        process(
            "p",
            start(),
            user_task("hoved"),
            end(),
            aside=(
                boundary("kom", "hoved", inside, to="efter", interrupting=False, roots=roots),
                Node("efter", "userTask", user_task("efter").inside, 'name="e"', (), ("end",)),
            ),
        )
    )
    send(flow, "tillaeg")
    send(flow, "tillaeg")
    begin(flow)
    send(flow, "tillaeg")

    assert sorted(row.element for row in flow.user_tasks.list()) == ["efter", "efter", "efter", "hoved"]
    assert buffered(flow) == 0


def test_a_suspended_instance_gets_its_message_when_it_is_resumed(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(waits_for("svar"))
    one = begin(flow)
    flow.instances.suspend(one, reason="test", actor=OPERATOR)

    send(flow)
    assert reached(flow) == []
    flow.instances.resume(one, reason="test", actor=OPERATOR)

    assert reached(flow) == [one]


def test_a_message_and_its_receiver_that_come_at_the_same_time_find_each_other(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(waits_for("svar"))
    failures: list[BaseException] = []

    def at_once(act: Callable[[str], object], barrier: threading.Barrier) -> None:
        try:
            for key in range(15):
                barrier.wait()
                act(str(key))
        except BaseException as error:
            failures.append(error)
            barrier.abort()

    barrier = threading.Barrier(2)
    threads = [
        threading.Thread(target=at_once, args=(act, barrier))
        for act in (lambda key: begin(flow, key=key), lambda key: send(flow, key=key))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(reached(flow)) == 15
    assert buffered(flow) == 0


def test_two_cases_that_write_to_each_other_at_the_same_time_both_get_through(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    """Each holds its own case and wants the other's: a deadlock, which nobody is to notice."""
    inside, roots = message("svar", "=til")
    extension = '<extensionElements><zeebe:publishMessage correlationKey="=til"/></extensionElements>'
    thrown = throw("send", extension + inside, roots)
    deploy(waits_for("svar"), process("afsender", start(), thrown, end()))
    for code in ("SAG-1", "SAG-2"):
        flow.cases.open(code, child={}, facts={"status": "aaben"}, actor=OPERATOR)
    rounds = 4
    for _ in range(rounds):
        for own in ("SAG-1", "SAG-2"):
            flow.instances.start("p", {"k": own}, case=own, actor=OPERATOR)
    failures: list[BaseException] = []

    def write(own: str, other: str) -> None:
        try:
            for _ in range(rounds):
                flow.instances.start("afsender", {"til": other}, case=own, actor=OPERATOR)
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=pair) for pair in (("SAG-1", "SAG-2"), ("SAG-2", "SAG-1"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
    assert len(reached(flow)) == 2 * rounds
    assert flow.history.verify() == []


def test_what_was_published_is_sealed(flow: Flowcase) -> None:
    flow.messages.correlate("svar", "1", {"kode": "hemmelig_kode"}, actor=ANNA)

    with flow.store.reading(flow.clock.now()) as tx:
        (row,) = tx.rows(select(tables.message))
    assert b"hemmelig_kode" not in bytes(row.sealed_variables)


@pytest.mark.parametrize("case", ["SAG-1", None])
def test_what_a_message_starts_belongs_to_the_case_that_it_names(
    flow: Flowcase, deploy: Callable[..., Any], case: str | None
) -> None:
    deploy(started_by("ny"))
    flow.cases.open("SAG-1", child={}, facts={"status": "aaben"}, actor=OPERATOR)

    flow.messages.correlate("ny", "SAG-1", {"sag_id": "SAG-1"}, case=case, actor=ANNA)

    (instance,) = [row for row in flow.instances.list() if row.process == "s"]
    assert (instance.case_code, instance.stream) == ("SAG-1", "case:SAG-1")
