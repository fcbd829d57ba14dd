"""The transaction: what it writes together, what it refuses, and what it hides."""

from __future__ import annotations

import datetime as dt
import threading
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from flowcase.access.actor import SYSTEM, Actor
from flowcase.cases import events as domain
from flowcase.errors import Conflict, NotFound
from flowcase.events import SettingChanged, UserTaskClaimed
from flowcase.history.chain import event_hash
from flowcase.history.verification import verify
from flowcase.model import (
    Advance,
    ElementEntered,
    InstanceCompleted,
    InstanceStarted,
    TimerCancelled,
    TimerScheduled,
    UserTaskCompleted,
    UserTaskCreated,
)
from flowcase.store import LockedInstance, SealBroken, Store, Tx, tables
from flowcase.store.queries import history
from flowcase.values import canonical_json

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
STREAM = "case:SAG-1"


@dataclass
class State:
    """Stands for the engine's state, which the store never looks into."""

    content: bytes

    def to_bytes(self) -> bytes:
        return self.content


def user_task_created(element_instance: str = "a1", **changes: object) -> UserTaskCreated:
    fields = {
        "element": "vurder",
        "element_instance": element_instance,
        "name": "Vurder",
        "form": "F-A2",
        "assignee": None,
        "candidate_groups": ("frontpersonale",),
        "candidate_users": (),
        "due_at": None,
        "follow_up_at": None,
        "priority": 50,
        "variables": {"sag_id": "SAG-1"},
    }
    return UserTaskCreated(**{**fields, **changes})


def timer_scheduled(timer: str = "t1") -> TimerScheduled:
    return TimerScheduled(
        element="paamind",
        element_instance="a1",
        timer=timer,
        due_at=NOW + dt.timedelta(hours=1),
        kind="timeDuration",
        catch_up="all",
        repetitions_left=0,
    )


@pytest.fixture
def definition(store: Store) -> str:
    with store.begin(SYSTEM, NOW) as tx:
        tx.insert(tables.resource, hash="h", content=b"<xml/>", stored_at=NOW)
        tx.insert(tables.deployment, id="d", at=NOW, actor="system", note="", status="active")
        tx.insert(
            tables.process_definition,
            id="p:1",
            process="p",
            version=1,
            name="P",
            hash="h",
            path="p.bpmn",
            deployment="d",
            status="active",
            created_at=NOW,
        )
    return "p:1"


@pytest.fixture
def started(store: Store, definition: str) -> str:
    """An instance that waits at a user task and a timer."""
    with store.begin(Actor("anna"), NOW, "r-1") as tx:
        instance = LockedInstance(
            id="i1", process="p", definition=definition, stream=STREAM, case_code="SAG-1"
        )
        events = (
            InstanceStarted(process="p", variables={"x": True}),
            ElementEntered(element="vurder", element_instance="a1", kind="userTask"),
            user_task_created(),
            timer_scheduled(),
        )
        tx.record(instance, Advance(State(b"state one"), events))
    return "i1"


