"""An operator skips and moves a token from the instance's page, and works on many instances at once."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.services.operating.batches import Asked
from tests.services.diagrams import end, process, service_task, start, user_task
from tests.web.world import PASSWORD

DRAWN = process("to_trin", start(), user_task("foerste"), user_task("anden"), end())


@pytest.fixture
def instance(world):
    world.flow.deployments.deploy({"to_trin.bpmn": DRAWN}, actor=SYSTEM)
    return world.flow.instances.start("to_trin", {}, actor=SYSTEM)


def test_a_token_is_moved_and_skipped_after_a_preview_in_words(sign_in, world, instance):
    drift = sign_in("drift")
    page = drift.get(f"/forloeb/{instance}/indgreb")
    links = [link.get("href") for link in page.all("//main//ul//a")]
    assert [link.rpartition("/")[2] for link in links] == ["spring-over", "flyt", "fjern"]

    only = drift.get(links[2])
    move = drift.get(links[1] + "?til=anden")
    without = drift.submit(move, move.all("//main//form")[-1])
    moved = drift.submit(move, move.all("//main//form")[-1], begrundelse="Er gjort på papir")
    assert "det eneste sted" in only.text
    assert "Opgaven lukkes: foerste" in move.text
    assert without.status == 422
    assert "Det er gjort" in moved.text
    assert world.flow.instances.get(instance).active_elements == ("anden",)
    token = world.flow.token_moves.places(instance, actor=SYSTEM)[0].element_instance
    skip = drift.get(f"/forloeb/{instance}/indgreb/{token}/spring-over")
    values = {"navn-0": "svar", "vaerdi-0": "14", "begrundelse": "Er gjort på papir"}
    drift.submit(skip, skip.all("//main//form")[-1], **values)

    assert "Forløbet slutter" in skip.text
    assert world.flow.instances.get(instance).status == "completed"


def test_an_instance_is_suspended_and_resumed_from_its_page(sign_in, world, instance):
    drift = sign_in("drift")
    page = drift.get(f"/forloeb/{instance}/indgreb")
    form = page.one("//main//form")

    wrong = drift.submit(page, form)
    drift.submit(page, form, begrundelse="Afventer")
    paused = drift.get(f"/forloeb/{instance}/indgreb")

    assert wrong.status == 422
    assert world.flow.instances.get(instance).status == "suspended"
    drift.submit(paused, paused.one("//main//form"), begrundelse="Videre")
    assert world.flow.instances.get(instance).status == "active"


def test_who_has_the_page_open_learns_that_the_user_task_has_lapsed(sign_in, world, instance):
    drift, karen = sign_in("drift"), sign_in("karen.fp")
    [task] = world.flow.user_tasks.list(instance=instance)
    world.flow.user_tasks.claim(task.id, actor=world.flow.people.actor("karen.fp"))
    karen.get(f"/opgaver/{task.id}")
    before = karen.post(f"/opgaver/{task.id}/her")
    token = world.flow.token_moves.places(instance, actor=SYSTEM)[0].element_instance

    skip = drift.get(f"/forloeb/{instance}/indgreb/{token}/spring-over")
    drift.submit(skip, skip.all("//main//form")[-1], begrundelse="Er gjort på papir")
    polled = karen.post(f"/opgaver/{task.id}/her")

    assert "ikke længere åben" not in before.source
    assert "Opgaven er ikke længere åben" in polled.source and "Den bortfaldt" in polled.source
    assert "driften greb ind" in karen.get("/beskeder").text


def test_a_user_task_of_a_suspended_instance_says_why_it_waits_and_keeps_what_was_typed(
    sign_in, world, instance
):
    karen = sign_in("karen.fp")
    [task] = world.flow.user_tasks.list(instance=instance)
    page = karen.get(f"/opgaver/{task.id}")
    operator = world.flow.people.actor("drift")
    world.flow.instances.suspend(instance, reason="Leverandøren er lukket", actor=operator)

    polled = karen.post(f"/opgaver/{task.id}/her")
    sent = karen.post(f"/opgaver/{task.id}", {"_faerdig": "1"})
    taken = karen.post(f"/opgaver/{task.id}/flyt", {"_handling": "tag"})
    opened = karen.get(f"/opgaver/{task.id}")
    row = f"//tr[.//a[@href='/opgaver/{task.id}']]"
    listed = karen.get("/opgaver").one(row).text_content()
    found = karen.get(f"/opgaver?sag={task.case_code or ''}&soeg={task.name}").one(row).text_content()
    world.flow.instances.resume(instance, reason="Videre", actor=operator)

    assert "sat på pause" not in page.text
    assert "Forløbet er sat på pause." in polled.source
    assert (sent.status, "når driften har genoptaget det" in sent.one("//*[@id='fejl']").text_content()) == (
        409,
        True,
    )
    assert (taken.status, "Vent, til driften" in taken.text) == (422, True)
    assert "Forløbet er sat på pause." in opened.one("//*[@id='tilstede']").text_content()
    assert "Forløbet er sat på pause" in listed and "Forløbet er sat på pause" in found
    assert "sat på pause" not in karen.get("/opgaver").one(row).text_content()
    assert "sat på pause" not in karen.get(f"/opgaver/{task.id}").text


def test_the_whole_instance_is_cancelled_after_a_preview_and_a_reason(sign_in, world, instance):
    drift = sign_in("drift")
    page = drift.get(f"/forloeb/{instance}/indgreb")
    end = drift.get(page.one("//main//a[contains(@href, 'afbryd')]").get("href"))

    wrong = drift.submit(end, end.one("//main//form"))
    done = drift.submit(end, end.one("//main//form"), begrundelse="Oprettet to gange")
    again = drift.submit(end, end.one("//main//form"), begrundelse="Oprettet to gange")

    assert "Opgaven lukkes: foerste" in end.text and "kan ikke gøres om" in end.text
    assert (wrong.status, "Skriv en begrundelse" in wrong.text) == (422, True)
    assert "Det er gjort" in done.text
    assert (again.status, "Forløbet er slut." in again.text) == (409, True)
    assert world.flow.instances.get(instance).status == "cancelled"


def test_a_page_from_before_says_how_the_instance_stands_now(sign_in, world, instance):
    drift = sign_in("drift")
    page = drift.get(f"/forloeb/{instance}/indgreb")
    drift.submit(page, page.one("//main//form"), begrundelse="Afventer")
    paused = drift.get(f"/forloeb/{instance}/indgreb")

    twice = drift.submit(page, page.one("//main//form"), begrundelse="Afventer")
    drift.submit(paused, paused.one("//main//form"), begrundelse="Videre")
    late = drift.submit(paused, paused.one("//main//form"), begrundelse="Videre")

    assert (twice.status, "allerede sat på pause" in twice.text) == (409, True)
    assert (late.status, "i gang og ikke sat på pause" in late.text) == (409, True)


def test_many_are_chosen_seen_planned_and_done(sign_in, world, instance):
    drift = sign_in("drift")
    page = drift.get("/drift/mange/nyt?forloeb=to_trin&udgave=1")
    form = page.all("//main//form")[-1]
    assert "forløb er valgt" in page.text

    wrong = drift.submit(page, form)
    assert {link.get("href") for link in wrong.all("//*[@id='fejl']//a")} == {"#begrundelse", "#handling"}
    planned = drift.submit(page, form, handling="suspend", begrundelse="Leverandøren er lukket")
    ran = drift.submit(planned, planned.one("//main//form[contains(@action, 'koer')]"))
    while world.flow.batch_work.run_waiting():
        pass

    assert "planlagt" in planned.text
    assert "1 kan" in planned.text and "kan gøres" in planned.text
    assert "i gang" in ran.text
    assert world.flow.instances.get(instance).status == "suspended"
    (row, *_) = world.flow.batches.list(actor=SYSTEM)
    assert "færdig" in drift.get(f"/drift/mange/{row.id}").text
    assert "færdig" in drift.get("/drift/mange").text
    assert drift.get("/drift/mange/nyt?fra=igår").status == 200
    assert drift.get("/drift/mange/nyt?fra=engang").status == 422


def test_an_instance_of_many_is_told_by_process_and_case_with_a_link_for_who_opens_cases(sign_in, world):
    world.flow.deployments.deploy({"to_trin.bpmn": DRAWN}, actor=SYSTEM)
    world.flow.instances.start("to_trin", {}, case="SAG-2588", actor=SYSTEM)
    world.flow.instances.start("to_trin", {}, actor=SYSTEM)
    name = world.flow.deployments.definitions(process="to_trin")[0].name
    asked = Asked(process="to_trin")
    planner = world.flow.people.actor("drift")
    id = world.flow.batches.plan(asked, "suspend", reason="Afventer", actor=planner)
    world.flow.people.add("begge", groups=["administrator", "fronten"], password=PASSWORD, actor=SYSTEM)

    choosing = sign_in("drift").get("/drift/mange/nyt?forloeb=to_trin")
    by_drift = sign_in("drift").get(f"/drift/mange/{id}")
    by_both = sign_in("begge").get(f"/drift/mange/{id}")

    rows = [[cell.text_content().strip() for cell in row] for row in by_drift.all("//main//tbody/tr")]
    assert [row[2] for row in rows] == ["SAG-2588", "–"]
    assert all(row[1].startswith(f"{name}, udgave 1") for row in rows)
    assert not by_drift.all("//main//tbody//a[@href='/sager/SAG-2588']")
    assert by_both.all("//main//tbody//a[@href='/sager/SAG-2588']")
    listed = [[cell.text_content().strip() for cell in row] for row in choosing.all("//main//tbody/tr")]
    assert [row[:2] for row in listed] == [[f"{name}, udgave 1", "SAG-2588"], [f"{name}, udgave 1", "–"]]


def test_what_a_batch_was_chosen_by_and_does_is_said_with_the_names_of_the_diagram(sign_in, world, instance):
    named = DRAWN.replace(b'name="to_trin"', b'name="I to trin"').replace(
        b'name="foerste"', b'name="Den ene"'
    )
    world.flow.deployments.deploy({"to_trin.bpmn": named}, actor=SYSTEM)
    new = world.flow.deployments.definitions(process="to_trin")[0].version
    planner = world.flow.people.actor("drift")
    asked = Asked(process="to_trin", element="foerste", incident="")
    skipping = world.flow.batches.plan(asked, "skip", element="foerste", reason="Lukket", actor=planner)
    on = world.flow.batches.plan(
        asked, "move", element="foerste", target="anden", reason="Lukket", actor=planner
    )
    moving = world.flow.batches.plan(asked, "migrate", target=str(new), reason="Ny lov", actor=planner)
    drift = sign_in("drift")

    choosing = drift.get("/drift/mange/nyt?forloeb=to_trin")
    facts = [
        drift.get(f"/drift/mange/{id}").one("//main//dl").text_content() for id in (skipping, on, moving)
    ]

    offered = {each.get("value"): each.text_content() for each in choosing.all("//datalist/option")}
    assert offered["foerste"] == "Den ene"
    assert {
        each.get("list") for each in choosing.all("//input[contains(@name, 'sted') or @name='element']")
    } == {"elementer"}
    assert all("I to trin" in told and "»Den ene« (foerste)" in told for told in facts)
    assert "»Den ene« (foerste) → »anden« (anden)" in facts[1]
    assert f"I to trin, udgave {new}" in facts[2]
    assert "to_trin:" not in facts[2]


def test_many_that_are_tried_again_and_fail_again_are_told(sign_in, world):
    stuck = process("staar_stille", start(), service_task("luk", "sag.afslut"), end())
    world.flow.deployments.deploy({"staar_stille.bpmn": stuck}, actor=SYSTEM)
    world.flow.instances.start("staar_stille", {}, actor=SYSTEM)
    drift = sign_in("drift")
    page = drift.get("/drift/mange/nyt?forloeb=staar_stille&haendelse=any")
    planned = drift.submit(page, page.all("//main//form")[-1], handling="retry", begrundelse="Prøv igen")
    drift.submit(planned, planned.one("//main//form[contains(@action, 'koer')]"))
    while world.flow.batch_work.run_waiting():
        pass

    page = drift.get("/drift/mange/" + planned.address.rpartition("/")[2])

    assert "færdig" in page.text
    assert "står stadig stille: 1" in page.text
    assert page.all("//main//tbody/tr/td")[-1].text_content() == "Det er forsøgt igen og står stadig stille."


def test_the_mapping_of_many_is_corrected_on_its_page_before_they_move(sign_in, world, instance):
    world.flow.user_tasks.complete(f"{instance}.2", {}, actor=SYSTEM)
    newer = process("to_trin", start(), user_task("foerste"), end())
    world.flow.deployments.deploy({"to_trin.bpmn": newer}, actor=SYSTEM)
    row = world.flow.deployments.definitions(process="to_trin")[0]
    drift = sign_in("drift")
    page = drift.get("/drift/mange/nyt?forloeb=to_trin")
    form = page.all("//main//form")[-1]
    planned = drift.submit(page, form, handling="migrate", til_udgave=str(row.version), begrundelse="Ny lov")
    table = drift.get(planned.one("//main//dl//a[contains(@href, 'afloeser')]").get("href"))
    form = table.one("//main//form")

    wrong = drift.submit(table, form, **{"til-anden": "end"})
    corrected = drift.submit(table, form, **{"til-anden": "foerste"})
    drift.submit(corrected, corrected.one("//main//form[contains(@action, 'koer')]"))
    while world.flow.batch_work.run_waiting():
        pass
    late = drift.submit(table, form, **{"til-anden": ""})

    assert "findes ikke i den nye udgave" in planned.text
    assert (wrong.status, "en anden slags element" in wrong.text) == (422, True)
    assert "findes ikke i den nye udgave" not in corrected.text
    assert "rettet af" in corrected.text
    assert world.flow.instances.get(instance).version == row.version
    assert "kommet videre imens" in late.text


def test_many_are_moved_to_another_version_and_taken_back(sign_in, world, instance):
    stuck = world.flow.instances.start("to_trin", {}, actor=SYSTEM)
    world.flow.user_tasks.complete(f"{stuck}.2", {}, actor=SYSTEM)
    newer = process("to_trin", start(), user_task("foerste"), end())
    world.flow.deployments.deploy({"to_trin.bpmn": newer}, actor=SYSTEM)
    new = world.flow.deployments.definitions(process="to_trin")[0].version
    drift = sign_in("drift")
    page = drift.get("/drift/mange/nyt?forloeb=to_trin")
    form = page.all("//main//form")[-1]

    wrong = drift.submit(page, form, handling="migrate", til_udgave="99", begrundelse="Ny lov")
    planned = drift.submit(page, form, handling="migrate", til_udgave=str(new), begrundelse="Ny lov")
    run = planned.one("//main//form[contains(@action, 'koer')]")
    drift.submit(planned, run)
    while world.flow.batch_work.run_waiting():
        pass
    address = run.get("action").removesuffix("/koer")
    done = drift.get(address)
    moved = world.flow.instances.get(instance).version
    drift.submit(done, done.one("//main//form[contains(@action, 'fortryd')]"), begrundelse="For tidligt")
    while world.flow.batch_work.run_waiting():
        pass

    assert wrong.status == 422 and "ikke den udgave" in wrong.text
    assert "findes ikke i den nye udgave" in planned.text
    assert moved == new
    assert world.flow.instances.get(instance).version == new - 1
    assert "taget tilbage" in drift.get(address).text
