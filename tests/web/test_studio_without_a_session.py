"""Process owners whose session ends, or whose network is away, while they draw, in a real Chromium."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.test_browser import sign_in
from tests.web.test_studio_in_the_browser import DIAGRAM, checked_again
from tests.web.waiting import editor_is_ready, leaving

pytestmark = pytest.mark.browser

FLOW = "flow_runder__aabn_frist"


@pytest.fixture
def page(open_page) -> Page:
    found = open_page(width=1400)
    sign_in(found, "jens.proces")
    found.goto(f"/studie/{DIAGRAM}")
    editor_is_ready(found)
    return found


def sign_out(page: Page) -> Page:
    """In another window of the same browser; it shows the sign-in."""
    other = page.context.new_page()
    other.goto("/opgaver")
    with leaving(other):
        other.get_by_role("link", name="Log af").or_(other.get_by_role("button", name="Log af")).click()
    return other


def delete_a_flow_and_save(page: Page) -> None:
    page.bring_to_front()
    page.locator(f"[data-element-id={FLOW}] .djs-hit").first.click(force=True)
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Gem kladde").click()


def test_what_was_drawn_before_one_signed_in_again_is_kept(page, world):
    other = sign_out(page)
    delete_a_flow_and_save(page)
    expect(page.locator("#gemt")).to_contain_text("Du er logget af")
    expect(page.locator("#ingen")).to_be_hidden()

    sign_in(other, "jens.proces")

    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt", timeout=20_000)
    expect(page.locator(".fc-finding.fc-error").first).to_be_visible()
    jens = world.flow.people.actor("jens.proces")
    assert FLOW not in world.flow.studio.open(DIAGRAM, actor=jens).content.decode()


def test_what_was_drawn_is_never_kept_as_the_draft_of_who_signed_in_instead(page, world):
    other = sign_out(page)
    sign_in(other, "drift")

    delete_a_flow_and_save(page)

    expect(page.locator("#gemt")).to_contain_text("En anden er logget på i denne browser")


def test_a_draft_that_found_no_network_is_kept_as_soon_as_there_is_one(page, world):
    page.route("**/api/studio/*", lambda route: route.abort())
    delete_a_flow_and_save(page)
    expect(page.locator("#gemt")).to_contain_text("Kladden kunne ikke gemmes")

    with checked_again(page):
        page.unroute("**/api/studio/*")

    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt", timeout=20_000)
    expect(page.locator(".fc-finding.fc-error").first).to_be_visible()


def test_a_deployment_without_an_answer_sends_to_the_versions(page, world):
    page.get_by_role("button", name="Sæt i drift …").click()
    page.get_by_label("Hvad er ændret, og hvorfor?").fill("Prøve")
    page.route("**/api/studio/*", lambda route: route.abort())

    page.get_by_role("button", name="Sæt i drift", exact=True).click()

    expect(page.locator("#drift-fejl")).to_contain_text("Se under Udgaver")
