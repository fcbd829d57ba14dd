"""Scenarios and rule sets filled in as tables in a real Chromium, by mouse and by keyboard alone."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.web.test_studio_in_the_browser import axe, saved, studio
from tests.web.waiting import editor_is_ready, width_of

pytestmark = pytest.mark.browser
__all__ = ["studio"]

STORY = "scenarios/V-01_aaben_raadgivning.yaml"
RULES = "rulesets/HERNING.yaml"


def test_a_process_owner_edits_a_story_by_keyboard_alone(studio, world):
    page = studio(STORY)
    opening = page.locator("button[value='ret:steps.0']")
    opening.focus()
    page.keyboard.press("Enter")
    day = page.locator("[name='trin.dag']")
    expect(day).to_be_focused()
    shown = day.input_value()

    page.keyboard.press("Control+a")
    page.keyboard.type("31.02.2026")
    expect(page.locator("[data-error-of='trin.dag']")).to_contain_text("Datoen kan ikke læses")
    page.keyboard.press("Control+a")
    page.keyboard.type(shown)
    expect(page.locator("[data-error-of='trin.dag']")).to_be_hidden()
    page.locator("[name='trin.title']").focus()
    page.keyboard.press("Control+a")
    page.keyboard.type("En helt ny titel")
    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")
    assert axe(page) == []
    page.keyboard.press("Escape")

    expect(opening).to_be_focused()
    expect(page.locator("[id='trin-steps.0']")).to_contain_text("En helt ny titel")
    jens = world.flow.people.actor("jens.proces")
    draft = world.flow.studio.open(STORY, actor=jens).content
    before = world.flow.studio.in_force(STORY, actor=jens)
    changed = set(draft.decode().splitlines()) ^ set(before.decode().splitlines())
    assert 0 < len(changed) <= 2 and any("En helt ny titel" in line for line in changed)


def test_steps_are_taken_back_and_a_mistake_stands_at_its_row(studio):
    page = studio(STORY)
    rows = page.locator("tr[id^='trin-steps.']")
    number = rows.count()

    page.locator("button[value='kopi:steps.0']").click()
    expect(rows).to_have_count(number + 1)
    page.get_by_role("button", name="Fortryd").click()
    expect(rows).to_have_count(number)
    page.get_by_role("button", name="Gentag").click()
    expect(rows).to_have_count(number + 1)
    page.locator("button[value='ret:steps.1']").click()
    page.locator("[name='trin.as']").fill("findes-ikke")

    finding = page.locator(".fc-row-findings .fc-error").first
    expect(finding).to_contain_text("findes-ikke")
    saved(page)
    assert axe(page) == []


def test_a_broken_story_opens_as_text_and_is_drawn_again_when_mended(studio, world):
    jens = world.flow.people.actor("jens.proces")
    content = world.flow.studio.in_force(STORY, actor=jens)
    world.flow.kept_drafts.save(STORY, b"id: [\n" + content, seen=None, based_on=None, actor=jens)

    page = studio(STORY)
    expect(page.locator("#ikke-tegnet")).to_contain_text("Filen kan ikke vises som tabel.")
    page.get_by_role("button", name="Tekst").click()
    page.locator("#kilde").fill(content.decode())
    page.get_by_role("button", name="Scenarie", exact=True).click()

    expect(page.locator("tr[id^='trin-steps.']").first).to_be_visible()


def test_a_setting_is_changed_and_told_in_words(studio):
    page = studio(RULES)
    page.locator("button[value='ret:settings.sagstal_graense']").click()
    page.locator("[name='indstilling.vaerdi']").fill("18")
    saved(page)
    assert axe(page) == []

    page.get_by_role("link", name="Se forskelle").click()

    expect(page.locator("main")).to_contain_text("Grænse for sagstal: 20 sager → 18 sager (sagstal_graense)")


def test_both_tables_fit_a_narrow_window(open_page):
    from tests.web.test_browser import sign_in

    page = open_page(width=360)
    sign_in(page, "jens.proces")

    for path in (STORY, RULES):
        page.goto(f"/studie/{path}")
        editor_is_ready(page)
        page.locator("button[value^='ret:']").nth(1).click()
        page.wait_for_selector(".fc-open")

        assert width_of(page) <= 360
        assert axe(page) == []


def test_the_text_shown_while_a_save_still_reads_the_table_holds_what_was_typed_last(studio, world):
    page = studio(STORY)
    page.locator("button[value='ret:steps.0']").click()
    held: list[Route] = []
    page.route(  # the server is slow to answer the first
        "**/api/studio/table", lambda route: route.continue_() if held else held.append(route)
    )

    with page.expect_request("**/api/studio/table"):
        page.locator("[name='trin.title']").fill("Skrevet lige nu")
        page.keyboard.press("Control+s")
    page.get_by_role("button", name="Tekst").click()
    held[0].continue_()

    expect(page.locator("#kilde")).to_have_value(re.compile("Skrevet lige nu"))
    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")
    jens = world.flow.people.actor("jens.proces")
    assert "Skrevet lige nu" in world.flow.studio.open(STORY, actor=jens).content.decode()


def test_what_could_not_be_sent_is_sent_with_the_next_try(studio, world):
    page = studio(STORY)
    page.locator("button[value='ret:steps.0']").click()

    page.route("**/api/studio/table", lambda route: route.abort())
    page.locator("[name='trin.title']").fill("Skrevet uden net")
    page.keyboard.press("Control+s")
    expect(page.locator("#gemt")).to_contain_text("Kladden kunne ikke gemmes")
    page.unroute("**/api/studio/table")
    page.keyboard.press("Control+s")

    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")
    jens = world.flow.people.actor("jens.proces")
    assert "Skrevet uden net" in world.flow.studio.open(STORY, actor=jens).content.decode()
