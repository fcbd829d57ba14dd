"""Running instances move to another version of their process, each with a verdict before and a way back."""

from __future__ import annotations

import datetime as dt

import pytest
import structlog

from flowcase.access.actor import Actor
from flowcase.errors import Conflict, Forbidden, Refused
from flowcase.handlers import Side
from flowcase.services.operating.migrations import MappingRefused
from flowcase.services.second_person import NeedsAnother
from flowcase.store import INSTALLATION, tables
from flowcase.store.queries import migrations as move_rows
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import (
    boundary,
    call,
    catch,
    end,
    message,
    process,
    service_task,
    signal,
    start,
    timer,
    user_task,
)

OWNER = Actor("ole", groups=frozenset({"procesejer"}))
TERMINAL = Actor("terminal:drift", groups=frozenset({"administrator"}), kind="terminal")
WHY = "Ny lovgivning"


def duration(text):
    return timer("timeDuration", text)


def drawn(*nodes, **options):
    return process("sag", start(), *nodes, end(), **options)


def move(flow, source="sag:1", target="sag:2", mapping=None, **options):
    """Plan, look, run to the end; the plan's id."""
    id = flow.migrations.plan(source, target, mapping, reason=WHY, actor=OWNER, **options)
    flow.migrations.preview(id, actor=OWNER)
    flow.migrations.run(id, actor=OWNER)
    work(flow)
    return id


def work(flow):
    while flow.migration_work.run_waiting():
        pass


def verdicts(flow, id):
    return [(item.status, item.verdict.kind) for item in flow.migrations.items(id, actor=OWNER)]


def reasons(flow, id):
    [item] = flow.migrations.items(id, actor=OWNER)
    return [(each.code, each.element) for each in item.verdict.reasons]


def counted(flow):
    with flow.store.begin(OPERATOR, flow.clock.now()) as tx:
        return {
            table.name: len(
                [row for row in tx.rows(table.select()) if getattr(row, "status", "") in open_ones]
            )
            for table, open_ones in (
                (tables.user_task, ("open",)),
                (tables.timer, ("pending",)),
                (tables.message_subscription, ("",)),
                (tables.signal_subscription, ("",)),
                (tables.job, ("pending", "claimed")),
                (tables.incident, ("open",)),
            )
        }


def test_a_deployment_leaves_running_instances_alone(flow, deploy):
    deploy(drawn(user_task("a")))
    id = flow.instances.start("sag", actor=OPERATOR)

    deploy(drawn(user_task("a"), user_task("ny")))
    flow.user_tasks.complete(flow.user_tasks.list()[0].id, {}, actor=OPERATOR)

    assert flow.instances.get(id).status == "completed"


def test_every_instance_has_a_verdict_before_anything_is_done(flow, deploy):
    deploy(drawn(user_task("a"), user_task("b")))
    ids = [flow.instances.start("sag", actor=OPERATOR) for _ in range(2)]
    flow.user_tasks.complete(flow.user_tasks.list()[0].id, {}, actor=OPERATOR)
    deploy(drawn(user_task("a")))

    id = flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=OWNER)
    items = flow.migrations.preview(id, actor=OWNER)

    assert [(item.status, item.verdict.kind) for item in items] == [
        ("waiting", "refused"), ("waiting", "unchanged")]  # fmt: skip
    assert [each.code for each in items[0].verdict.reasons] == ["no_successor"]
    assert {flow.instances.get(each).version for each in ids} == {1}


def test_a_moved_user_task_keeps_its_key_assignee_and_draft_and_the_added_one_comes_next(flow, deploy):
    deploy(drawn(user_task("a", groups="fronten")))
    id = flow.instances.start("sag", actor=OPERATOR)
    [task] = flow.user_tasks.list()
    flow.user_tasks.claim(task.id, actor=ANNA)
    flow.user_tasks.save_draft(task.id, {"tekst": "halvt"}, actor=ANNA)
    deploy(drawn(user_task("a", groups="fronten"), user_task("ny", groups="fronten")))

    move(flow)

    [moved] = flow.user_tasks.list()
    assert (moved.id, moved.assignee, moved.definition) == (task.id, "anna", "sag:2")
    assert flow.user_tasks.draft(task.id, actor=ANNA) == {"tekst": "halvt"}
    flow.user_tasks.complete(task.id, {}, actor=ANNA)
    assert [row.element for row in flow.user_tasks.list()] == ["ny"]
    assert flow.instances.get(id).version == 2
    assert flow.consistency.check() == []


