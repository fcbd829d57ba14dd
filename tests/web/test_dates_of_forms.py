"""Dates that a form file calls a slip: told at the field, and taken from who looks again and goes on."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from tests.processes.consents_given import give_consent
from tests.services.diagrams import end, process, user_task
from tests.services.test_startable_flows import start
from tests.web.world import NOTIFICATION, World

CASE = "SAG-2777"
BORN = dt.date(2019, 5, 2)
TOLD = {name: value for name, value in NOTIFICATION.items() if isinstance(value, (str, bool))}


@pytest.fixture
def statement(world: World) -> Any:
    """The user task in which Camilla writes when a statement about a child came, and what it says."""
    facts = {
        "team": "familieteam_syd",
        "sagsbehandler": "camilla.syd",
        "omraade": "syd",
        "status": "undersoegelse",
    }
    facts |= {"kendskabsdato": dt.date(2026, 1, 12)}
    world.flow.cases.open(CASE, child={"navn": "Otto Prøve", "foedt": BORN}, facts=facts, actor=SYSTEM)
    give_consent(world.flow, CASE, "skole")
    world.flow.instances.start("boernefaglig_undersoegelse", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    source = {"hvem": "Skolen", "rolle": "skole", "hvad": "Fravær", "samtykke": "indhentes"}
    plan = {"fokus": "Trivsel.", "kilder": [source], "familiens_bidrag": "Dagbog."}
    world.complete("planlaeg", "camilla.syd", CASE, **plan)
    return world.task("indhent_udtalelse", CASE)


def test_a_date_before_the_childs_birth_is_told_once_and_then_taken(sign_in, world, statement):
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/opgaver/{statement.id}")
    assert "2.5.2019" not in page.source

    told = camilla.press(page, "_faerdig", indhold="Fravær siden jul.", modtaget="24.3.2019")

    assert (
        "Datoen ligger før barnets fødsel. Ret den, eller" in told.one("//*[@id='se-efter']").text_content()
    )
    assert told.value("indhold") == "Fravær siden jul."
    assert world.task("indhent_udtalelse", CASE).status == "open"
    done = camilla.press(told, "_faerdig")
    assert "Opgaven »Indhent udtalelse« er færdig." in done.text


def test_who_corrects_one_slip_into_another_is_told_of_that_too(sign_in, world, statement):
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/opgaver/{statement.id}?sprog=en")
    told = camilla.press(page, "_faerdig", indhold="Fravær siden jul.", modtaget="24.3.2019")

    again = camilla.press(told, "_faerdig", modtaget="24.3.2062")

    assert (
        "The date lies in the future. Correct it, or go on" in again.one("//*[@id='se-efter']").text_content()
    )
    assert world.task("indhent_udtalelse", CASE).status == "open"
    done = camilla.press(again, "_faerdig", modtaget="24.3.2026")
    assert done.status == 200
    assert done.all("//*[@id='se-efter']") == []


def test_a_flow_begun_in_the_case_asks_the_same(sign_in, world, statement):
    begun = process("i_sag", start("familieteam_syd", form="F-G3"), user_task("a"), end())
    world.flow.deployments.deploy({"i_sag.bpmn": begun}, actor=SYSTEM)
    camilla = sign_in("camilla.syd")
    page = camilla.get(f"/sager/{CASE}/nyt-forloeb/i_sag")

    told = camilla.press(page, "_begynd", tid="1.1.2018 kl. 9.00", indhold="Vi talte om skolen")

    assert "Tidspunktet ligger før barnets fødsel" in told.one("//*[@id='se-efter']").text_content()


def test_a_notification_of_an_unborn_child_is_asked_about_and_taken(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get("/underretninger/ny")
    typed = {name: str(value).lower() if isinstance(value, bool) else value for name, value in TOLD.items()}
    typed |= {"modtaget": "27.3.2026 kl. 8.00", "boern.0.navn": "Ufødt Prøve", "boern.0.foedt": "1.6.2026"}

    told = karen.press(page, "_send", **typed)

    said = told.one("//*[@id='se-efter']").text_content()
    assert "Barnet er født efter, at underretningen kom." in said
    done = karen.press(told, "_send")
    assert done.all("//*[@id='se-efter']") == done.all("//*[@id='fejl']") == []


def test_when_a_notification_was_received_in_the_future_the_field_says_what_to_write(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get("/underretninger/ny")
    typed = {name: str(value).lower() if isinstance(value, bool) else value for name, value in TOLD.items()}

    again = karen.press(page, "_send", **typed, **{"modtaget": "27.3.2027 kl. 8.00", "boern.0.navn": "Prøve"})

    assert again.status == 422
    assert "Skriv, hvornår kommunen modtog underretningen." in again.one("//*[@id='fejl']").text_content()
