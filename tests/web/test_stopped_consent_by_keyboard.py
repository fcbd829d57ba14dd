"""A consent is stopped by keyboard alone: which one stands whole on both pages, on a phone too."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import sign_in
from tests.web.test_folds_and_absence_by_keyboard import fits
from tests.web.walks.hands import Keyboard

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "language"), [(1280, "en"), (360, "da")])
def test_which_consent_is_stopped_is_said_before_and_while_it_is(open_page, world, width, language):
    page = open_page(width=width)
    hands = Keyboard(page)
    sign_in(page, "camilla.syd")
    page.goto(f"/sager/SAG-2570?sprog={language}")

    hands.press(page.locator("a.fc-acts[href*=samtykke]").first)
    which = page.locator("main dl dd")
    expect(page.locator("main dl dt")).to_have_text(
        "Hvilket samtykke?" if language == "da" else "Which consent?"
    )
    said = which.inner_text()
    assert said.startswith(
        "forældremyndighedens indehaver: " if language == "da" else "the holder of custody: "
    )
    assert (", givet " if language == "da" else ", given ") in said and fits(page)

    hands.press(page.locator("button.button-primary[name=_begynd]"))
    chosen = page.locator("[name=samtykke]")
    expect(chosen.locator("option:checked")).to_have_text(said)
    expect(page.locator("[name=samtykke] + .fc-chosen-whole")).to_have_count(1 if width == 360 else 0)
    if width == 360:  # the list is too narrow for it
        expect(page.locator("[name=samtykke] + .fc-chosen-whole")).to_have_text(f"= {said}")
        hands.choose(chosen, "")
        expect(page.locator("[name=samtykke] + .fc-chosen-whole")).to_be_hidden()
    assert fits(page)
