"""The pages around signing in and emergencies in a real browser: axe finds nothing, on a phone neither."""

from __future__ import annotations

import pytest

from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in
from tests.web.waiting import width_of
from tests.web.world import PASSWORD

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "language"), [(1200, "da"), (360, "en")])
def test_axe_finds_nothing_on_the_pages_around_signing_in(open_page, world, width, language):
    page = open_page(width=width)
    seen = Checked(page)
    henrik = world.flow.people.actor("henrik.vagt")
    sign_in(page, "henrik.vagt")
    page.goto(f"/mig?sprog={language}")
    seen.check("own account")
    seen.visit("/log-paa/ny-kode")
    page.fill("#kode", "000000")
    page.keyboard.press("Enter")
    page.wait_for_selector("[role=alert]")
    seen.check("second factor refused")
    seen.visit("/mig/adgangskode", "another password")
    page.fill("#gammel", PASSWORD)
    meter = page.locator(".fc-strength")
    assert meter.is_hidden()
    page.fill("#ny", "birk-havn-lampe-sten")
    meter.locator("meter[value='4']").wait_for()
    said = meter.locator("[role=status]").inner_text()
    seen.check("a strong password")
    page.fill("#ny", "Password1234")
    meter.locator("meter[value='1']").wait_for()
    assert said == {"da": "Stærk: meget svær at gætte.", "en": "Strong: very hard to guess."}[language]
    page.fill("#gentag", "Password1234")
    shown = page.locator("[aria-controls=ny]")
    shown.press("Enter")
    assert (page.get_attribute("#ny", "type"), shown.get_attribute("aria-pressed")) == ("text", "true")
    seen.check("another password shown")
    page.locator("#gentag").press("Enter")
    page.wait_for_selector("#fejl")
    seen.check("another password refused")
    seen.visit("/sager/SAG-2588/noedadgang")
    page.locator("main button[type=submit]").click()
    page.wait_for_selector("#fejl")
    seen.check("emergency with errors")
    world.flow.emergencies.open("SAG-2588", purpose="vagt", reason="Politiet ringer om barnet.", actor=henrik)
    seen.visit("/sager/SAG-2588", "case opened in an emergency")
    page.context.clear_cookies()
    sign_in(page, "else.syd")
    seen.visit("/noedadgange")
    page.context.clear_cookies()
    sign_in(page, "drift")
    seen.visit("/drift/log-paa")

    assert seen.violations == []
    for path in ("/mig", "/mig/adgangskode", "/drift/log-paa"):
        page.goto(path)
        assert width_of(page) <= width
