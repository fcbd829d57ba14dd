"""The folds of *Beskeder*, and what is done to an absence, with the keyboard alone."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import Page, expect

from flowcase.access.actor import SYSTEM
from tests.web.test_browser import sign_in
from tests.web.waiting import laid_out
from tests.web.walks.hands import Keyboard
from tests.web.world import at

pytestmark = pytest.mark.browser

BOTH = pytest.mark.parametrize(("width", "language"), [(1280, "da"), (360, "da"), (1280, "en"), (360, "en")])


def fits(page: Page) -> bool:
    """Whether nothing of the page is out of sight to the right."""
    laid_out(page)
    return bool(page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth"))


@BOTH
def test_an_older_month_is_unfolded_read_and_folded_by_keyboard(open_page, world, width, language):
    flow = world.flow
    for number in range(12):
        flow.clock.set(flow.clock.now() + dt.timedelta(days=1))
        flow.comments.add(f"@camilla.syd nr. {number}", case="SAG-2588", actor=flow.people.actor("omar.syd"))
    camilla = flow.people.actor("camilla.syd")
    page = open_page(width=width)
    hands = Keyboard(page)
    sign_in(page, "camilla.syd")
    page.goto(f"/beskeder?sprog={language}")
    fold = page.locator("#maaned-2026-04")
    before = flow.notices.unread(camilla)
    expect(fold).to_contain_text("Ældre fra apr. 2026" if language == "da" else "Older, from Apr 2026")
    assert not fold.locator(".fc-notices").first.is_visible()

    hands.unfold(fold.locator("summary"))
    expect(fold.locator(".fc-notices").first).to_be_visible()
    shown = fits(page)
    # The next Tab goes into what was unfolded, not past it.
    page.keyboard.press("Tab")
    assert fold.evaluate("each => each.contains(document.activeElement)")
    hands.press(fold.get_by_role("button", name="Læst" if language == "da" else "Read").first)

    assert flow.notices.unread(camilla) == before - 1
    assert shown and fits(page)
    expect(page.locator("#maaned-2026-04")).to_have_attribute("open", "")
    expect(page.locator("#maaned-2026-03")).not_to_have_attribute("open", "")
    hands.unfold(page.locator("#maaned-2026-04 summary"))
    expect(page.locator("#maaned-2026-04")).not_to_have_attribute("open", "")


@BOTH
def test_an_announced_absence_is_called_off_by_keyboard(open_page, world, width, language):
    flow = world.flow
    first = at(30, 9).date()
    flow.absences.report("camilla.syd", first, first + dt.timedelta(days=4), actor=SYSTEM)
    page = open_page(width=width)
    hands = Keyboard(page)
    sign_in(page, "camilla.syd")
    page.goto(f"/stedfortraedere?sprog={language}")
    button = page.get_by_role("button", name="Aflys" if language == "da" else "Cancel")
    expect(button).to_have_count(1)
    shown = fits(page)

    hands.press(button)

    said = (
        "Fraværet er aflyst: Camilla Noer." if language == "da" else "The absence is cancelled: Camilla Noer."
    )
    expect(page.locator("main")).to_contain_text(said)
    expect(button).to_have_count(0)
    assert shown and fits(page)


@BOTH
@pytest.mark.parametrize("begins", [at(27, 9).date(), at(29, 9).date()], ids=["under way", "announced"])
def test_the_last_day_of_an_absence_is_changed_by_keyboard(open_page, world, begins, width, language):
    flow = world.flow
    flow.absences.report("camilla.syd", begins, begins + dt.timedelta(days=4), actor=SYSTEM)
    page = open_page(width=width)
    hands = Keyboard(page)
    sign_in(page, "camilla.syd")
    page.goto(f"/stedfortraedere?sprog={language}")
    button = "Ret sidste dag" if language == "da" else "Change the last day"

    hands.press(page.get_by_role("link", name=button))
    shown = fits(page)
    hands.press(page.get_by_role("button", name=button, exact=True).last)
    expect(page.locator("#fejl")).to_be_focused()
    hands.type(page.locator("[name=til]"), "26.03.2026")
    hands.press(page.get_by_role("button", name=button, exact=True).last)
    if begins > at(27, 9).date():
        past = "før den første" if language == "da" else "before the first"
    else:
        past = "allerede forbi" if language == "da" else "over already"
    expect(page.locator("main")).to_contain_text(past)
    hands.type(page.locator("[name=til]"), "02.04.2026")
    hands.press(page.get_by_role("button", name=button, exact=True).last)

    expect(page.locator("tbody")).to_contain_text("2. apr. 2026" if language == "da" else "2 Apr 2026")
    said = "Sidste fraværsdag er rettet" if language == "da" else "The last day of absence is changed"
    expect(page.locator("main")).to_contain_text(said)
    assert shown and fits(page)