def test_a_task_with_another_id_and_group_goes_to_who_has_it_now(flow, deploy):
    deploy(drawn(user_task("a", groups="fronten")))
    flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("b", groups="familieteam")))

    id = move(flow, mapping={"start": "start", "a": "b", "end": "end"})

    [row] = flow.user_tasks.list()
    assert (row.element, row.name, list(row.candidate_groups)) == ("b", "b", ["familieteam"])
    assert reasons(flow, id) == [("task_redrawn", "b")]
    assert flow.consistency.check() == []


def test_a_changed_timer_is_computed_from_where_it_began_and_fires_then(flow, deploy, clock):
    deploy(drawn(catch("vent", duration("P42D")), user_task("b")))
    flow.instances.start("sag", actor=OPERATOR)
    begun = clock.now()
    clock.advance(dt.timedelta(days=10))
    deploy(drawn(catch("vent", duration("P35D")), user_task("b")))

    id = move(flow)

    [row] = flow.timers.list()
    assert row.due_at.date() == (begun + dt.timedelta(days=35)).date()
    assert reasons(flow, id) == [("timer_recomputed", "vent")]
    clock.set(row.due_at)
    flow.timers.fire_due()
    assert [row.element for row in flow.user_tasks.list()] == ["b"]


def test_a_message_that_was_buffered_reaches_who_waits_for_it_by_the_new_version(flow, deploy):
    inside, roots = message("svar", '="S-1"')
    deploy(drawn(catch("vent", inside, roots), user_task("b")))
    flow.instances.start("sag", actor=OPERATOR)
    flow.messages.correlate("nyt", "S-1", actor=OPERATOR)
    inside, roots = message("nyt", '="S-1"')
    deploy(drawn(catch("vent", inside, roots), user_task("b")))

    move(flow)

    assert [row.element for row in flow.user_tasks.list()] == ["b"]
    assert flow.consistency.check() == []


def test_a_job_in_flight_is_done_under_the_new_version_and_counts_once(register, flow, deploy):
    done = []

    def send(job, case):
        done.append(job.type)
        if len(done) == 1:
            move(flow)
        return {}

    register("send", send, Side.OUTSIDE)
    deploy(drawn(service_task("send", "send"), user_task("b")))
    id = flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(service_task("send", "send"), user_task("ny"), user_task("b")))

    flow.jobs.run_due()

    assert len(done) == 1
    assert flow.instances.get(id).version == 2
    assert [row.element for row in flow.user_tasks.list()] == ["ny"]


def test_a_calling_instance_moves_and_what_it_called_stays_with_its_own_version(flow, deploy):
    deploy(drawn(call("kald", "andet")), process("andet", start(), user_task("inde"), end()))
    id = flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(call("kald", "andet"), user_task("ny")))

    move(flow)
    flow.user_tasks.complete(flow.user_tasks.list()[0].id, {}, actor=OPERATOR)

    assert [(row.element, row.instance) for row in flow.user_tasks.list()] == [("ny", id)]


def test_an_incident_moves_with_its_element_and_can_be_tried_again(register, flow, deploy):
    def fails(job, case):
        raise ValueError("nede")

    register("fejl", fails)
    register("virker", lambda job, case: {})
    deploy(drawn(service_task("a", "fejl"), user_task("b")))
    flow.instances.start("sag", actor=OPERATOR)
    [incident] = flow.incidents.list()
    deploy(drawn(service_task("b1", "virker"), user_task("b")))

    move(flow, mapping={"start": "start", "a": "b1", "b": "b", "end": "end"})

    [moved] = flow.incidents.list()
    assert (moved.id, moved.element) == (incident.id, "b1")
    flow.incidents.retry(moved.id, actor=OPERATOR, reason="prøve")
    assert [row.element for row in flow.user_tasks.list()] == ["b"]


