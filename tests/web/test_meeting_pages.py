"""A meeting on its pages, as somebody without JavaScript holds it: agreements, boards, who is not invited."""

from __future__ import annotations

import datetime as dt

import pytest

from flowcase.access.actor import SYSTEM
from flowcase.cases.civil_time import COPENHAGEN

CASE = "SAG-2570"


@pytest.fixture
def caseworker(world):
    return world.flow.cases.get(CASE, actor=SYSTEM).facts["sagsbehandler"]


@pytest.fixture
def held(world, caseworker):
    """A meeting with the mother and the caseworker, planned for later in the day."""
    actor = world.flow.people.actor(caseworker)
    world.flow.instances.start("moede", {"sag_id": CASE}, case=CASE, actor=actor)
    people = [
        {"navn": "Mor", "slags": "foraelder"},
        {"navn": "Rådgiveren", "slags": "medarbejder", "person": caseworker},
        {"navn": "Psykologen", "slags": "fagperson", "gruppe": "ppr"},
    ]
    world.complete(
        "planlaeg",
        caseworker,
        CASE,
        formaal="Hverdagen",
        tid="2026-03-27T10:30",
        deltagere=people,
        moedeleder=caseworker,
        referent=caseworker,
    )
    without = {"behandling": "uden_dem", "behandling_begrundelse": "Intet samtykke"}
    world.complete("vaelg_behandling", caseworker, CASE, **without)
    return world


def open_task(visitor, world, element):
    return visitor.get(f"/opgaver/{world.task(element, CASE).id}")


def hold(visitor, world, caseworker):
    warned = visitor.press(
        open_task(visitor, world, "afhold"),
        "_faerdig",
        forloeb="afholdt",
        holdt="2026-03-27T08:30",
        til_stede=["foraelder", caseworker],
        moedeleder=caseworker,
        referent=caseworker,
    )
    assert "Mødeleder og referent er den samme person." in warned.text
    return visitor.press(warned, "_faerdig")


def test_the_page_of_the_meeting_says_who_is_not_invited_and_why(sign_in, held, caseworker):
    visitor = sign_in(caseworker)
    page = open_task(visitor, held, "afhold")

    again = visitor.press(page, "_faerdig", forloeb="afholdt")

    assert "Psykologen: der mangler samtykke til mødet. Der er ikke bedt om samtykke" in page.text
    offered = {
        option.get("value")
        for option in again.all("//input[@name='til_stede'] | //*[@name='til_stede']//option")
    }
    assert offered - {None, ""} == {"foraelder", caseworker}


def test_a_field_that_an_answer_brings_onto_the_page_begins_with_what_is_known(sign_in, held, caseworker):
    visitor = sign_in(caseworker)
    page = open_task(visitor, held, "afhold")

    again = visitor.press(page, "_vis", forloeb="afholdt")
    emptied = visitor.press(again, "_vis", moedeleder="")

    assert not page.all("//*[@name='moedeleder']")
    assert (again.value("moedeleder"), again.value("referent")) == (caseworker, caseworker)
    assert (emptied.value("moedeleder") or "", emptied.value("referent")) == ("", caseworker)


def test_a_meeting_that_is_yet_to_come_has_not_been_held_and_the_field_says_so(sign_in, held, caseworker):
    visitor = sign_in(caseworker)
    page = open_task(visitor, held, "afhold")

    again = visitor.press(
        page,
        "_faerdig",
        forloeb="afholdt",
        holdt="2026-09-01T08:30",
        til_stede=["foraelder"],
        moedeleder=caseworker,
        referent=caseworker,
    )

    sentence = "Mødet kan ikke være holdt i fremtiden. Ret tidspunktet, eller vent, til mødet er holdt."
    assert again.status == 422
    said = again.all("//*[contains(@class, 'form-error-message')]")
    [field] = again.all("//*[@name='holdt']")
    assert [each.get("id") for each in said] == [f"{field.get('id')}-error-1"]
    assert sentence in said[0].text_content()
    assert len(again.all("//*[@role='alert']")) == len(again.all("//*[@id='fejl']")) == 1
    assert again.summary == [f"Holdt – {sentence}"]
    assert held.task("afhold", CASE).status == "open"


