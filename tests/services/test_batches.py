"""One act on many instances: chosen by a filter, each once, paused, taken over, and told why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
import structlog

from flowcase.access.actor import SYSTEM, Actor
from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.errors import Conflict, Forbidden, Refused
from flowcase.services.auditing.history_search import Asked as Search
from flowcase.services.operating.batches import Asked
from flowcase.services.operating.instances import Instances
from flowcase.services.operating.token_moves import TokenAct
from flowcase.services.operating.worklists import LEASE, NO_LONGER_THEIRS
from flowcase.services.second_person import NeedsAnother
from flowcase.store import INSTALLATION, Store
from flowcase.store.queries import batches as batch_rows
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import boundary, call, catch, end, process, start, timer, user_task
from tests.traffic import traffic

WHY = "Leverandøren er lukket"
OTHER = Actor("otto", groups=frozenset({"administrator"}))


class Killed(BaseException):
    """As kill -9: nothing catches it."""


@pytest.fixture
def many(flow: Flowcase, deploy: Callable[..., Any]) -> list[str]:
    """Four instances that wait in a user task, with a timer around it, and one of another process."""
    late = boundary("for_sent", "a", timer("timeDuration", "PT24H"), to="end")
    deploy(
        process("p", start(), user_task("a"), user_task("b"), end(), aside=(late,)),
        process("q", start(), catch("vent", timer("timeDuration", "PT24H")), end()),
    )
    flow.instances.start("q", actor=OPERATOR)
    return [flow.instances.start("p", actor=OPERATOR) for _ in range(4)]


def let_run(flow: Flowcase, act: str, asked: Asked | None = None, **options: Any) -> str:
    id = flow.batches.plan(asked or Asked(process="p"), act, reason=WHY, actor=OPERATOR, **options)
    flow.batches.run(id, actor=OPERATOR)
    while flow.batch_work.run_waiting():
        pass
    return id


def told(flow: Flowcase, instance: str, kind: str) -> list[Any]:
    return [row for row in flow.history.of_instance(instance, actor=SYSTEM) if row.kind == kind]


def test_all_chosen_are_suspended_held_and_resumed_late_but_not_lost(
    flow: Flowcase, many: list[str], clock: ManualClock
) -> None:
    let_run(flow, "suspend")
    clock.advance(dt.timedelta(hours=30))
    flow.timers.fire_due()
    held = [flow.instances.get(id).status for id in many]
    let_run(flow, "resume", Asked(status="suspended"))

    while flow.timers.fire_due():
        pass
    assert held == ["suspended"] * 4
    assert [flow.instances.get(id).status for id in many] == ["completed"] * 4
    assert [row.actor for row in told(flow, many[0], "InstanceSuspended")] == [OPERATOR.id]


def test_what_cannot_be_done_is_told_with_its_reason(flow: Flowcase, many: list[str]) -> None:
    id = flow.batches.plan(Asked(process="p"), "skip", element="a", reason=WHY, actor=OPERATOR, but=many[3:])
    flow.instances.cancel(many[0], reason="selv", actor=OPERATOR)
    flow.user_tasks.complete(f"{many[1]}.2", {}, actor=OPERATOR)
    flow.batches.run(id, actor=OPERATOR)
    while flow.batch_work.run_waiting():
        pass

    seen = [(row.instance, row.status) for row in flow.batches.items(id, actor=OPERATOR)]
    assert seen == [(many[0], "refused"), (many[1], "refused"), (many[2], "done")]
    refused = flow.batches.items(id, actor=OPERATOR, status="refused")
    assert ["it is cancelled" in refused[0].because, "no token" in refused[1].because] == [True, True]
    assert flow.instances.get(many[2]).active_elements == ("b",)
    assert flow.batches.get(id, actor=OPERATOR).row.status == "done"
    assert flow.consistency.check() == []


def test_every_line_of_a_batch_says_which_batch_and_which_instance(
    flow: Flowcase, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    carried, act = [], type(flow.batch_work)._act

    def seen(self: Any, tx: Any, row: Any, locked: Any) -> None:
        carried.append((locked.id, structlog.contextvars.get_contextvars()))
        act(self, tx, row, locked)

    monkeypatch.setattr(type(flow.batch_work), "_act", seen)
    id = let_run(flow, "suspend")

    assert sorted(instance for instance, _ in carried) == sorted(many)
    assert all(ids == {"batch": id, "instance": instance} for instance, ids in carried)
    assert structlog.contextvars.get_contextvars() == {}


def test_a_worker_that_is_killed_in_the_middle_does_none_of_them_twice(
    flow: Flowcase, many: list[str], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = flow.batches.plan(Asked(process="p"), "move", element="a", target="b", reason=WHY, actor=OPERATOR)
    flow.batches.run(id, actor=OPERATOR)
    done, act = [], type(flow.batch_work)._act

    def killed(self: Any, tx: Any, row: Any, locked: Any) -> None:
        act(self, tx, row, locked)
        done.append(locked.id)
        if len(done) == 3:
            raise Killed

    monkeypatch.setattr(type(flow.batch_work), "_act", killed)
    with pytest.raises(Killed):
        flow.batch_work.run_waiting()
    assert flow.batch_work.run_waiting() == 0  # the dead worker's lease holds
    clock.advance(LEASE)
    while flow.batch_work.run_waiting():
        pass

    assert [len(told(flow, each, "InterventionMade")) for each in many] == [1] * 4
    assert [flow.instances.get(each).active_elements for each in many] == [("b",)] * 4
    assert flow.batches.get(id, actor=OPERATOR).counts == {"done": 4}


def test_a_fault_of_the_program_ends_that_instances_turn_and_the_others_go_on(
    flow: Flowcase, many: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Instances.suspend_within

    def sometimes(self: Instances, tx: Any, id: str, **options: Any) -> None:
        if id == many[1]:
            raise ZeroDivisionError("words about somebody")
        real(self, tx, id, **options)

    monkeypatch.setattr(Instances, "suspend_within", sometimes)
    id = let_run(flow, "suspend")

    items = {row.instance: row for row in flow.batches.items(id, actor=OPERATOR)}
    assert flow.batches.get(id, actor=OPERATOR).row.status == "done"
    assert items[many[1]].because == "a fault in the program (ZeroDivisionError)"
    assert [flow.instances.get(id).status for id in many] == [
        "suspended", "active", "suspended", "suspended",
    ]  # fmt: skip


def test_a_batch_is_paused_goes_on_and_is_stopped(flow: Flowcase, many: list[str]) -> None:
    id = flow.batches.plan(Asked(process="p"), "cancel", reason=WHY, actor=OPERATOR)
    assert flow.batch_work.run_waiting() == 0
    flow.batches.run(id, actor=OPERATOR)
    flow.batch_work.run_waiting(1)
    flow.batches.pause(id, actor=OPERATOR)
    assert flow.batch_work.run_waiting() == 0
    flow.batches.resume(id, actor=OPERATOR)
    flow.batch_work.run_waiting(1)
    flow.batches.stop(id, actor=OPERATOR)

    assert flow.batch_work.run_waiting() == 0
    batch = flow.batches.get(id, actor=OPERATOR)
    assert (batch.counts, batch.done, batch.total) == ({"done": 2, "stopped": 2}, 2, 4)
    assert [flow.instances.get(each).status for each in many] == ["cancelled"] * 2 + ["active"] * 2
    with pytest.raises(Conflict, match="it is stopped"):
        flow.batches.resume(id, actor=OPERATOR)


def test_incidents_of_a_kind_are_tried_again(flow: Flowcase, deploy: Callable[..., Any]) -> None:
    deploy(process("k", start(), call("kald", "=hvem"), end()))
    stuck = flow.instances.start("k", {"hvem": "mangler"}, actor=OPERATOR)
    deploy(process("mangler", start(), end()))
    kind = flow.incidents.list()[0].kind

    none = flow.batches.chosen(Asked(incident="job_failed"), actor=OPERATOR)
    let_run(flow, "retry", Asked(incident=kind))

    assert list(none) == []
    assert flow.instances.get(stuck).status == "completed"


def test_what_fails_again_is_said_to_stand_still_where_many_are_tried_again(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(process("k", start(), call("kald", "=hvem"), end()))
    for called in ("mangler", "findes_ikke"):
        flow.instances.start("k", {"hvem": called}, actor=OPERATOR)
    deploy(process("mangler", start(), end()))
    planned = flow.batches.plan(Asked(incident="any"), "retry", reason=WHY, actor=OPERATOR)
    flow.batches.preview(planned, actor=OPERATOR)
    flow.batches.run(planned, actor=OPERATOR)

    while flow.batch_work.run_waiting():
        pass

    rows = flow.batches.items(planned, actor=OPERATOR)
    codes = [[each["code"] for each in (row.verdict or {})["reasons"]] for row in rows]
    assert ([row.status for row in rows], codes) == (["done", "done"], [[], ["still_open"]])
    assert flow.batches.get(planned, actor=OPERATOR).verdicts == {"changed": 1, "unchanged": 1}
    assert len(flow.incidents.list()) == 1


def test_the_filter_chooses(flow: Flowcase, many: list[str], clock: ManualClock) -> None:
    clock.advance(dt.timedelta(hours=1))
    later = flow.instances.start("p", actor=OPERATOR)

    def ids(**asked: Any) -> list[str]:
        return [row.id for row in flow.batches.chosen(Asked(**asked), actor=OPERATOR)]

    assert ids(process="p", version=1) == [*many, later]
    assert ids(process="p", version=2) == []
    assert ids(process="p", started_from=clock.now()) == [later]
    assert ids(process="p", started_before=clock.now()) == many
    assert len(ids(element="vent")) == 1
    assert ids(process="p", is_overdue=True) == []


def test_who_may_not_and_what_lacks_something_is_refused(flow: Flowcase, many: list[str]) -> None:
    with pytest.raises(Forbidden):
        flow.batches.plan(Asked(), "suspend", reason=WHY, actor=ANNA)
    with pytest.raises(Forbidden):
        flow.instances.suspend(many[0], reason=WHY, actor=ANNA)
    for act, options in (("suspend", {"reason": " "}), ("skip", {}), ("move", {"element": "a"}), ("fly", {})):
        with pytest.raises(Refused):
            flow.batches.plan(Asked(), act, actor=OPERATOR, **{"reason": WHY, **options})
    with pytest.raises(Refused, match="no instance"):
        flow.batches.plan(Asked(process="findes_ikke"), "suspend", reason=WHY, actor=OPERATOR)


def test_with_four_eyes_another_operator_lets_it_run(flow: Flowcase, many: list[str]) -> None:
    flow.batches._has_four_eyes = True
    id = flow.batches.plan(Asked(process="p"), "cancel", reason=WHY, actor=OPERATOR)

    with pytest.raises(NeedsAnother):
        flow.batches.run(id, actor=OPERATOR)
    flow.batches.run(id, actor=OTHER)
    while flow.batch_work.run_waiting():
        pass

    assert [row.actor for row in told(flow, many[0], "InstanceCancelled")] == [OTHER.id]


def test_an_operator_is_not_their_own_second_person_by_a_program_that_they_made(
    flow: Flowcase, many: list[str]
) -> None:
    flow.batches._has_four_eyes = True
    for id in ("lis.drift", "ole.drift"):
        flow.people.add(id, groups=["administrator"], actor=SYSTEM)
    lis, ole = flow.people.actor("lis.drift"), flow.people.actor("ole.drift")
    flow.service_accounts.make("lis-robot", groups=["administrator"], scopes=["batches:write"], actor=lis)
    robot = flow.people.actor("lis-robot")

    by_her = flow.batches.plan(Asked(process="p"), "cancel", reason=WHY, actor=lis)
    by_it = flow.batches.plan(Asked(process="p"), "cancel", reason=WHY, actor=robot)

    for id, another in ((by_her, robot), (by_it, lis)):
        with pytest.raises(NeedsAnother):
            flow.batches.run(id, actor=another)
    flow.batches.run(by_it, actor=ole)
    assert flow.batches.get(by_it, actor=ole).row.status == "running"


def test_a_skipped_call_ends_what_it_called_and_the_preview_said_so(
    flow: Flowcase, deploy: Callable[..., Any]
) -> None:
    deploy(
        process("inde", start(), user_task("x"), end()),
        process("ude", start(), call("kald", "inde"), user_task("y"), end()),
    )
    outer = flow.instances.start("ude", actor=OPERATOR)
    inner = flow.instances.get(outer).children[0]
    [place] = flow.token_moves.places(outer, actor=OPERATOR)
    skip = TokenAct("skip")

    seen = flow.token_moves.preview(outer, place.element_instance, skip, actor=OPERATOR)
    refused = flow.token_moves.preview(outer, place.element_instance, TokenAct("cancel"), actor=OPERATOR)
    flow.token_moves.do(outer, place.element_instance, skip, reason=WHY, actor=OPERATOR)

    assert [(each.code, each.name, each.process) for each in seen.changes] == [
        ("call_cancelled", "kald", ""),
        ("task_opened", "y", ""),
        ("task_closed", "x", "inde"),
    ]
    assert (seen.stands_at, refused.obstacle) == (("y",), "only_one")
    assert flow.instances.get(inner).status == "cancelled"
    assert flow.instances.get(outer).active_elements == ("y",)
    assert [row.event.act for row in told(flow, outer, "InterventionMade")] == ["skip_element"]
    assert flow.consistency.check() == []


def test_who_a_list_is_about_is_told_in_one_statement_and_to_who_may_move_instances_alone(
    flow: Flowcase, many: list[str], store: Store
) -> None:
    with traffic(store) as sent:
        told = flow.instances.named(many, actor=OPERATOR)

    assert len(sent.statements) == 1, sent
    seen = {id: (row.name, row.version, row.case_code) for id, row in told.items()}
    assert seen == dict.fromkeys(many, ("p", 1, None))
    assert flow.instances.named([], actor=OPERATOR) == {}
    with pytest.raises(Forbidden):
        flow.instances.named(many, actor=ANNA)


@pytest.fixture
def otto(flow: Flowcase) -> Actor:
    """An operator with an account, beside the terminal."""
    flow.people.add("otto", name="Otto", groups=("administrator",), actor=OPERATOR)
    return flow.people.actor("otto")


@pytest.mark.parametrize("how", ["deactivated", "taken out of the group"])
def test_what_an_operator_let_run_stops_when_the_right_to_is_gone_and_another_goes_on(
    flow: Flowcase, many: list[str], otto: Actor, how: str
) -> None:
    id = flow.batches.plan(Asked(process="p"), "cancel", reason=WHY, actor=otto)
    flow.batches.run(id, actor=otto)
    flow.batch_work.run_waiting(limit=1)
    if how == "deactivated":
        flow.people.deactivate("otto", actor=OPERATOR)
    else:
        flow.people.change_groups("otto", ("revisor",), actor=OPERATOR)

    while flow.batch_work.run_waiting():
        pass

    stopped = flow.batches.get(id, actor=OPERATOR)
    assert (stopped.row.status, stopped.lost_right) == ("paused", True)
    assert stopped.counts == {"done": 1, "waiting": 3}
    *_, said = [row for row in flow.history.of_stream(INSTALLATION) if row.kind == "BatchDecided"]
    assert (said.actor, said.event.act, said.event.reason) == ("system", "pause", NO_LONGER_THEIRS)
    flow.batches.resume(id, actor=OPERATOR)
    while flow.batch_work.run_waiting():
        pass
    assert flow.batches.get(id, actor=OPERATOR).counts == {"done": 4}


def test_a_worker_that_knows_only_who_let_it_run_before_neither_stops_who_went_on_nor_acts_for_the_other(
    flow: Flowcase, many: list[str], otto: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = flow.batches.plan(Asked(process="p"), "cancel", reason=WHY, actor=otto)
    flow.batches.run(id, actor=otto)
    before = flow.batches.get(id, actor=otto).row
    flow.people.deactivate("otto", actor=OPERATOR)
    flow.batches.pause(id, actor=OPERATOR)
    flow.batches.resume(id, actor=OPERATOR)

    with monkeypatch.context() as patched:
        patched.setattr(batch_rows, "at_work", lambda tx: [before])
        flow.batch_work.run_waiting()

    went_on = flow.batches.get(id, actor=OPERATOR)
    assert (went_on.row.status, went_on.counts) == ("running", {"waiting": 4})


def test_all_that_a_batch_led_to_is_found_by_its_id(flow: Flowcase, many: list[str]) -> None:
    id = let_run(flow, "suspend")
    let_run(flow, "resume")

    found = flow.history_search.page(
        Search(request=id), actor=Actor("vera", groups=frozenset({"revisor"})), page="search"
    )

    assert {(line.kind, line.instance) for line in found.lines} == {
        ("InstanceSuspended", each) for each in many
    }