def test_a_recorded_advance_is_there_after_the_commit(store: Store, started: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        instance = tx.lock(started)
        task = tx.first(select(tables.user_task))
        timer = tx.first(select(tables.timer))

    assert (instance.state, instance.version, instance.status) == (b"state one", 1, "active")
    assert (task.id, task.status, task.candidate_groups) == ("i1.a1", "open", ["frontpersonale"])
    assert (timer.id, timer.due_at) == ("i1.t1", NOW + dt.timedelta(hours=1))


def test_an_exception_leaves_nothing_behind(store: Store, started: str) -> None:
    with pytest.raises(RuntimeError), store.begin(SYSTEM, NOW) as tx:
        tx.record(started, Advance(State(b"state two"), (user_task_created("a2"),)))
        assert len(tx.rows(select(tables.user_task))) == 2
        raise RuntimeError

    with store.begin(SYSTEM, NOW) as tx:
        assert tx.lock(started).state == b"state one"
        assert len(tx.rows(select(tables.user_task))) == 1
        assert tx.scalar(select(tables.stream.c.length).where(tables.stream.c.id == STREAM)) == 4


def test_several_advances_in_one_transaction_save_the_state_once(store: Store, started: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.record(
            started,
            Advance(State(b"two"), (TimerCancelled(element="paamind", element_instance="a1", timer="t1"),)),
        )
        tx.record(started, Advance(State(b"three"), (timer_scheduled("t2"),)))

    with store.begin(SYSTEM, NOW) as tx:
        instance = tx.lock(started)
    assert (instance.state, instance.version) == (b"three", 2)


def test_completing_a_user_task_that_is_completed_is_a_conflict(store: Store, started: str) -> None:
    done = UserTaskCompleted(element="vurder", element_instance="a1")
    with store.begin(SYSTEM, NOW) as tx:
        tx.record(started, Advance(State(b"two"), (done,)))

    with pytest.raises(Conflict), store.begin(SYSTEM, NOW) as tx:
        tx.record(started, Advance(State(b"three"), (done,)))


def test_a_state_that_changed_meanwhile_is_a_conflict(store: Store, started: str) -> None:
    with pytest.raises(Conflict), store.begin(SYSTEM, NOW) as tx:
        instance = tx.lock(started)
        instance.version = 7
        tx.record(instance, Advance(State(b"two"), ()))


def test_what_is_written_while_the_history_is_thought_of_is_undone_with_it(
    store: Store, started: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise LookupError

    with monkeypatch.context() as patch:
        patch.setattr(Tx, "_write_history", fail)
        with pytest.raises(LookupError), store.begin(SYSTEM, NOW) as tx:
            tx.record(started, Advance(State(b"two"), (user_task_created("a2"),)))
    with store.begin(SYSTEM, NOW) as tx:  # over the same connection
        tx.record(started, Advance(State(b"three"), (user_task_created("a3"),)))

    with store.reading(NOW) as tx:
        found = tx.rows(select(tables.user_task.c.element_instance).order_by("element_instance"))
        assert [row.element_instance for row in found] == ["a1", "a3"]
        assert tx.look(started).version == 2


def test_a_connection_serves_on_after_a_refusal_that_nobody_heard(
    store: Store, started: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object) -> None:
        raise LookupError

    with monkeypatch.context() as patch:
        patch.setattr(Tx, "_write_history", fail)
        with pytest.raises(LookupError), store.begin(SYSTEM, NOW) as tx:
            ended = UserTaskCompleted(element="vurder", element_instance="nothing")
            tx.record(started, Advance(State(b"two"), (ended,)))

    with store.begin(SYSTEM, NOW) as tx:
        assert tx.lock(started).version == 1


def test_an_unknown_instance_is_not_found(store: Store) -> None:
    with pytest.raises(NotFound), store.begin(SYSTEM, NOW) as tx:
        tx.lock("nobody")


def test_the_history_keeps_events_in_order_and_whole(store: Store, started: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        rows = history.events(tx, STREAM)
        entries = tx.rows(select(tables.history).where(tables.history.c.stream == STREAM))

    assert [row.seq for row in rows] == [1, 2, 3, 4]
    whole = {"definition": "p:1", "case_code": "SAG-1"}
    assert rows[0].event == InstanceStarted(process="p", variables={"x": True}, **whole)
    assert rows[2].event == user_task_created()
    assert rows[3].event == timer_scheduled()
    assert {row.actor for row in rows} == {"anna"}
    assert {row.request_id for row in rows} == {"r-1"}
    assert rows[3].element == "paamind"
    assert [(entry.size, entry.kind) for entry in entries] == [
        (4, "InstanceStarted ElementEntered UserTaskCreated TimerScheduled")
    ]


def test_events_are_found_by_number_kind_and_instance_also_within_an_entry(
    store: Store, started: str
) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(STREAM, domain.IntakeRefused(source="api", line=None, fields=()))

    with store.reading(NOW) as tx:
        assert [row.seq for row in history.events(tx, STREAM, after=2)] == [3, 4, 5]
        assert [row.seq for row in history.events(tx, STREAM, after=2, limit=2)] == [3, 4]
        assert [row.seq for row in history.events(tx, STREAM, after=4)] == [5]
        assert [row.seq for row in history.events(tx, STREAM, kinds=["TimerScheduled"])] == [4]
        assert [row.seq for row in history.events(tx, STREAM, kinds=["Timer"])] == []
        assert len(history.events_of_instance(tx, "i1")) == 4
        assert history.elements_of_instance(tx, "i1", "UserTaskCreated") == ["vurder"]


def test_an_event_that_the_first_installations_stored_by_itself_is_read_and_verifies(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(STREAM, domain.IntakeRefused(source="new", line=1, fields=()))
        payload = canonical_json({"e": {"source": "old", "line": 2, "fields": []}, "r": "r-0"})
        row = {
            "stream": STREAM,
            "seq": 2,
            "at": NOW,
            "actor": "anna",
            "kind": "IntakeRefused",
            "instance": None,
            "element": None,
            "sealed_payload": tx.seal(STREAM, "history|2", payload),
        }
    with store.begin(SYSTEM, NOW) as tx:
        head = tx.stream(STREAM).head
        tx.insert(tables.history, **row, size=1, prev_hash=head, hash=event_hash(head, **row))
        tx.update(
            tables.stream, {"id": STREAM}, {"length": 2, "head": event_hash(head, **row)}, attempt="append"
        )

    with store.reading(NOW) as tx:
        old = history.events(tx, STREAM)[1]
        stream = next(each for each in history.streams(tx) if each.id == STREAM)
        broken = verify(STREAM, history.sealed(tx, STREAM), length=stream.length, head=stream.head)
    assert (old.event, old.request_id) == (domain.IntakeRefused(source="old", line=2, fields=()), "r-0")
    assert broken is None


def test_an_event_that_concerns_another_stream_leaves_a_reference_there(store: Store) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(
            "case:SAG-2", domain.IntakeRefused(source="api", line=None, fields=()), concerns=["case:SAG-3"]
        )

    with store.begin(SYSTEM, NOW) as tx:
        (row,) = history.events(tx, "case:SAG-3")
    event = row.event
    assert (event.stream, event.seq, event.kind) == ("case:SAG-2", 1, "IntakeRefused")


def test_appending_to_a_stream_of_no_known_kind_is_refused(store: Store) -> None:
    with pytest.raises(NotFound), store.begin(SYSTEM, NOW) as tx:
        tx.append("nonsense", SettingChanged(key="a", value=True))


def test_a_sealed_payload_opens_only_at_its_own_place(store: Store, started: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        sealed = tx.first(select(tables.history.c.sealed_payload)).sealed_payload
        with pytest.raises(SealBroken):
            tx.open(STREAM, "history|2", sealed)


def test_without_the_stream_key_nothing_opens_and_nothing_can_be_added(store: Store, started: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.update(tables.stream, {"id": STREAM}, {"wrapped_key": None}, attempt="destroy a key")

    with store.begin(SYSTEM, NOW) as tx:
        sealed = tx.first(select(tables.history.c.sealed_payload)).sealed_payload
        assert tx.open(STREAM, "history|1", sealed) is None
        with pytest.raises(Conflict):
            tx.lock(started)


def test_a_confidential_attribute_is_stored_as_ciphertext_and_found_by_its_keyed_hash(store: Store) -> None:
    event = domain.RecordCreated(
        record="b1",
        entity="Barn",
        case="SAG-1",
        open={"distrikt": "nord"},
        secret={"cpr": "0101160001"},
        search={"cpr": "0101160001"},
    )
    with store.begin(SYSTEM, NOW) as tx:
        tx.append(STREAM, event)

    with store.begin(SYSTEM, NOW) as tx:
        row = tx.first(select(tables.record))
        digest = tx.digest("Barn.cpr", "0101160001")
        found = tx.scalar(select(tables.search_key.c.record).where(tables.search_key.c.digest == digest))
    assert row.open == {"distrikt": "nord"}
    assert "0101160001" not in str(row)
    assert found == "b1"


def test_claiming_writes_the_row_and_the_history_together(store: Store, started: str) -> None:
    claimed = UserTaskClaimed(element="vurder", element_instance="a1", assignee="anna")
    with store.begin(SYSTEM, NOW) as tx:
        instance = tx.lock(started)
        tx.append(STREAM, claimed, instance=instance)

    with store.begin(SYSTEM, NOW) as tx:
        assert tx.scalar(select(tables.user_task.c.assignee)) == "anna"
        (row,) = history.events(tx, STREAM, kinds=["UserTaskClaimed"])
    assert (row.instance, row.element) == ("i1", "vurder")


def test_an_ended_instance_resolves_its_incidents_and_says_when(store: Store, started: str) -> None:
    with store.begin(SYSTEM, NOW) as tx:
        tx.record(started, Advance(State(b""), (InstanceCompleted(end_elements=("slut",), variables={}),)))

    with store.begin(SYSTEM, NOW) as tx:
        row = tx.first(select(tables.instance))
    assert (row.status, row.ended_at, row.end_elements) == ("completed", NOW, ["slut"])


def test_two_writers_on_one_case_never_lose_an_event(store: Store, started: str) -> None:
    def write(number: int) -> None:
        for _ in range(10):
            with store.begin(Actor(f"p{number}"), NOW) as tx:
                instance = tx.lock(started)
                count = int(instance.state.removeprefix(b"state one") or b"0")
                tx.record(
                    instance, Advance(State(b"state one%d" % (count + 1)), (user_task_created(tx.new_id()),))
                )

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with store.begin(SYSTEM, NOW) as tx:
        assert tx.lock(started).state == b"state one40"
        assert tx.scalar(select(tables.stream.c.length).where(tables.stream.c.id == STREAM)) == 44


def test_reading_does_not_wait_for_a_writer(store: Store, started: str) -> None:
    with store.begin(SYSTEM, NOW) as writer:
        writer.record(writer.lock(started), Advance(State(b"two"), (user_task_created("a2"),)))
        writer.rows(select(tables.user_task))
        with store.reading(NOW) as reader:
            assert len(reader.rows(select(tables.user_task))) == 1


def test_a_failed_attempt_is_undone_and_the_transaction_goes_on(store: Store, started: str) -> None:
    def record(number: int) -> domain.RecordCreated:
        return domain.RecordCreated(record=f"b{number}", entity="Barn", case=None, open={}, secret={})

    with store.begin(SYSTEM, NOW) as tx:
        tx.append(STREAM, record(1))
        tx.append("case:SAG-9", domain.IntakeRefused(source="before", line=None, fields=()))
        with pytest.raises(RuntimeError), tx.attempt():
            tx.append(STREAM, record(2))
            tx.append("case:SAG-2", record(3))
            tx.append("case:SAG-9", record(4))
            tx.update(tables.user_task, {"id": "i1.a1"}, {"assignee": "bo"}, attempt="assign")
            raise RuntimeError
        with tx.attempt():
            tx.append(STREAM, record(5))
            tx.update(tables.user_task, {"id": "i1.a1"}, {"priority": 7}, attempt="hurry")
        tx.append(STREAM, record(6))

    with store.begin(SYSTEM, NOW) as tx:
        ids = {row.id for row in tx.rows(select(tables.record))}
        kinds = [row.kind for found in history.streams(tx) for row in history.events(tx, found.id)]
        task = tx.first(select(tables.user_task))
        streams = {row.id for row in tx.rows(select(tables.stream))}
    assert ids == {"b1", "b5", "b6"}
    assert kinds.count("RecordCreated") == 3
    assert kinds.count("IntakeRefused") == 1
    assert (task.assignee, task.priority) == (None, 7)
    assert "case:SAG-2" not in streams


def test_a_transaction_inside_another_is_refused_instead_of_waiting_for_it(store: Store) -> None:
    refused = pytest.raises(RuntimeError, match="one writing transaction")
    with store.begin(SYSTEM, NOW), refused, store.begin(SYSTEM, NOW):
        pass
    with store.begin(SYSTEM, NOW) as tx:
        assert tx.rows(select(tables.instance)) == []