def test_a_meeting_is_not_planned_for_a_time_that_has_passed_and_what_was_typed_stays(
    sign_in, world, caseworker
):
    actor = world.flow.people.actor(caseworker)
    world.flow.instances.start("moede", {"sag_id": CASE}, case=CASE, actor=actor)
    visitor = sign_in(caseworker)
    page = open_task(visitor, world, "planlaeg")

    again = visitor.press(
        page, "_faerdig", **plan(world, caseworker, -dt.timedelta(minutes=2)), formaal="Hverdagen"
    )

    [said] = again.all("//*[contains(@class, 'form-error-message')]")
    [field] = again.all("//*[@name='tid']")
    assert again.status == 422
    assert said.get("id") == f"{field.get('id')}-error-1"
    assert "Mødet kan ikke planlægges til et tidspunkt, der er gået. Ret tidspunktet." in said.text_content()
    assert again.value("formaal") == "Hverdagen"
    assert again.value("deltagere.0.navn") == "Mor"
    assert world.task("planlaeg", CASE).status == "open"


def test_a_meeting_does_not_move_to_a_time_that_has_passed(sign_in, held, caseworker):
    visitor = sign_in(caseworker)
    page = open_task(visitor, held, "afhold")

    again = visitor.press(
        page, "_faerdig", forloeb="flyttet", ny_tid="2026-03-02T08:30", aflyst_begrundelse="Sygdom"
    )

    assert again.status == 422
    assert "Mødet kan ikke flyttes til et tidspunkt, der er gået. Ret tidspunktet." in again.text
    assert again.value("aflyst_begrundelse") == "Sygdom"
    assert held.task("afhold", CASE).status == "open"


def plan(world, caseworker, ahead):
    """The fields of *Planlæg mødet* with the mother, so long from now."""
    at = (world.flow.clock.now() + ahead).astimezone(COPENHAGEN)
    return {
        "tid": f"{at:%Y-%m-%dT%H:%M}",
        "deltagere.0.navn": "Mor",
        "deltagere.0.slags": "foraelder",
        "moedeleder": caseworker,
        "referent": caseworker,
    }


def test_a_meeting_without_agreements_is_refused_with_the_way_out(sign_in, held, caseworker):
    visitor = sign_in(caseworker)
    hold(visitor, held, caseworker)
    page = open_task(visitor, held, "aftaler_fra_moedet")

    again = visitor.press(page, "_faerdig", referat="Vi talte sammen.")

    assert again.status in (409, 422)
    assert "Mødet kan ikke slutte uden mindst én aftale med tovholder eller »ingen opgave«." in again.text
    assert again.value("referat") == "Vi talte sammen."


def test_agreements_are_filled_in_row_by_row_and_followed_up(sign_in, held, caseworker):
    visitor = sign_in(caseworker)
    hold(visitor, held, caseworker)
    page = open_task(visitor, held, "aftaler_fra_moedet")

    done = visitor.press(
        page,
        "_faerdig",
        referat="Vi talte sammen.",
        **{
            "aftaler.0.hvad": "Mor ringer til skolen",
            "aftaler.0.hvem": ["foraelder"],
            "aftaler.0.tovholder": caseworker,
            "aftaler.0.frist": "2026-04-10",
        },
    )

    assert done.status == 200, done.summary
    [agreement] = held.flow.cases.records("Aftale", case=CASE)
    assert agreement["hvad"] == "Mor ringer til skolen"
    assert agreement["hvem"] == ["foraelder"]
    assert held.task("foelg_op", CASE).assignee == caseworker


def test_the_parents_are_given_the_board_as_it_was_written(sign_in, world, caseworker):
    actor = world.flow.people.actor(caseworker)
    world.flow.instances.start("signs_of_safety", {"sag_id": CASE}, case=CASE, actor=actor)
    visitor = sign_in(caseworker)
    filled = {
        "tavle.bekymringer.0.hvem": "Mor",
        "tavle.bekymringer.0.hvad": "Han sover ikke",
        "udskrift": "true",
    }
    warned = visitor.press(open_task(visitor, world, "udfyld"), "_faerdig", **filled)
    visitor.press(warned, "_faerdig")

    page = open_task(visitor, world, "giv_udskrift")

    assert "Mor: Han sover ikke" in page.text
