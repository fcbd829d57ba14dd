"""Mentions in comments, in a real Chromium: colleagues are offered while somebody types."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in
from tests.web.waiting import width_of

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1200, 320])
def test_who_types_an_at_sign_in_a_comment_chooses_among_colleagues(open_page, world, width):
    page = open_page(width=width)
    page.emulate_media(reduced_motion="reduce")
    seen = Checked(page)
    sign_in(page, "karen.fp")
    page.goto(f"/opgaver/{world.task('vurder').id}")
    box, offered = page.locator("#kommentar"), page.get_by_role("listbox", name="Kolleger, der kan nævnes")

    box.press_sequentially("Hej skole@jonas.dk og @aaga")
    expect(offered.get_by_role("option", selected=True)).to_have_text("@jonas.fp – Jonas Aagaard")
    expect(box).to_have_attribute("aria-activedescendant", "kommentar-navne-0")
    expect(page.locator("#kommentar + ul + [role=status]")).to_contain_text("Kolleger, der passer: 1.")
    seen.check("colleagues are offered")
    assert width_of(page) <= width
    page.keyboard.press("Enter")
    expect(box).to_have_value("Hej skole@jonas.dk og @jonas.fp ")
    expect(offered).to_have_count(0)

    box.press_sequentially("og @")
    expect(offered).to_be_visible()
    everybody = offered.get_by_role("option").all_text_contents()
    page.keyboard.press("ArrowUp")
    expect(offered.get_by_role("option", selected=True)).to_have_text(everybody[-1])
    page.keyboard.press("Escape")
    expect(offered).to_have_count(0)
    page.keyboard.press("Enter")
    box.press_sequentially("@jo")
    offered.get_by_role("option").first.click()
    expect(box).to_be_focused()
    expect(box).to_have_value("Hej skole@jonas.dk og @jonas.fp og @\n@jonas.fp ")
    box.press_sequentially("@")
    page.keyboard.press("Tab")
    expect(offered).to_have_count(0)
    expect(box).not_to_be_focused()

    assert set(everybody) == set(page.locator("#kommentar-kolleger li").all_text_contents())
    assert seen.violations == []
