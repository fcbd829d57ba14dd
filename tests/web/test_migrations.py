"""Flyt forløb: a process owner sees what a new version means for running instances, and moves them."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from tests.services.diagrams import end, process, start, user_task
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in as sign_in_browser
from tests.web.waiting import leaving, width_of
from tests.web.world import World


@pytest.fixture
def behind(world: World):
    """Three instances of version 1, one of them past its first user task; version 2 has lost the second."""
    flow = world.flow
    first = process("flytteprove", start(), user_task("skriv"), user_task("ring"), end())
    flow.deployments.deploy({"flytteprove.bpmn": first}, actor=SYSTEM)
    ids = [flow.instances.start("flytteprove", actor=SYSTEM) for _ in range(3)]
    [task] = [row for row in flow.user_tasks.list(limit=None) if row.instance == ids[0]]
    flow.user_tasks.complete(task.id, {}, actor=SYSTEM)
    second = process("flytteprove", start(), user_task("skriv"), user_task("laes"), end())
    second = second.replace(b'id="laes" name="laes"', b'id="laes" name="Laes det"')
    flow.deployments.deploy({"flytteprove.bpmn": second}, actor=SYSTEM)
    return ids


def work(world: World) -> None:
    while world.flow.migration_work.run_waiting():
        pass


def test_the_owner_sees_verdicts_moves_and_takes_back(world: World, sign_in, behind):
    page = sign_in("lone.proces")
    seen = page.get("/studie/flyt/flytteprove/1/2")
    assert "3 forløb kører i den gamle" in seen.text

    values = {"til-skriv": "skriv", "til-start": "start", "til-end": "end", "begrundelse": "Ny lov"}
    planned = page.post("/studie/flyt/flytteprove/1/2", values)
    before = [world.flow.instances.get(id).version for id in behind]
    id = planned.address.rsplit("/", 1)[1]
    page.post(f"/studie/flyt/plan/{id}/koer", {})
    work(world)
    done = page.get(f"/studie/flyt/plan/{id}")

    assert [each.one("//h1").text for each in (seen, planned)] == ["flytteprove"] * 2
    assert planned.one("//p[@id='ret-planen']/a").get("href") == "/studie/flyt/flytteprove/1/2"
    assert "flytter uændret" in planned.text
    assert "kan ikke, fordi »ring« findes ikke i den nye udgave" in planned.text
    assert before == [1, 1, 1]
    assert "færdig" in done.text and "flyttet: 2" in done.text and "kan ikke flyttes: 1" in done.text
    page.post(f"/studie/flyt/plan/{id}/fortryd", {"begrundelse": "For tidligt"})
    work(world)
    assert "taget tilbage: 2" in page.get(f"/studie/flyt/plan/{id}").text
    assert [world.flow.instances.get(each).version for each in behind] == [1, 1, 1]


def test_a_plan_by_which_no_instance_can_move_is_not_offered_to_be_run(world: World, sign_in, behind):
    values = {"til-skriv": "", "til-start": "start", "til-end": "end", "begrundelse": "Ny lov"}

    planned = sign_in("lone.proces").post("/studie/flyt/flytteprove/1/2", values)

    assert "Intet af forløbene kan flyttes sådan." in planned.text
    assert not planned.all("//form[contains(@action, '/koer')]")


def test_where_nothing_of_the_same_kind_is_left_the_page_says_so_and_asks_nobody_to_let_it_run(
    world: World, sign_in, behind
):
    world.flow.deployments.deploy({"flytteprove.bpmn": process("flytteprove", start(), end())}, actor=SYSTEM)
    world.flow.migrations._has_four_eyes = True
    lone = sign_in("lone.proces")

    page = lone.get("/studie/flyt/flytteprove/1/3")
    values = {"til-start": "start", "til-end": "end", "begrundelse": "Ny lov"}
    planned = lone.post("/studie/flyt/flytteprove/1/3", values)

    told = [each.text for each in page.all("//td/span[starts-with(@id, 'intet-')]")]
    assert len(told) == 2 and all("bliver i den gamle udgave" in each for each in told)
    assert page.one("//select[@name='til-skriv']").get("aria-describedby") == "intet-skriv"
    assert not lone.get("/studie/flyt/flytteprove/1/2").all("//td/span[starts-with(@id, 'intet-')]")
    assert "Intet af forløbene kan flyttes sådan." in planned.text
    assert "En anden end den, der planlagde flytningen" not in planned.text


def test_the_examples_of_a_verdict_are_told_by_process_and_case(world: World, sign_in, behind):
    flow, owner = world.flow, world.flow.people.actor("lone.proces")
    flow.instances.start("flytteprove", case="SAG-2588", version=1, actor=SYSTEM)
    id = flow.migrations.plan("flytteprove:1", "flytteprove:2", reason="Ny lov", actor=owner)

    seen = sign_in("lone.proces").get(f"/studie/flyt/plan/{id}")

    [cell] = seen.all("//main//tbody/tr/td[last()]")
    assert cell.text_content().count(", udgave 1") == 4
    assert "(SAG-2588)" in cell.text_content()


def test_a_plan_says_its_versions_in_words(sign_in, behind):
    values = {"til-skriv": "skriv", "til-start": "start", "til-end": "end", "begrundelse": "Ny lov"}

    planned = sign_in("lone.proces").post("/studie/flyt/flytteprove/1/2", values)

    facts = [each.text_content() for each in planned.all("//main//dl/dd")]
    assert facts[:2] == ["udgave 1", "udgave 2"]
    assert "flytteprove:1" not in planned.one("//main").text_content()


def test_a_mapping_that_cannot_work_and_a_missing_reason_come_back_with_what_was_typed(sign_in, behind):
    page = sign_in("lone.proces")
    values = {"til-skriv": "start", "begrundelse": "Ny lov"}

    wrong = page.post("/studie/flyt/flytteprove/1/2", values)
    missing = page.post("/studie/flyt/flytteprove/1/2", {"til-skriv": "skriv", "begrundelse": ""})

    assert wrong.status == 422 and "»skriv« ville blive en anden slags element" in wrong.text
    assert "Ny lov" in wrong.text
    assert missing.status == 422 and "Skriv en begrundelse" in missing.text


def test_with_four_eyes_who_planned_is_told_that_another_lets_it_run(world, sign_in, behind):
    world.flow.migrations._has_four_eyes = True
    values = {"til-skriv": "skriv", "til-start": "start", "til-end": "end", "begrundelse": "Ny lov"}
    planned = sign_in("lone.proces").post("/studie/flyt/flytteprove/1/2", values)
    id = planned.address.rsplit("/", 1)[1]
    refused = sign_in("lone.proces").post(f"/studie/flyt/plan/{id}/koer", {})
    still = world.flow.migrations.get(id, actor=SYSTEM).row.status

    other = sign_in("jens.proces")
    before = other.get(f"/studie/flyt/plan/{id}")
    other.post(f"/studie/flyt/plan/{id}/koer", {})

    said = "En anden end den, der planlagde flytningen, skal sætte den i gang."
    assert said in planned.text and said in refused.text and still == "planned"
    assert not planned.all("//form[contains(@action, 'koer')]")
    assert said not in before.text and before.all("//form[contains(@action, 'koer')]")
    assert world.flow.migrations.get(id, actor=SYSTEM).row.status == "running"


def test_who_planned_asks_another_who_reads_it_among_the_notices(world, sign_in, behind):
    world.flow.migrations._has_four_eyes = True
    values = {"til-skriv": "skriv", "til-start": "start", "til-end": "end", "begrundelse": "Ny lov"}
    lone, jens = sign_in("lone.proces"), sign_in("jens.proces")
    planned = lone.post("/studie/flyt/flytteprove/1/2", values)
    words = "En flytning af kørende forløb venter på, at en anden procesejer sætter den i gang"
    assert words not in jens.get("/beskeder").text

    told = lone.submit(planned, planned.one("//form[contains(@action, '/bed')]"))
    of_jens = jens.post(f"{planned.address}/bed", {})

    assert "Procesejerne har fået besked" in told.text
    assert words in jens.get("/beskeder").text
    assert "Procesejerne har fået besked" not in of_jens.text and "Se, hvordan den står nu" in of_jens.text
    assert not jens.get(planned.address).all("//form[contains(@action, '/bed')]")


def test_who_draws_no_processes_sees_nothing_of_it(sign_in, behind):
    assert sign_in("camilla.syd").get("/studie/flyt").status == 403
    assert sign_in("lone.proces").get("/studie/flyt").status == 200


@pytest.mark.parametrize("width", [1200, 360])
def test_axe_finds_nothing_on_the_pages_of_a_move(open_page, world: World, behind, width):
    page = open_page(width=width)
    sign_in_browser(page, "lone.proces")
    seen = Checked(page)

    seen.visit("/studie/flyt")
    seen.visit("/studie/flyt/flytteprove/1/2")
    page.locator("main form button[type=submit]").click()
    page.wait_for_selector("#fejl")
    seen.check("a plan without a reason")
    page.fill("#begrundelse", "Ny lov")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/studie/flyt/plan/*")
    seen.check("a plan with its verdicts")
    with leaving(page):
        page.locator("main form button[type=submit]").first.click()
    work(world)
    page.reload()
    seen.check("a move that is done")

    assert width_of(page) <= width


def test_the_list_of_moves_says_process_and_version_in_words(world, sign_in, behind):
    owner = world.flow.people.actor("lone.proces")
    world.flow.migrations.plan("flytteprove:1", "flytteprove:2", reason="Ny lov", actor=owner)

    page = sign_in("lone.proces").get("/studie/flyt")

    row = page.all("//table[contains(caption, 'Flytninger')]/tbody/tr")[0]
    assert [cell.text_content() for cell in row][1:4] == ["flytteprove", "udgave 1", "udgave 2"]
    assert "flytteprove:1" not in row.text_content()
