"""What is answered while the server draws the form anew stays: on a slow connection it was taken back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.web.test_browser import sign_in
from tests.web.test_meeting_page import CASE, caseworker, planned  # noqa: F401
from tests.web.world import World

pytestmark = pytest.mark.browser

# The form's own answer waits until it is let go; the body says how far it is.
SLOW = """
const real = window.fetch;
window.fetch = async (...asked) => {
  const answer = await real(...asked);
  if (!String(asked[0]).endsWith(location.pathname)) return answer;
  await new Promise((go) => { window.letGo = go; document.body.dataset.form = "held"; });
  return answer;
};
document.addEventListener("htmx:after:swap", () => {
  if (document.body.dataset.form === "let go") document.body.dataset.form = "there";
});
"""


def test_what_is_answered_meanwhile_stays(open_page, world: World, caseworker: str) -> None:  # noqa: F811
    planned(world, caseworker, guests=[])
    page: Page = open_page()
    sign_in(page, caseworker)
    page.goto(f"/opgaver/{world.task('afhold', CASE).id}")
    page.locator("[name=forloeb][value=afholdt]").check(force=True)
    page.locator("[name=referent]").wait_for()
    page.locator("[name=holdt]").fill("27.03.2026 08.30")
    page.evaluate(SLOW)

    page.locator("[name=forloeb][value=flyttet]").check(force=True)
    page.locator("[name=forloeb][value=afholdt]").check(force=True)
    page.locator("body[data-form=held]").wait_for()
    page.evaluate("document.querySelector('[name=holdt]').value = '28.03.2026 08.45'")
    page.locator("[name=holdt]").dispatch_event("input")
    page.locator("[name=moedeleder]").select_option(index=1)
    chosen = page.locator("[name=moedeleder]").input_value()
    page.locator("[name=til_stede]").first.check(force=True)
    page.evaluate("document.body.dataset.form = 'let go'; window.letGo()")
    page.locator("body[data-form=there]").wait_for()

    assert page.locator("[name=holdt]").input_value() == "28.03.2026 08.45"
    assert page.locator("[name=moedeleder]").input_value() == chosen
    assert page.locator("[name=til_stede]").first.is_checked()
    assert page.locator("[name=forloeb][value=afholdt]").is_checked()
