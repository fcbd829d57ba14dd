"""What the tables of `flowcase.warn` say: read before it counts by who does it, once, and then recorded."""

from __future__ import annotations

import pytest

from tests.web.test_user_task_page import ASSESSMENT
from tests.web.world import at

SUSPICION = "Der er mistanke om overgreb. Forældre orienteres ikke automatisk"
TOLD_NOW = ASSESSMENT | {"foraeldre_orienteres": "ja"}


@pytest.fixture
def task(world):
    """The assessment of a notification that tells of suspected abuse."""
    return world.task("vurder", "SAG-2601")


def warned_of(world):
    return [row.event.rules for row in world.flow.history.everything() if row.kind == "UserTaskWarned"]


def said(page):
    return " ".join(page.one("//*[@id='se-efter']").text_content().split())


def test_a_warning_is_read_before_it_counts_and_goes_on_by_the_second_press(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")

    asked = karen.press(page, "_faerdig", **TOLD_NOW)

    assert f"Se efter, og tryk så igen {SUSPICION}" in said(asked)
    assert "(D-08)" in said(asked)
    assert asked.value("begrundelse") == TOLD_NOW["begrundelse"]
    assert world.task("vurder", "SAG-2601").status == "open"
    assert warned_of(world) == []
    done = karen.press(asked, "_faerdig")
    assert "Opgaven »Vurdér risiko« er færdig." in done.text
    assert warned_of(world) == [("D-08",)]


def test_who_answers_otherwise_after_a_warning_is_done_and_nothing_of_it_is_recorded(sign_in, world, task):
    karen = sign_in("karen.fp")
    asked = karen.press(karen.get(f"/opgaver/{task.id}"), "_faerdig", **TOLD_NOW)

    done = karen.press(asked, "_faerdig", foraeldre_orienteres="senere")

    assert "er færdig" in done.text
    assert warned_of(world) == []


def test_a_warning_is_read_in_english_on_an_english_page(sign_in, task):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}?sprog=en")

    asked = karen.press(page, "_faerdig", **TOLD_NOW)

    assert "There is a suspicion of abuse. Parents are not told automatically" in said(asked)


def test_a_slip_of_the_form_and_a_warning_of_a_table_are_told_in_one_go(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = karen.get(f"/opgaver/{task.id}")

    asked = karen.press(page, "_faerdig", **TOLD_NOW | {"begrundelse": "Mor, 010203-1234, ringede."})

    assert "Det ligner et CPR-nummer." in said(asked)
    assert SUSPICION in said(asked)
    assert "er færdig" in karen.press(asked, "_faerdig").text


def test_a_decision_of_the_daily_meeting_is_warned_of_while_it_can_be_taken_otherwise(sign_in, world):
    world.go_to(at(30, 9, 5))
    karen, actor = sign_in("karen.fp"), world.flow.people.actor("karen.fp")
    id = world.flow.daily_meetings.newest(actor)
    world.complete(
        "fremmoede",
        "karen.fp",
        dato="2026-03-30",
        frontpersonale=["karen.fp", "jonas.fp"],
        forebyggende=["sofie.fr"],
        familieteam=["camilla.syd"],
    )
    item = world.flow.daily_meetings.get(id, actor=actor).items[0]
    page = karen.get(f"/moeder/dagsmoede/{id}?punkt={item.id}&udfald=til_familieteam")
    form = page.one("//form[contains(@class, 'fc-decision')]")

    noted = karen.submit(page, form, omraade="", begrundelse="Aftalt på mødet.")
    again = karen.get(f"/moeder/dagsmoede/{id}?punkt={item.id}")
    undone = karen.post(f"/moeder/dagsmoede/{id}/punkter/{item.id}/fortryd")

    warning = "Uden område fordeles sagen i hånden af teamlederne. (D-01)"
    assert warning in " ".join(noted.one("//*[contains(@class, 'fc-noted')]").text_content().split())
    assert warning in " ".join(again.one("//*[@id='bemaerk']").text_content().split())
    assert "Beslutningen er taget tilbage." in undone.text
    assert undone.all("//*[@id='bemaerk']") == []
