"""Starting a flow by hand: from a case, and from *Nye forløb*."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.civil_time import COPENHAGEN
from tests.services.diagrams import Node, end, process, user_task
from tests.services.test_startable_flows import start
from tests.web.world import PASSWORD


@pytest.fixture(autouse=True)
def flows(world):
    files = {
        "i_sag.bpmn": process("i_sag", start("familieteam_syd", form="F-G3"), user_task("a"), end()),
        "uden_sag.bpmn": process("uden_sag", start("familieteam_syd", "none"), user_task("b"), end()),
    }
    world.flow.deployments.deploy(files, actor=SYSTEM)


def test_a_case_page_offers_what_this_person_may_start(sign_in):
    camilla, vera = sign_in("camilla.syd"), sign_in("vera.revisor")

    offered = camilla.get("/sager/SAG-2588").one("//section[@aria-labelledby='nyt-forloeb']")

    assert "i_sag" in offered.text_content()
    assert "Til dette" in offered.text_content()
    assert "uden_sag" not in offered.text_content()
    assert not vera.get("/sager/SAG-2588").all("//a[contains(@href, '/nyt-forloeb/i_sag')]")
    assert vera.get("/sager/SAG-2588/nyt-forloeb/i_sag").status == 403


def test_a_start_form_with_errors_comes_back_as_it_was_typed(sign_in, world):
    camilla = sign_in("camilla.syd")
    page = camilla.get("/sager/SAG-2588/nyt-forloeb/i_sag")

    again = camilla.press(page, "_begynd", indhold="Vi talte om skolen")

    assert again.status == 422
    assert again.summary
    assert again.value("indhold") == "Vi talte om skolen"
    assert world.flow.instances.list(process="i_sag") == []


def test_a_flow_outside_of_a_case_begins_once_however_often_it_is_sent(sign_in, world):
    camilla = sign_in("camilla.syd")
    listed = camilla.get("/forloeb/nyt")
    page = camilla.get("/forloeb/nyt/uden_sag")

    arrived, again = camilla.press(page, "_begynd"), camilla.press(page, "_begynd")

    assert listed.one("//main//ul//a[text()='uden_sag']").get("href") == "/forloeb/nyt/uden_sag"
    assert "Forløbet »uden_sag« er begyndt." in arrived.text
    assert again.status == 200
    assert len(world.flow.instances.list(process="uden_sag")) == 1


def test_a_gate_of_the_start_refuses_at_its_field_and_what_was_typed_stays(sign_in, world):
    world.flow.people.add(
        "dorte.skole",
        name="Dorte Vang",
        groups=("distriktsleder_skole",),
        district="D2",
        password=PASSWORD,
        actor=SYSTEM,
    )
    doris = sign_in("dorte.skole")
    page = doris.get("/forloeb/nyt/koordineringskonference")
    before = (world.flow.clock.now() - dt.timedelta(days=1)).astimezone(COPENHAGEN)
    given = {"type": "operationel", "omraade": "skole", "distrikt": "D2"}

    again = doris.press(page, "_begynd", **given, tid=f"{before:%Y-%m-%dT%H:%M}")

    [said] = again.all("//*[contains(@class, 'form-error-message')]")
    assert again.status == 422
    assert "Mødet kan ikke planlægges til et tidspunkt, der er gået." in said.text_content()
    assert again.value("distrikt") == "D2"
    assert world.flow.instances.list(process="koordineringskonference") == []

    after = (world.flow.clock.now() + dt.timedelta(days=7)).astimezone(COPENHAGEN)
    begun = doris.press(again, "_begynd", tid=f"{after:%Y-%m-%dT%H:%M}")

    assert begun.status == 200
    assert len(world.flow.instances.list(process="koordineringskonference")) == 1


def test_a_flow_that_found_a_case_leads_to_it(sign_in, world):
    script = '<zeebe:script expression="=&quot;SAG-2588&quot;" resultVariable="sag_id"/>'
    found = Node("find", "scriptTask", f"<extensionElements>{script}</extensionElements>")
    files = {"fandt_sag.bpmn": process("fandt_sag", start("familieteam_syd", "none"), found, end())}
    world.flow.deployments.deploy(files, actor=SYSTEM)
    camilla = sign_in("camilla.syd")

    arrived = camilla.press(camilla.get("/forloeb/nyt/fandt_sag"), "_begynd")

    assert arrived.address == "/sager/SAG-2588"


def test_who_sees_no_cases_reads_what_is_begun_for_them_in_a_case(sign_in, world):
    world.flow.people.add("sk.leder", name="Skolens leder", groups=["skole"], password=PASSWORD, actor=SYSTEM)

    leader, camilla = sign_in("sk.leder").get("/forloeb/nyt"), sign_in("camilla.syd").get("/forloeb/nyt")

    told = leader.one("//h2[@id='i-en-sag']/following-sibling::ul").text_content()
    assert "Visitation" in told
    assert "Foreslå et punkt" not in told  # that one begins without a case
    assert "Bed sagens rådgiver" in leader.text
    assert not leader.all("//h2[@id='i-en-sag']/following-sibling::ul//a")
    assert "på sagens side" not in leader.text
    assert not camilla.all("//h2[@id='i-en-sag']")
    assert "på sagens side" in camilla.text


def test_ssp_takes_a_young_person_up_without_a_case(sign_in, world):
    world.flow.people.add("kasper.ssp", name="Kasper Norup", groups=["ssp"], password=PASSWORD, actor=SYSTEM)
    kasper = sign_in("kasper.ssp")

    arrived = kasper.press(kasper.get("/forloeb/nyt/ungesamarbejde"), "_begynd")
    proposed = kasper.press(arrived, "_faerdig", tilknytning="ingen", i_alderen="true")

    assert arrived.heading == "Afklar tilknytningen"
    assert proposed.status == 200
    [item] = [row for row in world.flow.user_tasks.list() if row.process == "konferencepunkt"]
    assert (item.element, item.assignee) == ("foreslaa", "kasper.ssp")
    assert kasper.get("/sager").status == 403


def test_who_may_start_nothing_is_told_so_in_either_language(sign_in):
    vera = sign_in("vera.revisor")

    assert "Der er ingen forløb, som du kan begynde her." in vera.get("/forloeb/nyt").text
    assert "There are no flows that you can begin here." in vera.get("/forloeb/nyt?sprog=en").text
    assert vera.get("/forloeb/nyt/uden_sag").status == 403
    assert vera.get("/forloeb/nyt/findes_ikke").status == 404
