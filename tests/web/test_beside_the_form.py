"""Buttons beside the form of a user task, without JavaScript: what was typed in the form is never lost."""

from __future__ import annotations

import pytest

from tests.web.test_task_and_case import COMMENT
from tests.web.test_user_task_page import ASSESSMENT
from tests.web.world import PASSWORD

TYPED = {"begrundelse": "Halvt skrevet", "tavle.bekymringer.0.hvad": "Træt"}


@pytest.fixture
def karen(sign_in):
    return sign_in("karen.fp")


@pytest.fixture
def page(karen, world):
    return karen.get(f"/opgaver/{world.task('vurder').id}")


def button(page, words):
    return page.one(f"//aside//button[normalize-space()='{words}']")


def typed_in(page):
    return page.value("begrundelse"), page.value("tavle.bekymringer.0.hvad")


@pytest.mark.parametrize(
    ("words", "values"),
    [
        ("Tag opgaven", {}),
        ("Gem kommentar", {"_kommentar": "Skolen ringede."}),
        ("Gem kommentar", {"_kommentar": ""}),
        ("Overdrag", {"_overdrag_til": "jonas.fp"}),
        ("Overdrag", {"_overdrag_til": ""}),
        ("Uddelegér", {"_uddeleger_til": ""}),
        ("Sæt prioritet", {"_prioritet": "hoej", "_prioriter_grund": "Det haster"}),
        ("Sæt prioritet", {"_prioritet": ""}),
    ],
)
def test_what_was_typed_in_the_form_is_kept_by_every_button_beside_it(karen, world, page, words, values):
    karen.press_this(page, button(page, words), **TYPED, **values)

    back = karen.get(f"/opgaver/{world.task('vurder').id}")

    assert typed_in(back) == ("Halvt skrevet", "Træt")
    assert world.task("vurder").status == "open"


def test_a_task_that_is_laid_back_is_found_again_with_what_was_typed(karen, world, page):
    taken = karen.press_this(page, button(page, "Tag opgaven"))

    karen.press_this(taken, button(taken, "Læg opgaven tilbage"), **TYPED, _kommentar="Ring i morgen")

    assert world.task("vurder").assignee is None
    back = karen.get(f"/opgaver/{world.task('vurder').id}")
    assert typed_in(back) == ("Halvt skrevet", "Træt")
    assert back.one("//*[@id='kommentar']").value == "Ring i morgen"


def test_a_button_beside_a_form_in_which_nothing_was_typed_makes_no_draft(karen, world, page):
    taken = karen.press_this(page, button(page, "Tag opgaven"))
    said = karen.press_this(taken, taken.one(COMMENT), _kommentar="Skolen ringede.")

    assert "Skolen ringede." in said.one("//ol[@class='fc-comments']").text_content()
    assert "Du ser din kladde" not in said.text


def test_what_is_wrong_beside_the_form_is_said_there_with_all_that_was_typed(karen, world, page):
    nobody = karen.press_this(page, button(page, "Overdrag"), **TYPED, _overdrag_grund="Har vagten")
    warned = karen.press_this(
        nobody, button(nobody, "Overdrag"), _overdrag_til="jonas.fp", _overdrag_grund="Se 010180-1234"
    )

    assert nobody.status == 422 and nobody.title.startswith("Fejl: ")
    assert "Vælg den kollega" in nobody.one("//*[@id='flyt-fejl']").text_content()
    assert nobody.one("//*[@id='overdrag-grund']").value == "Har vagten"
    assert nobody.all("//details[@open]//*[@id='overdrag-grund']")
    assert typed_in(nobody) == typed_in(warned) == ("Halvt skrevet", "Træt")
    assert warned.one("//*[@id='overdrag-grund-cpr']").text.startswith("Det ligner et CPR-nummer.")
    done = karen.press_this(warned, button(warned, "Overdrag"))
    assert "Opgaver overdraget: 1." in done.text and world.task("vurder").assignee == "jonas.fp"


def test_a_comment_that_was_not_saved_is_told_of_before_the_task_is_completed(karen, world, page):
    asked = karen.press(page, "_faerdig", **ASSESSMENT, _kommentar="Husk skolen")

    assert "Kommentaren er ikke gemt." in asked.one("//*[@id='se-efter']").text_content()
    assert asked.one("//*[@id='kommentar']").value == "Husk skolen"
    assert world.task("vurder").status == "open"
    assert "er færdig" in karen.press(asked, "_faerdig").text


def test_a_comment_that_is_being_written_stays_when_the_draft_is_saved(karen, world, page):
    saved = karen.press(page, "_gem", **TYPED, _kommentar="Husk skolen")
    assert saved.one("//*[@id='kommentar']").value == "Husk skolen"

    said = karen.press_this(saved, saved.one(COMMENT))

    assert "Husk skolen" in said.one("//ol[@class='fc-comments']").text_content()
    assert said.one("//*[@id='kommentar']").value == ""
    assert typed_in(said) == ("Halvt skrevet", "Træt")


def test_a_button_beside_the_form_after_the_session_ended_loses_neither_form_nor_comment(karen, world, page):
    karen.client.delete_cookie("flowcase")

    asked = karen.press_this(page, page.one(COMMENT), **TYPED, _kommentar="Skolen ringede.")
    form = asked.one("//main//form")
    back = karen.submit(asked, form, bruger="karen.fp", adgangskode=PASSWORD)

    assert typed_in(back) == ("Halvt skrevet", "Træt")
    assert back.one("//*[@id='kommentar']").value == "Skolen ringede."
