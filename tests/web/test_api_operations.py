"""Operators' programs look after timers, jobs, tokens, batches and whole processes as their pages do."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.access.scopes import SCOPES
from flowcase.services.running.holding import IsSuspended
from tests.services.diagrams import (
    catch,
    end,
    message,
    process,
    service_task,
    start,
    timer,
    user_task,
)
from tests.web.test_api import Program

FILES = {
    "venter.bpmn": process("venter", start(), catch("vent", timer("timeDuration", "PT24H")), end()),
    "sender.bpmn": process("sender", start(), service_task("send", "journal.eksporter"), end()),
    "to_trin.bpmn": process("to_trin", start(), user_task("foerste"), user_task("anden"), end()),
}
WHY = {"reason": "Leverandøren er lukket"}


@pytest.fixture
def operator(app: Any, world: Any) -> Program:
    world.flow.deployments.deploy(FILES, actor=SYSTEM)
    token = world.flow.service_accounts.make("drift.p", groups=["administrator"], scopes=SCOPES, actor=SYSTEM)
    return Program(app, token)


def _begun(world: Any, process: str) -> str:
    return world.flow.instances.start(process, {}, actor=SYSTEM)


def _work_off(world: Any) -> None:
    while world.flow.batch_work.run_waiting():
        pass


def test_a_timer_is_read_moved_and_fired_on_top_of_what_was_seen(operator, world):
    instance = _begun(world, "venter")
    (row,) = operator.get("/api/timers?process=venter").get_json()
    path = f"/api/timers/{row['id']}"
    later = (dt.datetime.fromisoformat(row["due_at"]) + dt.timedelta(days=2)).isoformat()

    silent = operator.post(f"{path}/move", {"due_at": later, "reason": "  "})
    past = operator.post(f"{path}/move", {**WHY, "due_at": "2001-01-01T09:00:00Z"})
    moved = operator.post(f"{path}/move", {**WHY, "due_at": later, "seen": row["due_at"]})
    stale = operator.post(f"{path}/fire", {**WHY, "seen": row["due_at"]})
    fired = operator.post(f"{path}/fire", {**WHY, "seen": moved.get_json()["due_at"]})

    assert (silent.status_code, past.status_code, stale.status_code) == (422, 422, 409)
    assert (row["instance"], row["element"], row["follows_deadline"]) == (instance, "vent", False)
    assert moved.get_json() == {**row, "due_at": later, "try_at": later}
    assert fired.get_json()["status"] == operator.get(path).get_json()["status"] == "fired"
    assert world.flow.instances.get(instance).status == "completed"


def test_a_timer_that_follows_a_deadline_moves_with_it_alone(operator):
    (row, *_) = operator.get("/api/timers?process=frist").get_json()

    refused = operator.post(f"/api/timers/{row['id']}/fire", WHY)

    assert row["follows_deadline"] is True
    assert (refused.status_code, "follows a deadline" in refused.get_json()["detail"]) == (409, True)


def test_a_job_is_put_first_given_back_and_tried_again(operator, world, monkeypatch):
    instance = _begun(world, "sender")
    path = next(
        f"/api/jobs/{row['id']}"
        for row in operator.get("/api/jobs?type=journal.eksporter&limit=200").get_json()
        if row["instance"] == instance
    )

    first = operator.post(f"{path}/priority", {**WHY, "priority": 7})
    beyond = operator.post(f"{path}/priority", {**WHY, "priority": 10**7})
    tried = operator.post(f"{path}/retry", WHY)
    nobody = operator.post(f"{path}/give-back", WHY)
    held: dict[str, Any] = {}
    attempt = world.flow.jobs._attempt

    def attempted(job: Any) -> Any:
        if path.endswith(job.id):
            held.update(operator.get(path).get_json(), back=operator.post(f"{path}/give-back", WHY))
        return attempt(job)

    monkeypatch.setattr(world.flow.jobs, "_attempt", attempted)
    world.flow.jobs.run_due(50)

    assert (first.get_json()["priority"], beyond.status_code, tried.status_code) == (7, 422, 200)
    assert (nobody.status_code, held["status"]) == (409, "claimed")
    assert held["back"].get_json()["lease_owner"] is None is not held["lease_owner"]
    assert "inputs" not in held
    rows = world.flow.history.of_instance(instance, actor=SYSTEM)
    told = [row.event.act for row in rows if row.kind == "InterventionMade"]
    assert told == ["set_job_priority", "try_job_now", "give_back_job"]


def test_a_token_is_foreseen_moved_and_skipped(operator, world):
    instance = _begun(world, "to_trin")
    path = f"/api/instances/{instance}/tokens"
    (token,) = operator.get(path).get_json()
    here = f"{path}/{token['id']}"

    nowhere = operator.post(f"{here}/preview", {"act": "move"})
    seen = operator.post(f"{here}/preview", {"act": "move", "target": "anden"}).get_json()
    only = operator.post(f"{here}/preview", {"act": "cancel"}).get_json()
    refused = operator.post(f"{here}/cancel", WHY)
    moved = operator.post(f"{here}/move", {**WHY, "target": "anden"})

    assert token["targets"] and token["element"] == "foerste"
    assert nowhere.status_code == 422
    assert [each["code"] for each in seen["changes"]] == ["task_closed", "task_opened"]
    assert (seen["stands_at"], seen["obstacle"], only["obstacle"]) == (["anden"], "", "only_one")
    assert (refused.status_code, moved.status_code) == (409, 204)
    (token,) = operator.get(path).get_json()
    words = operator.post(f"{path}/{token['id']}/skip", {**WHY, "variables": {"x": "Hun græd længe"}})
    skipped = operator.post(f"{path}/{token['id']}/skip", {**WHY, "variables": {"antal": 1.5, "svar": True}})
    assert (words.status_code, skipped.status_code) == (422, 204)
    assert (operator.get(path).get_json(), world.flow.instances.get(instance).status) == ([], "completed")


def test_a_batch_is_seen_planned_run_and_read_item_by_item(operator, world):
    begun = {_begun(world, "to_trin") for _ in range(3)}
    chosen = {"process": "to_trin", "version": 1}
    plan = {**WHY, "chosen": chosen, "act": "suspend", "but": [min(begun)]}

    everything = operator.post("/api/batches/preview", {})
    seen = operator.post("/api/batches/preview", chosen).get_json()
    without = operator.post("/api/batches", {**plan, "act": "move"})
    made = operator.post("/api/batches", plan)
    path = f"/api/batches/{made.get_json()['id']}"
    early = operator.post(f"{path}/pause", {})
    paused = [operator.post(f"{path}/{act}", {}).get_json()["status"] for act in ("start", "pause", "resume")]
    _work_off(world)

    assert (everything.status_code, without.status_code, early.status_code) == (422, 422, 409)
    assert (seen["count"], {row["id"] for row in seen["instances"]}) == (3, begun)
    assert (made.status_code, paused) == (201, ["running", "paused", "running"])
    done = operator.get(path).get_json()
    assert (done["status"], done["counts"], done["planned_by"]) == ("done", {"done": 2}, "drift.p")
    page = operator.get(f"{path}/items?limit=1")
    rest = operator.get(page.headers["Link"].removeprefix("<").partition(">")[0])
    both = page.get_json() + rest.get_json()
    assert {row["instance"] for row in both} == begun - {min(begun)}
    assert operator.post(f"{path}/stop", {}).status_code == 409
    assert done["id"] in [row["id"] for row in operator.get("/api/batches?limit=200").get_json()]


def test_a_batch_that_is_asked_for_twice_with_one_key_is_planned_once(operator, world):
    _begun(world, "to_trin")
    plan = {**WHY, "chosen": {"process": "to_trin"}, "act": "suspend"}
    headers = {**operator.headers, "Idempotency-Key": "b-1"}

    ids = {
        operator.client.post("/api/batches", json=plan, headers=headers).get_json()["id"] for _ in range(2)
    }

    assert len(ids) == 1
    assert len(operator.get("/api/batches").get_json()) == 1


def test_a_batch_that_moved_instances_is_taken_back_with_a_reason_and_no_other_batch_is(operator, world):
    begun = [_begun(world, "to_trin") for _ in range(2)]
    three = process("to_trin", start(), user_task("foerste"), user_task("anden"), user_task("tredje"), end())
    world.flow.deployments.deploy({"to_trin.bpmn": three}, actor=SYSTEM)
    plan = {**WHY, "chosen": {"process": "to_trin", "version": 1}, "act": "migrate", "target": "2"}
    moving = f"/api/batches/{operator.post('/api/batches', plan).get_json()['id']}"
    other = operator.post("/api/batches", {**plan, "act": "suspend", "target": ""}).get_json()["id"]

    early = operator.post(f"{moving}/undo", WHY)
    operator.post(f"{moving}/start", {})
    _work_off(world)
    moved = {world.flow.instances.get(each).row.definition for each in begun}
    world.flow.user_tasks.complete(f"{begun[0]}.2", {}, actor=SYSTEM)
    refused = [operator.post(f"/api/batches/{other}/undo", WHY), operator.post(f"{moving}/undo", {})]
    begins = operator.post(f"{moving}/undo", WHY)
    _work_off(world)

    assert (early.status_code, [each.status_code for each in refused]) == (409, [422, 422])
    assert (begins.status_code, begins.get_json()["status"]) == (200, "undoing")
    assert moved == {"to_trin:2"}
    assert [world.flow.instances.get(each).row.definition for each in begun] == ["to_trin:2", "to_trin:1"]
    (gone_on,) = operator.get(f"{moving}/items?status=undo_refused").get_json()
    assert (gone_on["instance"], operator.get(moving).get_json()["status"]) == (begun[0], "undone")


def test_the_mapping_of_a_planned_batch_is_read_and_corrected(operator, world):
    instance = _begun(world, "to_trin")
    world.flow.user_tasks.complete(f"{instance}.2", {}, actor=SYSTEM)
    newer = process("to_trin", start(), user_task("foerste"), end())
    world.flow.deployments.deploy({"to_trin.bpmn": newer}, actor=SYSTEM)
    plan = {**WHY, "chosen": {"process": "to_trin", "version": 1}, "act": "migrate", "target": "2"}
    planned = operator.post("/api/batches", plan).get_json()
    path = f"/api/batches/{planned['id']}"

    refused = [
        operator.post(f"{path}/mapping", {"source": source, "mapping": mapping}).status_code
        for source, mapping in (
            ("to_trin:1", {"anden": "end"}),
            ("to_trin:1", {}),
            ("to_trin:9", {"anden": None}),
        )
    ]
    body = {"source": "to_trin:1", "mapping": {"anden": "foerste"}}
    corrected = operator.post(f"{path}/mapping", body).get_json()
    operator.post(f"{path}/start", {})
    _work_off(world)

    assert "anden" not in planned["details"]["mapping"]["to_trin:1"]
    assert refused == [422, 422, 404]
    assert corrected["details"]["mapping"]["to_trin:1"]["anden"] == "foerste"
    assert world.flow.instances.get(instance).row.definition == "to_trin:2"
    assert operator.post(f"{path}/mapping", body).status_code == 409


def test_a_process_is_suspended_with_what_runs_and_resumed(operator, world):
    instance = _begun(world, "to_trin")
    path = "/api/processes/to_trin"

    before = operator.get(f"{path}/suspension").get_json()
    stopped = operator.post(f"{path}/suspend", {**WHY, "with_instances": True})
    _work_off(world)
    status = world.flow.instances.get(instance).status
    with pytest.raises(IsSuspended):
        _begun(world, "to_trin")
    twice = operator.post(f"{path}/suspend", WHY)
    seen = operator.get(f"{path}/suspension").get_json()
    resumed = operator.post(f"{path}/resume", {**WHY, "with_instances": True})
    _work_off(world)

    assert (before["is_stopped"], before["running"], before["suspensions"]) == (False, 1, [])
    assert (stopped.status_code, status, len(stopped.get_json()["batches"])) == (200, "suspended", 1)
    assert (twice.status_code, seen["running"]) == (409, 1)
    (row,) = seen["suspensions"]
    assert (row["reason"], row["suspended_by"], row["version"]) == (WHY["reason"], "drift.p", None)
    assert (resumed.get_json()["is_stopped"], len(resumed.get_json()["batches"])) == (False, 1)
    assert world.flow.instances.get(instance).status == "active"
    assert operator.post(f"{path}/resume", WHY).status_code == 409


def test_one_version_of_a_process_is_suspended_by_itself(operator, world):
    path = "/api/processes/to_trin"

    missing = [
        operator.post("/api/processes/findes_ikke/suspend", WHY),
        operator.post("/api/processes/findes_ikke/resume", WHY),
        operator.post(f"{path}/suspend", {**WHY, "version": 7}),
    ]
    silent = operator.post(f"{path}/suspend", {"reason": " "})
    one = operator.post(f"{path}/suspend", {**WHY, "version": 1}).get_json()
    whole = operator.post(f"{path}/resume", WHY)
    resumed = operator.post(f"{path}/resume", {**WHY, "version": 1}).get_json()

    assert [each.status_code for each in missing] == [404, 404, 404]
    assert (silent.status_code, whole.status_code) == (422, 409)
    assert ([each["version"] for each in one["suspensions"]], one["is_stopped"]) == ([1], True)
    assert (resumed["suspensions"], resumed["batches"]) == ([], [])


def test_held_starts_are_listed_by_page_and_dropped(operator, world):
    inside, roots = message("nyt_stille")
    drawn = process("stilles", start("begynd", inside=inside, roots=roots), user_task("a", "fronten"), end())
    world.flow.deployments.deploy({"stilles.bpmn": drawn}, actor=SYSTEM)
    world.flow.suspensions.suspend("stilles", reason="fejl", actor=SYSTEM)
    for key in ("1", "2", "3"):
        world.flow.messages.correlate("nyt_stille", key, {}, actor=SYSTEM)
    path = "/api/processes/stilles/held-starts"

    page = operator.get(f"{path}?limit=2")
    [first, second] = page.get_json()
    [third] = operator.get(page.headers["Link"].partition("<")[2].partition(">")[0]).get_json()
    answer = operator.post(f"{path}/drop", {**WHY, "held": [first["id"], third["id"], "findes-ikke"]})
    refused = [
        operator.post(f"{path}/drop", {**WHY, "held": []}),
        operator.post(f"{path}/drop", {"reason": " ", "held": [second["id"]]}),
        operator.post("/api/processes/findes_ikke/held-starts/drop", {**WHY, "held": [second["id"]]}),
        operator.get("/api/processes/findes_ikke/held-starts"),
    ]

    assert (first["kind"], first["name"], first["has_failed"]) == ("message", "nyt_stille", False)
    assert answer.get_json() == {"dropped": [first["id"], third["id"]], "missing": ["findes-ikke"]}
    assert [each.status_code for each in refused] == [422, 422, 404, 404]
    assert [each["id"] for each in operator.get(path).get_json()] == [second["id"]]


@pytest.mark.parametrize("what", ["timers", "jobs", "batches"])
def test_who_may_read_may_not_act_and_who_is_no_operator_may_neither(app, world, operator, what):
    def made(id: str, group: str, scopes: Any) -> Program:
        return Program(app, world.flow.service_accounts.make(id, groups=[group], scopes=scopes, actor=SYSTEM))

    reader = made("laeser", "administrator", [f"{what}:read"])
    caseworker = made("raadgiver", "fronten", SCOPES)
    act = f"/api/{what}/findes-ikke/" + {"timers": "fire", "jobs": "retry", "batches": "start"}[what]

    assert [reader.get(f"/api/{what}").status_code, reader.post(act, WHY).status_code] == [200, 403]
    assert [caseworker.get(f"/api/{what}").status_code, caseworker.post(act, WHY).status_code] == [403, 403]
    assert operator.post(act, WHY).status_code == 404