def test_going_back_across_a_move_is_refused_with_the_reason(flow, deploy):
    deploy(drawn(user_task("a"), user_task("b")))
    id = flow.instances.start("sag", actor=OPERATOR)
    flow.user_tasks.complete(flow.user_tasks.list()[0].id, {}, actor=OPERATOR)
    [step] = flow.going_back.steps(id, actor=OPERATOR)
    deploy(drawn(user_task("b")))
    move(flow)

    assert flow.going_back.steps(id, actor=OPERATOR) == []
    with pytest.raises(Conflict, match="moved to another version"):
        flow.going_back.preview(id, step.element_instance, actor=OPERATOR)


def test_a_paused_move_moves_nothing_until_it_is_resumed(flow, deploy):
    deploy(drawn(user_task("a")))
    for _ in range(4):
        flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("a"), user_task("ny")))
    id = flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=OWNER)
    flow.migrations.run(id, actor=OWNER)
    flow.migration_work.run_waiting(limit=3)

    flow.migrations.pause(id, actor=OWNER)
    moved = flow.migration_work.run_waiting()

    assert moved == 0
    assert flow.migrations.get(id, actor=OWNER).counts == {"moved": 3, "waiting": 1}
    flow.migrations.resume(id, actor=OWNER)
    work(flow)
    assert flow.migrations.get(id, actor=OWNER).row.status == "done"
    assert flow.migrations.get(id, actor=OWNER).counts == {"moved": 4}


def test_an_instance_whose_worker_died_is_taken_over_when_the_lease_has_run_out(
    flow, deploy, clock, monkeypatch
):
    deploy(drawn(user_task("a")))
    flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("a"), user_task("ny")))
    id = flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=OWNER)
    flow.migrations.run(id, actor=OWNER)

    def die(*_):
        raise SystemExit

    with monkeypatch.context() as patched, pytest.raises(SystemExit):
        patched.setattr(flow.migration_work, "_work_off", die)
        flow.migration_work.run_waiting()

    before = flow.migration_work.run_waiting()
    is_open = flow.migrations.get(id, actor=OWNER).row.status
    clock.advance(dt.timedelta(minutes=3))
    after = flow.migration_work.run_waiting()

    assert (before, is_open, after) == (0, "running", 1)


@pytest.mark.parametrize("is_undone", [False, True], ids=["move", "undo"])
def test_a_fault_of_the_engine_ends_the_move_of_its_instance_alone(flow, deploy, monkeypatch, is_undone):
    deploy(drawn(user_task("a")))
    poisoned, _ = (flow.instances.start("sag", actor=OPERATOR) for _ in range(2))
    deploy(drawn(user_task("a"), user_task("ny")))
    if is_undone:
        id = move(flow)
    else:
        id = flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=OWNER)
    before = flow.instances.get(poisoned).row
    carry_on = flow.migration_work._moves._advancing.carry_on

    said = []

    def fail(tx, instance, command):
        said.append(structlog.contextvars.get_contextvars())
        if instance.id == poisoned:
            raise KeyError("Alma Hestbæk")
        return carry_on(tx, instance, command)

    monkeypatch.setattr(flow.migration_work._moves._advancing, "carry_on", fail)
    if is_undone:
        flow.migrations.undo(id, reason=WHY, actor=OWNER)
    else:
        flow.migrations.run(id, actor=OWNER)
    work(flow)

    plan = flow.migrations.get(id, actor=OWNER)
    by_instance = {item.instance: item for item in flow.migrations.items(id, actor=OWNER)}
    # Every line that is logged meanwhile says which plan and which instance it is about.
    assert sorted(said, key=str) == sorted(
        ({"migration": id, "instance": each} for each in by_instance), key=str
    )
    assert structlog.contextvars.get_contextvars() == {}
    item = by_instance.pop(poisoned)
    assert plan.row.status == ("undone" if is_undone else "done")
    assert item.status == ("undo_refused" if is_undone else "refused")
    assert [(each.code, each.detail) for each in item.verdict.reasons] == [("fault", "KeyError")]
    assert [each.status for each in by_instance.values()] == ["undone" if is_undone else "moved"]
    assert flow.instances.get(poisoned).row == before


