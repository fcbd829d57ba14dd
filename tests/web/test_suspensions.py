"""An operator suspends a process on its page; whoever wants to start it is told who, when and why."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from tests.services.diagrams import end, message, process, properties, start, user_task

WHY = "Skemaet spørger om det forkerte"


@pytest.fixture
def stilles(world):
    begin = start("start", properties(starters="fronten", case="none"))
    world.flow.deployments.deploy(
        {"stilles.bpmn": process("stilles", begin, user_task("a", "fronten"), end())}, actor=SYSTEM
    )
    return "/drift/processer/stilles"


def test_a_process_is_suspended_with_its_instances_and_resumed(sign_in, world, stilles):
    instance = world.flow.instances.start("stilles", {}, actor=SYSTEM)
    drift = sign_in("drift")
    page = drift.get(stilles)
    form = page.one("//main//form")
    without = drift.submit(page, form)

    batch = drift.submit(page, form, begrundelse=WHY, forloeb="1")
    while world.flow.batch_work.run_waiting():
        pass
    paused = drift.get(stilles)
    seen = (
        world.flow.instances.get(instance).status,
        drift.get("/drift").text,
        drift.get("/drift/processer"),
    )
    resumed = drift.submit(paused, paused.one("//main//form"), begrundelse="rettet", forloeb="1")
    while world.flow.batch_work.run_waiting():
        pass

    assert without.status == 422
    assert "Sæt på pause" in batch.text
    assert seen[0] == "suspended"
    assert WHY in seen[1] and WHY in seen[2].text and WHY in paused.text
    assert "Genoptag" in resumed.text
    assert world.flow.instances.get(instance).status == "active"


def test_who_wants_to_start_it_is_told_and_what_was_typed_stays(sign_in, world, stilles):
    karen = sign_in("karen.fp")
    page = karen.get("/forloeb/nyt/stilles")
    world.flow.suspensions.suspend("stilles", reason=WHY, actor=SYSTEM)

    sent = karen.submit(page, page.one("//main//form"))
    opened = karen.get("/forloeb/nyt/stilles")
    listed = karen.get("/forloeb/nyt")

    assert sent.status == 409
    assert "er sat på pause af" in sent.text and WHY in sent.text
    assert sent.all("//main//form") and not opened.all("//main//form")
    assert WHY in opened.text and WHY in listed.text
    assert world.flow.instances.list(process="stilles") == []


def test_process_owners_look_and_do_not_decide(sign_in, world, stilles):
    jens = sign_in("jens.proces")
    page = jens.get(stilles)
    world.flow.suspensions.suspend("stilles", reason=WHY, actor=SYSTEM)

    seen = jens.get(stilles)
    versions = jens.get("/studie/udgaver/stilles.bpmn")
    heat = jens.get("/varmekort/stilles")

    assert page.all("//main//form") == seen.all("//main//form") == []
    assert WHY in seen.text and WHY in versions.text and WHY in heat.text


def test_held_starts_are_ticked_and_dropped_with_a_reason(sign_in, world):
    inside, roots = message("nyt_stille")
    drawn = process("stilles", start("begynd", inside=inside, roots=roots), user_task("a", "fronten"), end())
    world.flow.deployments.deploy({"stilles.bpmn": drawn}, actor=SYSTEM)
    world.flow.suspensions.suspend("stilles", reason=WHY, actor=SYSTEM)
    for key in ("1", "2"):
        world.flow.messages.correlate("nyt_stille", key, {}, actor=SYSTEM)
    drift, jens = sign_in("drift"), sign_in("jens.proces")
    page = drift.get("/drift/processer/stilles")
    form = page.one("//main//form[contains(@action, 'ventende')]")
    first, second = (each.get("value") for each in page.all("//input[@name='venter']"))

    silent = drift.submit(page, form, venter=first)
    none = drift.submit(page, form, **{"drop-begrundelse": "sendt to gange"})
    sent = {"venter": first, "drop-begrundelse": "sendt to gange"}
    dropped, again = drift.submit(page, form, **sent), drift.submit(page, form, **sent)

    assert (silent.status, none.status) == (422, 422)
    assert silent.one(f"//input[@name='venter'][@value='{first}']").get("checked") is not None
    assert "1 er droppet og begynder ikke" in dropped.text
    assert "1 ventede ikke længere" in again.text
    assert [row.id for row in world.flow.suspensions.held("stilles", actor=SYSTEM)] == [second]
    assert jens.get("/drift/processer/stilles").all("//input[@name='venter']") == []
