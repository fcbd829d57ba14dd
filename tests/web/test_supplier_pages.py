"""A supplier's people on the pages: their own contract, with what consent covers, and nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from flowcase.access.actor import SYSTEM
from tests.web.world import PASSWORD, World

CASE = "SAG-2699"


@pytest.fixture
def contract(world: World) -> str:
    """A contract that is negotiated with granly, whose people the mother lets read it; its id."""
    flow = world.flow
    flow.people.add("engen", name="Engen", groups=["leverandoer"], password=PASSWORD, actor=SYSTEM)
    flow.cases.open(CASE, child={"navn": "Alma Hestbæk"}, actor=SYSTEM)
    values = {"navn": "Granly", "medarbejdere": ["granly"]}
    supplier = flow.cases.add_record("Leverandoer", values, actor=SYSTEM)
    terms = {
        "leverandoer_id": supplier,
        "barn_navn": "Alma Hestbæk",
        "maal": [{"omraade": "skole", "maal": "I skole hver dag"}],
        "omfang": "Døgnophold",
        "status": "forhandles",
    }
    record = flow.cases.add_record("IndividuelKontrakt", terms, case=CASE, actor=SYSTEM)
    asked = {
        "formaal_kode": "leverandoer",
        "modtagere": ["granly"],
        "oplysningstyper": ["familie", "sociale_problemer"],
        "kraevet": ["mor"],
        "status": "givet",
    }
    request = flow.cases.add_record("Samtykkeanmodning", asked, case=CASE, actor=SYSTEM)
    answer = {"anmodning_id": request, "formaal_kode": "leverandoer", "afgiver": "mor", "svar": "ja"}
    flow.cases.add_record("Samtykke", answer, case=CASE, actor=SYSTEM)
    return record


def test_the_supplier_answers_a_report_about_the_own_contract_and_others_do_not_see_it(
    world: World, contract: str, sign_in: Callable[..., Any]
) -> None:
    world.flow.instances.start("leverandoerbrud", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    [task] = world.flow.user_tasks.list(case=CASE)
    reported = {
        "kontrakt_id": contract,
        "art": "kontrakt",
        "beskrivelse": "For sent underrettet",
        "uden_navne": "En underretning kom for sent",
    }
    world.flow.user_tasks.complete(task.id, reported, actor=SYSTEM)
    [hearing] = world.flow.user_tasks.list(case=CASE)

    page = sign_in("granly").get(f"/opgaver/{hearing.id}")

    assert page.status == 200
    assert "For sent underrettet" in page.text
    assert "Svar på bruddet" in page.text
    assert sign_in("engen").get(f"/opgaver/{hearing.id}").status == 403
    assert hearing.id not in sign_in("engen").get("/").source


def test_the_goals_of_a_contract_are_shown_to_be_read_and_not_to_be_changed(
    world: World, contract: str, sign_in: Callable[..., Any]
) -> None:
    flow = world.flow
    [supplier] = flow.cases.records("Leverandoer")
    standard = {"leverandoer_id": supplier.id, "indsatstype": "institution", "status": "aktiv"}
    standard |= {"udloeb": dt.date(2028, 1, 31), "opsagt_til": dt.date(2026, 10, 31)}
    active = flow.cases.add_record("Standardkontrakt", standard, actor=SYSTEM)
    measure = flow.cases.add_record("Foranstaltning", {"type": "institution"}, case=CASE, actor=SYSTEM)
    begun = {"sag_id": CASE, "foranstaltning_id": measure}
    flow.instances.start("individuel_kontrakt", begun, case=CASE, actor=SYSTEM)
    [task] = flow.user_tasks.list(case=CASE)
    [offered] = flow.user_tasks.get(task.id).facts["standardkontrakter"]
    assert offered["label"] == "Granly, til 31.10.2026"  # notice was given
    filled = {
        "standardkontrakt_id": active,
        "barn_navn": "Alma Hestbæk",
        "barn_cpr": "040312-0001",
        "foraeldremyndighed": "Mor",
        "kontaktpersoner": "Lederen",
        "maal": [
            {"omraade": "skole", "maal": "I skole hver dag"},
            {"omraade": "sundhed", "maal": "Sover om natten"},
        ],
        "omfang": "Døgnophold",
        "hyppighed": "Altid",
        "start": "2026-04-10",
        "varighed": "2026-09-10",
        "pris": 1,
        "betaling": "Bagud",
        "opfoelgning_maaneder": 3,
    }
    flow.user_tasks.complete(task.id, filled, actor=SYSTEM)
    [answer] = flow.user_tasks.list(case=CASE)

    granly = sign_in("granly")
    page = granly.get(f"/opgaver/{answer.id}")

    editable = [field.get("name") for field in page.all("//*[@name and not(@type='hidden')]")]
    shown = page.all("//fieldset[contains(@class, 'fc-list')]//p[@class='fc-shown']")
    assert [cell.text_content() for cell in shown] == [
        "Skoleforhold",
        "I skole hver dag",
        "Sundhedsforhold",
        "Sover om natten",
    ]
    assert not page.all("//button[@name='_add' or @name='_remove']")
    assert "leverandoer_svar" in editable
    assert not [name for name in editable if name.startswith("maal")]
    signed = {"leverandoer_svar": "underskriver", "underskrift_leverandoer": "2026-03-27"}
    granly.press(page, "_faerdig", **signed)
    [contract_now] = [row for row in flow.cases.records("IndividuelKontrakt") if row["svar"]]
    assert (contract_now["svar"], contract_now["maal"]) == ("underskriver", filled["maal"])


def test_the_head_of_suppliers_reads_what_is_written_for_them_of_a_breach_and_nothing_of_the_child(
    world: World, contract: str, sign_in: Callable[..., Any]
) -> None:
    flow = world.flow
    flow.people.add(
        "susanne", name="Susanne", groups=["leverandoeransvarlig"], password=PASSWORD, actor=SYSTEM
    )
    flow.instances.start("leverandoerbrud", {"sag_id": CASE}, case=CASE, actor=SYSTEM)
    [task] = flow.user_tasks.list(case=CASE)
    reported = {
        "kontrakt_id": contract,
        "art": "kontrakt",
        "beskrivelse": "Alma blev ladt alene",
        "uden_navne": "Der var ingen vagt om natten",
    }
    flow.user_tasks.complete(task.id, reported, actor=SYSTEM)
    [hearing] = flow.user_tasks.list(case=CASE)
    answer = {"svar_uden_navne": "Vagten var syg", "hoering": "Alma sov"}
    flow.user_tasks.complete(hearing.id, answer, actor=SYSTEM)
    [decision] = flow.user_tasks.list(case=CASE)

    page = sign_in("susanne").get(f"/opgaver/{decision.id}")

    assert "Der var ingen vagt om natten" in page.text
    assert "Vagten var syg" in page.text
    assert "Alma" not in page.source