def test_undoing_brings_back_tasks_timers_and_messages_and_refuses_who_has_gone_on(flow, deploy):
    inside, roots = signal("stop")
    deploy(drawn(user_task("a"), user_task("b"), aside=(boundary("f", "a", duration("P42D"), to="end"),)))
    ids = [flow.instances.start("sag", actor=OPERATOR) for _ in range(3)]
    before, due = counted(flow), {row.due_at for row in flow.timers.list()}
    deploy(drawn(user_task("a"), user_task("b"), aside=(boundary("s", "a", inside, to="end", roots=roots),)))
    id = move(flow)
    between = counted(flow)
    gone_on = flow.user_tasks.list()[0]
    flow.user_tasks.complete(gone_on.id, {}, actor=OPERATOR)

    flow.migrations.undo(id, reason="Forkert udgave", actor=OWNER)
    work(flow)

    assert (between["timer"], between["signal_subscription"]) == (0, 3)
    assert flow.migrations.get(id, actor=OWNER).counts == {"undone": 2, "undo_refused": 1}
    after = counted(flow)
    assert (after["user_task"], after["timer"], after["signal_subscription"]) == (before["user_task"], 2, 0)
    assert {row.due_at for row in flow.timers.list()} == due
    assert sorted(flow.instances.get(each).version for each in ids) == [1, 1, 2]
    [refused] = flow.migrations.items(id, actor=OWNER, status="undo_refused")
    assert (refused.instance, refused.verdict.reasons[0].code) == (gone_on.instance, "gone_on")
    assert flow.consistency.check() == []


def test_the_history_tells_of_the_move_with_both_versions_and_the_mapping(flow, deploy):
    deploy(drawn(user_task("a")))
    id = flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("b")))

    move(flow, mapping={"start": "start", "a": "b", "end": "end"})

    [told] = [row for row in flow.history.of_instance(id, actor=OPERATOR) if row.kind == "InstanceMigrated"]
    assert (told.actor, told.event.source, told.event.target) == ("ole", "sag:1", "sag:2")
    assert told.event.mapping == {"a": "b"}


def test_the_history_names_who_let_it_run_and_who_took_it_back_not_who_planned(flow, deploy):
    deploy(drawn(user_task("a")))
    instance = flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("b")))
    second, third = (Actor(name, groups=frozenset({"procesejer"})) for name in ("per", "pia"))
    id = flow.migrations.plan(
        "sag:1", "sag:2", {"start": "start", "a": "b", "end": "end"}, reason=WHY, actor=OWNER
    )

    flow.migrations.run(id, actor=second)
    work(flow)
    flow.migrations.undo(id, reason="Fortrudt", actor=third)
    work(flow)

    told = flow.history.of_instance(instance, actor=OPERATOR)
    moved = [row for row in told if row.kind == "InstanceMigrated"]
    assert [row.actor for row in moved] == ["per", "pia"]


def test_a_mapping_that_cannot_work_is_refused_pair_by_pair(flow, deploy):
    deploy(drawn(user_task("a")))
    flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(catch("a", duration("P1D"))))

    with pytest.raises(MappingRefused) as refused:
        flow.migrations.plan("sag:1", "sag:2", {"a": "a"}, reason=WHY, actor=OWNER)

    assert [(each.source, each.code) for each in refused.value.wrong] == [("a", "other_kind")]
    assert flow.migrations.list(actor=OWNER) == []


def test_a_suspended_instance_is_left_where_it_is(flow, deploy):
    deploy(drawn(user_task("a")))
    id = flow.instances.start("sag", actor=OPERATOR)
    flow.instances.suspend(id, reason="pause", actor=OPERATOR)
    deploy(drawn(user_task("a"), user_task("b")))

    plan = move(flow)

    assert verdicts(flow, plan) == [("refused", "refused")]
    assert reasons(flow, plan) == [("suspended", "")]


