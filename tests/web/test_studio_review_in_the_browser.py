"""Two process owners in a real Chromium: one changes a table and asks, the other comments and signs."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from flowcase.web.studio import new_files
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in
from tests.web.test_studio_differences import five_weeks
from tests.web.waiting import editor_is_ready, resize, width_of
from tests.web.walks.hands import Keyboard

pytestmark = pytest.mark.browser

TABLE = "decisions/D-02_opfoelgning_kadence.dmn"


@pytest.fixture
def world(world):
    world.flow.studio.has_four_eyes = True
    return world


def test_a_table_goes_into_force_when_a_second_person_has_signed(open_page, world):
    page = open_page()
    seen = Checked(page)
    sign_in(page, "jens.proces")
    page.goto(f"/studie/{TABLE}")
    editor_is_ready(page)
    page.get_by_role("button", name="Tekst").click()
    text = page.locator("#kilde").input_value()
    at = text.index("<text>6</text>", text.index("raekke_6_ud_1"))
    page.locator("#kilde").fill(f"{text[:at]}<text>5</text>{text[at + 14 :]}")

    page.get_by_role("button", name="Sæt i drift …").click()
    page.locator("#note").fill("HERNING: fem uger")
    page.locator("#drift-ja").click()
    expect(page.locator("#drift-fejl")).to_contain_text("Ingen anden har set denne udgave")
    page.locator("#drift-gennemsyn a").click()
    expect(page.locator(".fc-changes")).to_contain_text("6 uger → 5 uger")
    seen.check("ask for a review")
    page.locator("#felt-note").fill("HERNING: fem uger mellem opfølgninger")
    page.get_by_role("button", name="Bed om gennemsyn").click()
    expect(page.locator("h1")).to_contain_text("Gennemsyn:")
    address = page.url

    page.context.clear_cookies()
    sign_in(page, "lone.proces")
    page.goto("/studie/")
    page.get_by_role("link", name=re.compile("1 venter på dig")).click()
    page.get_by_role("link", name=TABLE).click()
    page.get_by_role("link", name=re.compile("^Kommentér")).first.click()
    expect(page.locator("#felt-element")).to_contain_text("række 6")
    page.locator("#felt-kommentar").fill("Gælder det også unge?")
    page.get_by_role("button", name="Gem kommentar").click()
    expect(page.get_by_role("button", name="Godkend")).to_be_disabled()
    seen.check("a review with an open comment")
    resize(page, 360)
    seen.visit(f"{address}?sprog=en", "a review on a telephone, in English")
    assert width_of(page) <= 360
    page.goto(f"{address}?sprog=da")
    resize(page, 1200)
    page.get_by_role("button", name=re.compile("Markér som løst")).click()
    page.get_by_role("button", name="Godkend").click()
    expect(page.locator(".fc-facts")).to_contain_text("Lone Holst")
    seen.check("a review that was approved")

    page.context.clear_cookies()
    sign_in(page, "jens.proces")
    page.goto(address)
    page.get_by_role("button", name="Sæt i drift").click()
    expect(page.locator(".fc-facts")).to_contain_text("Sat i drift")

    for path in (f"/studie/udgaver/{TABLE}?fra=1&til=2", "/studie/brug", "/studie/landskab"):
        seen.visit(path)
        resize(page, 360)
        assert width_of(page) <= 360, path
        resize(page, 1200)
    assert seen.violations == []
    (made,) = [row for row in world.flow.deployments.list() if row.note.startswith("HERNING")]
    assert made.actor == "jens.proces"
    five = world.flow.studio.in_force(TABLE, actor=world.flow.people.actor("jens.proces"))
    assert b"<text>5</text>" in five


def test_several_files_are_asked_for_commented_on_signed_and_deployed_by_keyboard_alone(open_page, world):
    jens = world.flow.people.actor("jens.proces")
    was = world.flow.studio.in_force(TABLE, actor=jens)
    world.flow.kept_drafts.save(TABLE, five_weeks(was), seen=None, based_on=None, actor=jens)
    _, form = new_files.new_file("ny_samtale", "form")
    world.flow.kept_drafts.begin("ny_samtale.form", form, actor=jens)
    page = open_page()
    seen, keys = Checked(page), Keyboard(page)

    sign_in(page, "jens.proces")
    page.goto(f"/studie/gennemsyn/ny/{TABLE}")
    keys.tick(page.get_by_label("ny_samtale.form"))
    keys.press(page.get_by_role("button", name="Vis, hvad de ændrer"))
    expect(page.locator(".fc-reviewed")).to_contain_text("ny_samtale.form")
    seen.check("ask for a review of several files")
    keys.type(page.locator("#felt-note"), "HERNING: fem uger og en samtale")
    keys.press(page.get_by_role("button", name="Bed om gennemsyn"))
    address = page.url

    page.context.clear_cookies()
    sign_in(page, "lone.proces")
    page.goto(address)
    expect(page.locator("h1")).to_contain_text("og 1 til")
    seen.check("a review of several files")
    keys.press(page.locator(".fc-reviewed").get_by_role("link", name="ny_samtale.form"))
    keys.type(page.locator("#felt-kommentar"), "Hvad skal den bruges til?")
    keys.press(page.get_by_role("button", name="Gem kommentar"))
    expect(page.locator(".fc-comments")).to_contain_text("ny_samtale.form, Hele filen")
    seen.check("the second of several files, with an open comment")
    resize(page, 360)
    seen.visit(f"{address}?fil=ny_samtale.form&sprog=en", "several files on a telephone, in English")
    assert width_of(page) <= 360
    resize(page, 1200)
    page.goto(f"{address}?sprog=da")
    keys.press(page.get_by_role("button", name=re.compile("Markér som løst")))
    keys.press(page.get_by_role("button", name="Godkend"))
    expect(page.locator(".fc-facts")).to_contain_text("Lone Holst")
    seen.check("several files that were approved")

    page.context.clear_cookies()
    sign_in(page, "jens.proces")
    page.goto(address)
    keys.press(page.get_by_role("button", name="Sæt i drift"))
    expect(page.locator(".fc-facts")).to_contain_text("Sat i drift")
    assert seen.violations == []
    for path in (TABLE, "ny_samtale.form"):
        version = world.flow.file_versions.versions(path, actor=jens)[0]
        assert version.row.deployment.id == world.flow.deployments.list()[0].id
