"""Instances moved to another version as a batch: seen first, moved once each, taken back, and why not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.bootstrap import Flowcase
from flowcase.clock import ManualClock
from flowcase.errors import Conflict, Forbidden, NotFound, Refused
from flowcase.services.operating.batches import Asked
from flowcase.services.operating.instance_moves import InstanceMoves
from flowcase.services.operating.migrations import MappingRefused
from flowcase.services.operating.worklists import LEASE
from flowcase.services.second_person import NeedsAnother
from tests.services.conftest import ANNA, OPERATOR
from tests.services.diagrams import boundary, end, process, start, timer, user_task
from tests.services.test_batches import OTHER, WHY, Killed, told


def version(*tasks: str) -> bytes:
    late = boundary("for_sent", "a", timer("timeDuration", "PT24H"), to="end")
    return process("p", start(), user_task("a"), *map(user_task, tasks), end(), aside=(late,))


@pytest.fixture
def many(flow: Flowcase, deploy: Callable[..., Any]) -> list[str]:
    """Five of version 1, the last of them in b, which version 3 has not; one of version 2."""
    deploy(version("b"))
    ids = [flow.instances.start("p", actor=OPERATOR) for _ in range(5)]
    flow.user_tasks.complete(f"{ids[4]}.2", {}, actor=OPERATOR)
    deploy(version("b", "c"))
    ids.append(flow.instances.start("p", actor=OPERATOR))
    deploy(version())
    return ids


def planned(flow: Flowcase, **asked: Any) -> str:
    return flow.batches.plan(Asked(process="p", **asked), "migrate", target="3", reason=WHY, actor=OPERATOR)


def work_off(flow: Flowcase) -> None:
    while flow.batch_work.run_waiting():
        pass


def versions(flow: Flowcase, many: list[str]) -> list[int]:
    return [flow.instances.get(id).version for id in many]


def waiting(flow: Flowcase) -> set[tuple[str, str, dt.datetime]]:
    """Timers and user tasks by where they wait."""
    timers = {(row.instance or "", row.element, row.due_at) for row in flow.timers.list()}
    return timers | {(row.instance, row.element, row.created_at) for row in flow.user_tasks.list()}


def test_a_verdict_for_each_is_seen_before_they_move_from_several_versions_at_once(
    flow: Flowcase, many: list[str]
) -> None:
    before = waiting(flow)
    id = planned(flow)
    first = flow.batches.preview(id, actor=OPERATOR, limit=2)
    rest = flow.batches.preview(id, actor=OPERATOR, after=first[-1].number)
    foreseen = {row.instance: (row.verdict or {})["kind"] for row in [*first, *rest]}
    untouched = versions(flow, many)
    flow.batches.run(id, actor=OPERATOR)
    work_off(flow)

    assert untouched == [1, 1, 1, 1, 1, 2]
    assert [foreseen[each] == "refused" for each in many] == [False, False, False, False, True, False]
    assert versions(flow, many) == [3, 3, 3, 3, 1, 3]
    [refused] = flow.batches.items(id, actor=OPERATOR, status="refused")
    assert (refused.verdict or {})["reasons"][0]["code"] == "no_successor"
    assert waiting(flow) == before  # no task and no timer lost or changed
    assert flow.consistency.check() == []


def test_undoing_takes_back_all_that_have_not_gone_on(flow: Flowcase, many: list[str]) -> None:
    before = waiting(flow)
    id = planned(flow)
    flow.batches.run(id, actor=OPERATOR)
    work_off(flow)
    flow.instances.set_variables(many[0], {"n": 1}, reason="rettet", actor=OPERATOR)
    flow.batches.undo(id, reason="for tidligt", actor=OPERATOR)
    work_off(flow)

    assert versions(flow, many) == [3, 1, 1, 1, 1, 2]
    assert flow.batches.get(id, actor=OPERATOR).row.status == "undone"
    assert flow.batches.get(id, actor=OPERATOR).counts == {"undone": 4, "undo_refused": 1, "refused": 1}
    assert waiting(flow) == before
    assert flow.consistency.check() == []
    with pytest.raises(Conflict):
        flow.batches.undo(id, reason="igen", actor=OPERATOR)


def test_it_is_paused_goes_on_is_stopped_and_what_was_moved_is_undone(
    flow: Flowcase, many: list[str]
) -> None:
    id = planned(flow, version=1)
    flow.batches.run(id, actor=OPERATOR)
    flow.batch_work.run_waiting(1)
    flow.batches.pause(id, actor=OPERATOR)
    paused = flow.batch_work.run_waiting(), versions(flow, many)
    flow.batches.resume(id, actor=OPERATOR)
    flow.batch_work.run_waiting(2)
    flow.batches.stop(id, actor=OPERATOR)
    stopped = versions(flow, many)
    flow.batches.undo(id, reason="for tidligt", actor=OPERATOR)
    flow.batch_work.run_waiting(1)
    flow.batches.pause(id, actor=OPERATOR)
    half = versions(flow, many)
    flow.batches.resume(id, actor=OPERATOR)
    work_off(flow)

    assert paused == (0, [3, 1, 1, 1, 1, 2])
    assert stopped == [3, 3, 3, 1, 1, 2]
    assert half == [1, 3, 3, 1, 1, 2]
    assert versions(flow, many) == [1, 1, 1, 1, 1, 2]


def test_a_worker_that_is_killed_in_the_middle_moves_none_twice_and_loses_none(
    flow: Flowcase, many: list[str], clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = waiting(flow)
    id = planned(flow)
    flow.batches.run(id, actor=OPERATOR)
    done, move = [], InstanceMoves.moved

    def killed(self: Any, tx: Any, row: Any, locked: Any) -> Any:
        found = move(self, tx, row, locked)
        done.append(locked.id)
        if len(done) == 3:
            raise Killed
        return found

    monkeypatch.setattr(InstanceMoves, "moved", killed)
    with pytest.raises(Killed):
        flow.batch_work.run_waiting()
    at_once = flow.batch_work.run_waiting(), versions(flow, many)
    clock.advance(LEASE)
    work_off(flow)

    assert at_once == (0, [3, 3, 1, 1, 1, 2])  # the dead worker's lease holds
    assert [len(told(flow, each, "InstanceMigrated")) for each in many] == [1, 1, 1, 1, 0, 1]
    assert waiting(flow) == before
    assert flow.consistency.check() == []


def test_with_four_eyes_another_operator_lets_it_run_and_it_needs_a_version_that_is_there(
    flow: Flowcase, many: list[str]
) -> None:
    flow.batches._has_four_eyes = True
    id = planned(flow)
    with pytest.raises(NeedsAnother):
        flow.batches.run(id, actor=OPERATOR)
    flow.batches.run(id, actor=OTHER)
    work_off(flow)

    assert [row.actor for row in told(flow, many[0], "InstanceMigrated")] == [OTHER.id]
    with pytest.raises(NotFound):
        flow.batches.plan(Asked(process="p"), "migrate", target="9", reason=WHY, actor=OPERATOR)
    with pytest.raises(Refused):
        flow.batches.plan(Asked(), "migrate", target="3", reason=WHY, actor=OPERATOR)


def test_a_mapping_corrected_by_hand_changes_the_verdicts_and_what_is_done(
    flow: Flowcase, many: list[str]
) -> None:
    id = planned(flow)
    flow.batches.preview(id, actor=OPERATOR)
    before = flow.batches.get(id, actor=OPERATOR).verdicts
    seen = flow.batch_mappings.of(id, "p:1", actor=OPERATOR)

    flow.batch_mappings.correct(id, "p:1", {"b": "a"}, actor=OPERATOR)
    unseen = flow.batches.get(id, actor=OPERATOR).verdicts
    flow.batches.preview(id, actor=OPERATOR)
    after = flow.batches.get(id, actor=OPERATOR).verdicts
    flow.batches.run(id, actor=OPERATOR)
    work_off(flow)

    assert (seen.proposal.waiting, seen.proposal.instances) == ({"a": 4, "b": 1}, 5)
    assert "b" not in seen.mapping
    assert (before["refused"], sum(unseen.values()), after.get("refused", 0)) == (1, 1, 0)
    assert flow.batch_mappings.of(id, "p:1", actor=OPERATOR).mapping["b"] == "a"
    assert versions(flow, many) == [3] * 6
    assert [row.element for row in flow.user_tasks.list() if row.instance == many[4]] == ["a"]
    [moved] = told(flow, many[4], "InstanceMigrated")
    assert moved.event.mapping["b"] == "a"
    assert flow.consistency.check() == []


def test_nothing_takes_over_where_that_is_chosen_and_who_waits_there_stays(
    flow: Flowcase, many: list[str]
) -> None:
    id = planned(flow, version=1)
    flow.batch_mappings.correct(id, "p:1", {"a": None}, actor=OPERATOR)
    kinds = [(row.verdict or {})["kind"] for row in flow.batches.preview(id, actor=OPERATOR)]
    flow.batches.run(id, actor=OPERATOR)
    work_off(flow)

    assert kinds == ["refused"] * 5
    assert versions(flow, many) == [1, 1, 1, 1, 1, 2]


def test_a_correction_that_cannot_work_is_refused_with_the_reason_and_changes_nothing(
    flow: Flowcase, many: list[str]
) -> None:
    id = planned(flow)
    wrong = {"b": "end", "a": "findes_ikke", "findes_ikke": None}
    with pytest.raises(MappingRefused) as refused:
        flow.batch_mappings.correct(id, "p:1", wrong, actor=OPERATOR)
    for source, pairs, kind in (("p:3", {"a": "a"}, NotFound), ("p:1", {}, Refused)):
        with pytest.raises(kind):
            flow.batch_mappings.correct(id, source, pairs, actor=OPERATOR)
    with pytest.raises(Forbidden):
        flow.batch_mappings.correct(id, "p:1", {"b": "a"}, actor=ANNA)
    untouched = flow.batch_mappings.of(id, "p:1", actor=OPERATOR)
    flow.batches.run(id, actor=OPERATOR)

    codes = {each.source: each.code for each in refused.value.wrong}
    assert codes == {"b": "other_kind", "a": "unknown_target", "findes_ikke": "unknown_source"}
    assert untouched.mapping == untouched.proposal.mapping
    with pytest.raises(Conflict):
        flow.batch_mappings.correct(id, "p:1", {"b": "a"}, actor=OPERATOR)


def test_with_four_eyes_who_corrected_last_is_not_the_second_and_nobody_runs_what_they_have_not_seen(
    flow: Flowcase, many: list[str]
) -> None:
    flow.batches._has_four_eyes = True
    id = planned(flow)
    flow.batch_mappings.correct(id, "p:1", {"b": "a"}, actor=OTHER)
    with pytest.raises(NeedsAnother):
        flow.batches.run(id, actor=OTHER, seen=1)
    with pytest.raises(Conflict):
        flow.batches.run(id, actor=OPERATOR, seen=0)
    flow.batches.run(id, actor=OPERATOR, seen=1)
    work_off(flow)

    assert versions(flow, many) == [3] * 6


def test_what_was_refused_at_work_has_its_code_as_it_was_foreseen(flow: Flowcase, many: list[str]) -> None:
    acts: dict[str, dict[str, str]] = {"retry": {}, "skip": {"element": "a"}, "cancel": {}}
    batches = {
        act: flow.batches.plan(Asked(process="p", version=1), act, reason=WHY, actor=OPERATOR, **options)
        for act, options in acts.items()
    }
    flow.instances.cancel(many[0], reason=WHY, actor=OPERATOR)
    flow.instances.suspend(many[1], reason=WHY, actor=OPERATOR)
    for id in batches.values():
        flow.batches.run(id, actor=OPERATOR)
        work_off(flow)
    codes = {
        act: {
            row.instance: row.verdict["reasons"][0]["code"]
            for row in flow.batches.items(id, actor=OPERATOR, status="refused")
            if row.verdict
        }
        for act, id in batches.items()
    }

    first, second, third, fourth, last = many[:5]
    none = dict.fromkeys((third, fourth, last), "no_incident")
    assert codes["retry"] == {first: "ended", second: "suspended", **none}
    assert codes["skip"] == {first: "ended", second: "suspended", last: "no_token"}
    assert codes["cancel"] == {first: "ended"}


def test_every_act_tells_beforehand_what_it_can_do_and_then_does_just_that(
    flow: Flowcase, many: list[str]
) -> None:
    flow.instances.suspend(many[1], reason=WHY, actor=OPERATOR)
    acts: dict[str, dict[str, str]] = {
        "suspend": {},
        "resume": {},
        "retry": {},
        "skip": {"element": "a"},
        "move": {"element": "a", "target": "b"},
        "cancel": {},
    }
    seen = {}
    for act, options in acts.items():
        id = flow.batches.plan(Asked(process="p"), act, reason=WHY, actor=OPERATOR, **options)
        kinds = {
            row.instance: (row.verdict or {})["kind"] for row in flow.batches.preview(id, actor=OPERATOR)
        }
        seen[act] = [kinds[each] for each in many]

    assert seen["suspend"] == ["changed", "unchanged", *["changed"] * 4]
    assert seen["resume"] == ["unchanged", "changed", *["unchanged"] * 4]
    assert seen["retry"] == ["refused"] * 6
    assert seen["skip"] == ["changed", "refused", "changed", "changed", "refused", "changed"]
    assert seen["move"] == seen["skip"]
    assert seen["cancel"] == ["changed"] * 6
    flow.batches.run(id, actor=OPERATOR)
    work_off(flow)
    assert {row.status for row in flow.instances.list(process="p")} == {"cancelled"}
    assert told(flow, many[0], "InstanceSuspended") == []
