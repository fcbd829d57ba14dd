"""Rows of process instances, and of what is decided about many of them: altered, they are named."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from sqlalchemy import text

from flowcase.access.actor import SYSTEM
from flowcase.bootstrap import Flowcase
from flowcase.services.operating.batches import Asked, Batches
from flowcase.services.operating.migrations import Migrations
from flowcase.services.proving import altered_rows
from flowcase.store import Store, tx
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import call, end, process, start, user_task
from tests.services.test_batches import OTHER, WHY

Said = Callable[[str], list[str]]


class _PutBack(Exception):
    """Nothing of it is kept."""


@pytest.fixture
def ids(flow: Flowcase, deploy: Callable[..., Any]) -> dict[str, str]:
    """Instances that run, ended, were suspended, moved and taken back, call and are called; lists of them."""
    deploy(
        process("p", start(), user_task("a"), end()),
        process("k", start(), call("kald", "p"), end()),
        process("q", start(), user_task("a"), end()),
    )
    begun = {"ended": flow.instances.start("p", actor=OPERATOR)}
    active = Asked(process="p", version=1, status="active")
    begun["cancel"] = flow.batches.plan(active, "cancel", reason=WHY, actor=OPERATOR)
    flow.batches.run(begun["cancel"], actor=OTHER)
    _work_off(flow)
    begun |= {
        name: flow.instances.start("p", actor=OPERATOR)
        for name in ("running", "completed", "cancelled", "suspended", "moved", "back")
    }
    begun["caller"] = flow.instances.start("k", actor=OPERATOR)
    [begun["called"]] = flow.instances.get(begun["caller"]).children
    flow.user_tasks.complete(f"{begun['completed']}.2", {}, actor=OPERATOR)
    flow.instances.cancel(begun["cancelled"], reason=WHY, actor=OPERATOR)
    flow.instances.suspend(begun["suspended"], reason=WHY, actor=OPERATOR)
    deploy(process("p", start(), user_task("a"), user_task("b"), end()))
    begun["move"] = _move(flow, [begun["moved"]])
    begun["undone"] = _move(flow, [begun["back"]])
    flow.migrations.undo(begun["undone"], reason=WHY, actor=OPERATOR)
    _work_off(flow)
    begun["batch"] = flow.batches.plan(active, "migrate", target="2", reason=WHY, actor=OPERATOR)
    flow.batch_mappings.correct(begun["batch"], "p:1", {"a": "b"}, actor=OPERATOR)
    flow.suspensions.suspend("p", reason=WHY, actor=OPERATOR, version=2)
    for name in ("held", "already", "let go"):
        begun[name] = flow.instances.start("q", actor=OPERATOR)
    begun["hold"] = _plan_to_suspend(flow)
    flow.instances.suspend(begun["already"], reason=WHY, actor=OPERATOR)
    flow.instances.cancel(begun["let go"], reason=WHY, actor=OPERATOR)
    flow.batches.run(begun["hold"], actor=OTHER)
    _work_off(flow)
    suspended = Asked(process="q", status="suspended")
    begun["again"] = flow.batches.plan(suspended, "resume", reason=WHY, actor=OPERATOR)
    flow.batches.run(begun["again"], actor=OTHER)
    _work_off(flow)
    begun["free"] = flow.instances.start("q", actor=OPERATOR)
    begun["later"] = _plan_to_suspend(flow)
    begun["with"] = str(flow.suspensions.suspend("k", reason=WHY, actor=OPERATOR, with_instances=True))
    _work_off(flow)
    return begun


def _plan_to_suspend(flow: Flowcase) -> str:
    asked = Asked(process="q", status="active")
    return flow.batches.plan(asked, "suspend", reason=WHY, actor=OPERATOR)


def _move(flow: Flowcase, only: Iterable[str]) -> str:
    id = flow.migrations.plan("p:1", "p:2", reason=WHY, actor=OPERATOR, only=only)
    flow.migrations.run(id, actor=OTHER)
    _work_off(flow)
    return id


def _work_off(flow: Flowcase) -> None:
    while flow.batch_work.run_waiting() or flow.migration_work.run_waiting():
        pass


@pytest.fixture
def said(flow: Flowcase, store: Store, ids: dict[str, str]) -> Said:
    return said_after(flow, store, ids)


def said_after(flow: Flowcase, store: Store, ids: dict[str, str]) -> Said:
    """What is said of rows after a statement, which is taken back."""

    def said(statement: str) -> list[str]:
        found: list[str] = []
        try:
            with store.begin(SYSTEM, flow.clock.now()) as open_one:
                loose = "PRAGMA defer_foreign_keys = ON" if store.is_sqlite else _UNTIED
                open_one.execute(text(loose))
                open_one.execute(text(statement.format(**ids)))
                found += [str(each) for each in altered_rows.compare(open_one, casework=True)]
                raise _PutBack
        except _PutBack:
            return found

    return said


_UNTIED = "SET LOCAL session_replication_role = replica"
# what somebody with the database may do -> the statement, and what is said
ALTERED = {
    "a running instance said to be done": (
        "UPDATE instance SET status = 'completed' WHERE id = '{running}'",
        "Instance {running}: status is not what the history tells.",
    ),
    "one that was cancelled said to be done": (
        "UPDATE instance SET status = 'completed' WHERE id = '{cancelled}'",
        "Instance {cancelled}: status is not what the history tells.",
    ),
    "one that is suspended said to run": (
        "UPDATE instance SET status = 'active' WHERE id = '{suspended}'",
        "Instance {suspended}: status is not what the history tells.",
    ),
    "another case": (
        "UPDATE instance SET case_code = 'SAG-1' WHERE id = '{running}'",
        "Instance {running}: case_code is not what the history tells.",
    ),
    "another version": (
        "UPDATE instance SET definition = 'p:2' WHERE id = '{running}'",
        "Instance {running}: definition is not what the history tells.",
    ),
    "the version before it was moved": (
        "UPDATE instance SET definition = 'p:1' WHERE id = '{moved}'",
        "Instance {moved}: definition is not what the history tells.",
    ),
    "a move forgotten": (
        "UPDATE instance SET migrated_version = NULL WHERE id = '{moved}'",
        "Instance {moved}: migrated_version is not what the history tells.",
    ),
    "another process": (
        "UPDATE instance SET process = 'k' WHERE id = '{completed}'",
        "Instance {completed}: process is not what the history tells.",
    ),
    "a caller taken away": (
        "UPDATE instance SET parent = NULL, parent_element_instance = NULL, depth = 0 WHERE id = '{called}'",
        "Instance {called}: parent, parent_element_instance, depth is not what the history tells.",
    ),
    "another rule set": (
        "UPDATE instance SET rule_set = 'x:1' WHERE id = '{running}'",
        "Instance {running}: rule_set is not what the history tells.",
    ),
    "a key by which another message finds it": (
        "UPDATE instance SET start_key = '7' WHERE id = '{running}'",
        "Instance {running}: start_key is not what the history tells.",
    ),
    "a later end": (
        "UPDATE instance SET ended_at = '2031-01-01 00:00:00.000000' WHERE id = '{completed}'",
        "Instance {completed}: ended_at is not what the history tells.",
    ),
    "an earlier beginning": (
        "UPDATE instance SET started_at = '2021-01-01 00:00:00.000000' WHERE id = '{completed}'",
        "Instance {completed}: started_at is not what the history tells.",
    ),
    "another end": (
        "UPDATE instance SET end_elements = '[\"x\"]' WHERE id = '{completed}'",
        "Instance {completed}: end_elements is not what the history tells.",
    ),
    "another stream": (
        "UPDATE instance SET stream = 'process:{running}' WHERE id = '{completed}'",
        "Instance {completed}: stream is not what the history tells.",
    ),
    "an instance deleted": (
        "DELETE FROM instance WHERE id = '{completed}'",
        "Instance {completed}: is gone.",
    ),
    "an instance made up": (
        "INSERT INTO instance (id, process, definition, depth, stream, status, started_at) SELECT "
        "'made up', process, definition, 0, stream, 'completed', started_at FROM instance "
        "WHERE id = '{completed}'",
        "Instance made up: no event led to it.",
    ),
    "a process let go on": (
        "DELETE FROM suspension WHERE scope = 'p:2'",
        "Suspension p:2: is gone, and no event resumed the process.",
    ),
    "a process stopped": (
        "INSERT INTO suspension (scope, process, reason, at, actor) SELECT 'p', 'p', reason, at, actor "
        "FROM suspension WHERE scope = 'p:2'",
        "Suspension p: no event suspended the process.",
    ),
    "who stopped a process": (
        "UPDATE suspension SET actor = 'anna', reason = 'x' WHERE scope = 'p:2'",
        "Suspension p:2: reason, actor is not what the history tells.",
    ),
    "which process is stopped": (
        "UPDATE suspension SET process = 'q', version = 7, batch = '{batch}', "
        "at = '2031-01-01 00:00:00.000000' WHERE scope = 'p:2'",
        "Suspension p:2: process, version, at, batch is not what the history tells.",
    ),
    "a batch let run": (
        "UPDATE batch SET status = 'running', decided_by = 'otto' WHERE id = '{batch}'",
        "Batch {batch}: status, decided_by is not what the history tells.",
    ),
    "another act on many": (
        "UPDATE batch SET act = 'cancel', reason = 'x', at = '2031-01-01 00:00:00.000000', actor = 'otto' "
        "WHERE id = '{batch}'",
        "Batch {batch}: act, reason, at, actor is not what the history tells.",
    ),
    "what is done to many": (
        "UPDATE batch SET details = '{{}}', asked = '{{}}' WHERE id = '{batch}'",
        "Batch {batch}: asked, details is not what the history tells.",
    ),
    "an instance taken out of a batch": (
        "DELETE FROM batch_item WHERE batch = '{batch}' AND instance = '{running}'",
        "Batch {batch}: its instances are not those that were chosen.",
    ),
    "an instance put into a batch": (
        "INSERT INTO batch_item (batch, instance, number, status, because) VALUES "
        "('{batch}', '{completed}', 99, 'waiting', '')",
        "Batch {batch}: its instances are not those that were chosen.",
    ),
    "another instance in a batch": (
        "UPDATE batch_item SET instance = '{cancelled}' WHERE batch = '{batch}' AND instance = '{running}'",
        "Batch {batch}: its instances are not those that were chosen.",
    ),
    "another version in a batch": (
        "UPDATE batch_item SET source = 'p:2' WHERE batch = '{batch}' AND instance = '{running}'",
        "Batch {batch}: its instances are not those that were chosen.",
    ),
    "a batch that is not through": (
        "UPDATE batch_item SET status = 'waiting' WHERE batch = '{with}'",
        "Batch {with}: status is done, but 1 of its instances are waiting.",
    ),
    "an instance that a batch is said to have moved": (
        "UPDATE batch_item SET status = 'done' WHERE batch = '{batch}' AND instance = '{running}'",
        "Batch {batch}: what became of instance {running} is not what the history tells.",
    ),
    "an instance that a batch is said to have left alone": (
        "UPDATE batch_item SET status = 'refused', because = 'x' WHERE batch = '{cancel}'",
        "Batch {cancel}: what became of instance {ended} is not what the history tells.",
    ),
    "an instance that is said not to have been moved": (
        "UPDATE migration_item SET status = 'refused' WHERE migration = '{move}'",
        "Move {move}: what became of instance {moved} is not what the history tells.",
    ),
    "an instance that is said to have been taken back": (
        "UPDATE migration_item SET status = 'undone' WHERE migration = '{move}'",
        "Move {move}: what became of instance {moved} is not what the history tells.",
    ),
    "an instance that is said not to have been taken back": (
        "UPDATE migration_item SET status = 'undo_refused' WHERE migration = '{undone}'",
        "Move {undone}: what became of instance {back} is not what the history tells.",
    ),
    "an instance that is said to have been suspended later": (
        "UPDATE batch_item SET done_at = '2031-01-01 00:00:00.000000' WHERE batch = '{hold}' AND instance = "
        "'{held}'",
        "Batch {hold}: what became of instance {held} is not what the history tells.",
    ),
    "an instance that is said not to have been suspended": (
        "UPDATE batch_item SET status = 'refused', because = 'x' WHERE batch = '{hold}' AND instance = "
        "'{held}'",
        "Batch {hold}: what became of instance {held} is not what the history tells.",
    ),
    "an instance that is said not to have been resumed": (
        "UPDATE batch_item SET status = 'refused', because = 'x' WHERE batch = '{again}' AND instance = "
        "'{held}'",
        "Batch {again}: what became of instance {held} is not what the history tells.",
    ),
    "an instance that had ended said to have been suspended": (
        "UPDATE batch_item SET status = 'done' WHERE batch = '{hold}' AND instance = '{let go}'",
        "Batch {hold}: what became of instance {let go} is not what the history tells.",
    ),
    "an instance that is said to have been suspended before its turn": (
        "UPDATE batch_item SET status = 'done', done_at = '2026-03-02 08:00:00.000000' WHERE batch = "
        "'{later}' AND instance = '{free}'",
        "Batch {later}: what became of instance {free} is not what the history tells.",
    ),
    "an instance that was suspended before said to have been when it was not": (
        "UPDATE batch_item SET done_at = '2026-01-01 00:00:00.000000' WHERE batch = '{hold}' AND instance = "
        "'{already}'",
        "Batch {hold}: what became of instance {already} is not what the history tells.",
    ),
    "an instance that is said to have been moved at another time": (
        "UPDATE migration_item SET done_at = '2031-01-01 00:00:00.000000' WHERE migration = '{move}'",
        "Move {move}: what became of instance {moved} is not what the history tells.",
    ),
    "a batch deleted": ("DELETE FROM batch WHERE id = '{batch}'", "Batch {batch}: is gone."),
    "a batch made up": (
        "INSERT INTO batch SELECT 'made up', act, asked, details, reason, status, at, actor, decided_by "
        "FROM batch WHERE id = '{batch}'",
        "Batch made up: no event planned it.",
    ),
    "who said yes to a move": (
        "UPDATE migration SET decided_by = 'anna', actor = 'anna' WHERE id = '{move}'",
        "Move {move}: actor, decided_by is not what the history tells.",
    ),
    "which element takes over": (
        "UPDATE migration SET mapping = '{{}}', reason = 'x' WHERE id = '{move}'",
        "Move {move}: mapping, reason is not what the history tells.",
    ),
    "where instances were moved": (
        "UPDATE migration SET source = 'k:1', target = 'p:1', process = 'k', at = "
        "'2031-01-01 00:00:00.000000' WHERE id = '{move}'",
        "Move {move}: process, source, target, at is not what the history tells.",
    ),
    "a move that was taken back": (
        "UPDATE migration SET status = 'done' WHERE id = '{undone}'",
        "Move {undone}: status is not what the history tells.",
    ),
    "an instance of a move": (
        "UPDATE migration_item SET instance = '{running}' WHERE migration = '{move}'",
        "Move {move}: its instances are not those that were chosen.",
    ),
    "a move deleted": ("DELETE FROM migration WHERE id = '{move}'", "Move {move}: is gone."),
    "a move made up": (
        "INSERT INTO migration SELECT 'made up', process, source, target, mapping, reason, status, at, "
        "actor, decided_by FROM migration WHERE id = '{move}'",
        "Move made up: no event planned it.",
    ),
}


def test_rows_of_instances_that_say_what_the_history_tells_are_whole(
    flow: Flowcase, ids: dict[str, str]
) -> None:
    while_they_wait = flow.altered_rows.find(casework=True)

    flow.batches.run(ids["batch"], actor=OTHER)
    _work_off(flow)
    flow.suspensions.resume("k", reason=WHY, actor=OPERATOR, with_instances=True)
    flow.suspensions.resume("p", reason=WHY, actor=OPERATOR, version=2)
    _work_off(flow)
    flow.batches.undo(ids["batch"], reason=WHY, actor=OPERATOR)
    _work_off(flow)

    assert flow.batches.get(ids["batch"], actor=OPERATOR).row.status == "undone"
    assert while_they_wait == flow.altered_rows.find(casework=True) == []


def test_each_row_that_was_altered_is_named_with_what_was(said: Said, ids: dict[str, str]) -> None:
    found = {name: said(statement) for name, (statement, _) in ALTERED.items()}

    assert found == {name: [line.format(**ids)] for name, (_, line) in ALTERED.items()}


@pytest.fixture
def older(monkeypatch: pytest.MonkeyPatch) -> None:
    """Events are written as a release did that told less of instances and of what was planned."""
    monkeypatch.setattr(tx, "_TOLD_IN_PART", ())
    for service in (Batches, Migrations):
        tell = service._tell

        def told(self: Any, *args: Any, tell: Any = tell, **_: Any) -> None:
            tell(self, *args)

        monkeypatch.setattr(service, "_tell", told)


def test_what_an_older_release_wrote_is_compared_as_far_as_it_tells(
    older: None, said: Said, ids: dict[str, str]
) -> None:
    untold = {"another case", "another version", "a caller taken away", "another rule set"}
    untold |= {"a key by which another message finds it", "a move forgotten"}
    untold |= {"another instance in a batch", "another version in a batch"}
    in_part = {
        # Its mapping was corrected since.
        "what is done to many": "Batch {batch}: details is not what the history tells.",
        "an instance of a move": "Move {move}: what became of instance {running} is not what the history "
        "tells.",
        "who said yes to a move": "Move {move}: actor is not what the history tells.",
        "which element takes over": "Move {move}: reason is not what the history tells.",
    }
    whole = said("UPDATE instance SET process = process")

    found = {name: said(statement) for name, (statement, _) in ALTERED.items()}

    lines = {name: [] if name in untold else [in_part.get(name, line)] for name, (_, line) in ALTERED.items()}
    assert whole == []
    assert found == {name: [line.format(**ids) for line in each] for name, each in lines.items()}


def test_a_batch_that_ends_with_the_suspension_it_belonged_to_is_told(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(process("p", start(), user_task("a"), end()))
    for _ in range(3):
        flow.instances.start("p", actor=ANNA)
    batch = flow.suspensions.suspend("p", reason=WHY, actor=OPERATOR, with_instances=True)
    flow.batch_work.run_waiting(1)
    flow.suspensions.resume("p", reason="rettet", actor=OPERATOR, with_instances=True)
    _work_off(flow)

    acts = [row.event.act for row in _decided(flow) if row.event.batch == batch]
    assert acts == ["plan", "run", "stop"]
    assert flow.altered_rows.find(casework=True) == []


def _decided(flow: Flowcase) -> list[Any]:
    return [row for row in flow.history.of_stream("installation") if row.kind == "BatchDecided"]
