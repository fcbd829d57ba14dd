"""The page of a meeting in Chromium: by keyboard alone from the week to the minutes, on paper, for axe."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.processes.consents_given import give_consent
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in
from tests.web.test_meeting_page import CASE, PURPOSE, caseworker, hold, invite, outsiders, planned  # noqa: F401
from tests.web.waiting import width_of

pytestmark = pytest.mark.browser

MOST_TABS = 60


def tab_to(page, locator):
    """Press Tab until it has the focus, as somebody without a mouse does."""
    page.wait_for_load_state()
    for _ in range(MOST_TABS):
        if locator.evaluate("each => each === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("Expected the focus to come there, but it never did.")


def test_a_meeting_is_found_held_and_closed_by_keyboard_alone(open_page, world, caseworker):  # noqa: F811
    id = planned(world, caseworker, guests=[])
    page = open_page()
    sign_in(page, caseworker)

    page.goto("/moeder?uge=2026-04-07")
    tab_to(page, page.get_by_role("link", name=f"Netværksmøde {CASE}"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(f"Netværksmøde {CASE}")
    tab_to(page, page.get_by_role("link", name="Hold mødet"))
    page.keyboard.press("Enter")
    tab_to(page, page.locator("[name=forloeb]").first)
    page.keyboard.press("Space")
    expect(page.locator("[name=forloeb][value=afholdt]")).to_be_checked()
    tab_to(page, page.locator("[name=holdt]"))
    page.keyboard.type("2026-03-27T08:30")
    tab_to(page, page.locator("[name=til_stede]").first)
    page.keyboard.press("Space")
    tab_to(page, page.get_by_role("button", name="Gør opgaven færdig"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("Mødeleder og referent er den samme person.")
    tab_to(page, page.get_by_role("button", name="Gør opgaven færdig"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Skriv aftaler")
    tab_to(page, page.locator("[name='aftaler.0.hvad']"))
    page.keyboard.type("Mor ringer til skolen")
    tab_to(page, page.locator("[name='aftaler.0.hvem']").first)
    page.keyboard.press("Space")
    tab_to(page, page.locator("[name='aftaler.0.tovholder']"))
    page.keyboard.type("Camilla")
    tab_to(page, page.locator("[name='aftaler.0.frist']"))
    page.keyboard.type("2026-04-20")
    tab_to(page, page.locator("[name=referat]"))
    page.keyboard.type("Vi talte om morgenen.")
    tab_to(page, page.get_by_role("button", name="Gør opgaven færdig"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).not_to_contain_text("Skriv aftaler")
    page.goto(f"/moeder/{id}")

    expect(page.locator("#aftaler + ol")).to_contain_text("Mor ringer til skolen")
    expect(page.locator("section[aria-labelledby=referat]")).to_contain_text("Vi talte om morgenen.")
    tab_to(page, page.get_by_role("link", name="Referat (PDF)"))
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "referat-netvaerksmoede-2026-04-07.pdf"


@pytest.mark.parametrize(("width", "language"), [(1200, "da"), (360, "en")])
def test_axe_finds_nothing_on_the_pages_of_meetings(
    open_page,
    world,
    caseworker,  # noqa: F811
    outsiders,  # noqa: F811
    width,
    language,
):
    page = open_page(width=width)
    seen = Checked(page)
    give_consent(world.flow, CASE, "ppr", purpose=PURPOSE)
    id = planned(world, caseworker, guests=["ppr", "sundhedspleje"])
    invite(world, id, "skole")

    sign_in(page, caseworker)
    page.goto(f"/opgaver?sprog={language}")
    seen.visit("/moeder?uge=2026-04-07", "week with a meeting")
    seen.visit(f"/moeder/{id}", "meeting that is planned, with who is left out")
    hold(world, caseworker)
    seen.visit(f"/moeder/{id}", "meeting that was held")
    assert width_of(page) <= width
    page.context.clear_cookies()
    sign_in(page, "sara.skole")
    page.goto(f"/opgaver?sprog={language}")
    seen.visit(f"/moeder/{id}", "meeting with items that are closed to the reader")
    expect(page.locator("main")).to_contain_text(re.compile("Lukket punkt|Closed item"))
    page.context.clear_cookies()
    sign_in(page, "peter.nord")
    page.goto(f"/opgaver?sprog={language}")
    seen.visit(f"/moeder/{id}", "meeting of which only the frame is shown")
    page.context.clear_cookies()
    sign_in(page, "karen.fp")
    page.goto(f"/opgaver?sprog={language}")
    seen.visit("/moeder/kalendere", "calendars to subscribe to")
    page.locator("button[name=_handling][value=ny]").click()
    expect(page.locator("#adresse")).to_be_focused()
    seen.check("a calendar's address, shown once")
    assert width_of(page) <= width

    assert seen.violations == []


def test_a_printed_meeting_leaves_out_what_paper_cannot_do(open_page, world, caseworker):  # noqa: F811
    id = planned(world, caseworker, guests=[])
    page = open_page()
    sign_in(page, caseworker)
    page.goto(f"/moeder/{id}")

    page.emulate_media(media="print")

    for hidden in (".fc-navigation", ".fc-buttons", ".fc-files", ".footer"):
        expect(page.locator(hidden).first).to_be_hidden()
    expect(page.locator("#dagsorden")).to_be_visible()
    expect(page.locator("#inviterede")).to_be_visible()