def test_only_process_owners_and_operators_move_instances_and_only_with_a_reason(flow, deploy):
    deploy(drawn(user_task("a")))
    flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("a"), user_task("b")))

    with pytest.raises(Forbidden):
        flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=ANNA)
    with pytest.raises(Refused):
        flow.migrations.plan("sag:1", "sag:2", reason=" ", actor=OWNER)

    assert flow.migrations.list(actor=OWNER) == []


def test_what_rows_and_states_do_not_agree_on_is_found(flow, deploy):
    deploy(drawn(user_task("a"), aside=(boundary("f", "a", duration("P1D"), to="end"),)))
    id = flow.instances.start("sag", actor=OPERATOR)
    with flow.store.begin(OPERATOR, flow.clock.now()) as tx:
        tx.update_all(tables.user_task, {"instance": id}, {"element": "forkert"})
        tx.update_all(tables.timer, {"instance": id}, {"status": "cancelled"})

    found = flow.consistency.check()

    assert sorted((each.what, each.instance) for each in found) == [("timer", id), ("user task", id)]


def test_with_four_eyes_another_lets_the_move_run_but_at_the_terminal(flow, deploy):
    deploy(drawn(user_task("a")))
    flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("a"), user_task("ny")))
    flow.migrations._has_four_eyes = True
    planned = flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=OWNER)
    at_terminal = flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=TERMINAL)

    with pytest.raises(NeedsAnother):
        flow.migrations.run(planned, actor=OWNER)
    flow.migrations.run(planned, actor=OPERATOR)
    flow.migrations.run(at_terminal, actor=TERMINAL)
    work(flow)

    assert flow.migrations.get(planned, actor=OWNER).counts == {"moved": 1}
    decided = [row for row in flow.history.of_stream(INSTALLATION) if row.kind == "MigrationDecided"]
    assert [row.actor for row in decided if row.event.migration == planned] == [OWNER.id, OPERATOR.id]


def test_a_move_stops_when_who_let_it_run_draws_no_processes_any_longer(flow, deploy):
    deploy(drawn(user_task("a")))
    for _ in range(3):
        flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("a"), user_task("b")))
    flow.people.add("olga", name="Olga", groups=("procesejer",), actor=OPERATOR)
    olga = flow.people.actor("olga")
    id = flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=olga)
    flow.migrations.run(id, actor=olga)
    flow.migration_work.run_waiting(limit=1)

    flow.people.change_groups("olga", ("revisor",), actor=OPERATOR)
    work(flow)

    stopped = flow.migrations.get(id, actor=OWNER)
    assert (stopped.row.status, stopped.lost_right) == ("paused", True)
    assert stopped.counts == {"moved": 1, "waiting": 2}
    flow.migrations.resume(id, actor=OWNER)
    work(flow)
    assert flow.migrations.get(id, actor=OWNER).counts == {"moved": 3}


def test_a_worker_that_knows_only_who_let_a_move_run_before_does_not_stop_who_went_on(
    flow, deploy, monkeypatch
):
    deploy(drawn(user_task("a")))
    flow.instances.start("sag", actor=OPERATOR)
    deploy(drawn(user_task("a"), user_task("b")))
    flow.people.add("olga", name="Olga", groups=("procesejer",), actor=OPERATOR)
    olga = flow.people.actor("olga")
    id = flow.migrations.plan("sag:1", "sag:2", reason=WHY, actor=olga)
    flow.migrations.run(id, actor=olga)
    before = flow.migrations.get(id, actor=OWNER).row
    flow.people.deactivate("olga", actor=OPERATOR)
    flow.migrations.pause(id, actor=OWNER)
    flow.migrations.resume(id, actor=OWNER)

    with monkeypatch.context() as patched:
        patched.setattr(move_rows, "at_work", lambda tx: [before])
        flow.migration_work.run_waiting()

    assert flow.migrations.get(id, actor=OWNER).row.status == "running"
