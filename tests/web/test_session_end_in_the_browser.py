"""The page of a case in Chromium as its session ends: nothing of it stays, and what was typed does."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.test_browser import sign_in
from tests.web.test_sessions import later
from tests.web.world import PASSWORD, World

pytestmark = pytest.mark.browser

CASE = "/sager/SAG-2588"
SIGN_IN = "Log på flowcase"


def pass_(page: Page, world: World, minutes: int, seconds: int = 0) -> None:
    """Time goes on for the server and for the page."""
    later(world, minutes=minutes, seconds=seconds)
    page.clock.fast_forward(f"{minutes:02}:{seconds:02}")


@pytest.fixture
def page(open_page):
    page = open_page()
    page.clock.install()
    sign_in(page, "camilla.syd")
    page.goto(CASE)
    expect(page.locator("h1")).to_contain_text("SAG-2588")
    return page


def test_a_page_left_open_shows_nothing_after_the_end_and_neither_does_the_way_back(page, world):
    heading = page.locator("h1").inner_text()

    pass_(page, world, 31)

    expect(page.locator("h1")).to_have_text(SIGN_IN)
    assert heading not in page.content()
    assert CASE not in page.url + page.content()
    page.go_back()
    expect(page.locator("h1")).to_have_text(SIGN_IN)


def test_what_was_typed_is_nowhere_in_the_page_and_in_its_field_after_the_sign_in(page, world):
    page.fill("textarea[name=kommentar]", "Familien Birk ringede")

    pass_(page, world, 31)
    expect(page.locator("h1")).to_have_text(SIGN_IN)
    expect(page.locator(".alert")).to_contain_text("Intet er gået tabt")
    held = page.content()
    page.fill("#bruger", "camilla.syd")
    page.fill("#adgangskode", PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator("textarea[name=kommentar]")).to_have_value("Familien Birk ringede")
    assert "Birk" not in held
    assert world.flow.comments.of_case("SAG-2588", actor=world.flow.people.actor("camilla.syd")) == []


def test_what_was_typed_is_gone_for_who_signs_in_next_on_the_same_machine(page, world):
    page.fill("textarea[name=kommentar]", "Familien Birk ringede")

    pass_(page, world, 31)
    expect(page.locator("h1")).to_have_text(SIGN_IN)
    page.fill("#bruger", "omar.syd")
    page.fill("#adgangskode", PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator(".alert")).to_contain_text("ser kun den, der skrev det")
    expect(page).to_have_url(re.compile("/opgaver$"))
    assert "Birk" not in page.content()
    for _ in range(3):
        page.go_back()
        expect(page.locator("h1")).to_be_visible()
        assert "Birk" not in page.content()


def test_a_page_that_another_signed_in_beside_empties_itself_and_shows_them_nothing(page):
    page.fill("textarea[name=kommentar]", "Familien Birk ringede")
    other = page.context.new_page()
    other.add_init_script("delete window.BroadcastChannel")  # so that nothing is said to the page beside
    other.goto("/opgaver")
    other.get_by_role("button", name="Log af").click()
    sign_in(other, "omar.syd")

    page.clock.fast_forward("29:00")

    expect(page.locator(".alert")).to_contain_text("ser kun den, der skrev det")
    assert "Birk" not in page.content()


def test_whoever_sits_there_is_warned_and_stays_with_one_press(page, world):
    pass_(page, world, 28, 30)
    dialog = page.get_by_role("dialog", name="Du bliver snart logget af")
    expect(dialog).to_be_visible()
    expect(page.get_by_role("button", name="Bliv logget på")).to_be_focused()

    page.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    pass_(page, world, 20)

    expect(page.locator("h1")).to_contain_text("SAG-2588")
    assert page.evaluate("fetch('/log-paa/endnu').then((a) => a.json()).then((a) => a.seconds)") > 500


def test_the_warning_stays_until_the_server_has_said_that_the_session_lasts(page, world):
    pass_(page, world, 28, 30)
    dialog = page.get_by_role("dialog", name="Du bliver snart logget af")
    stay = page.get_by_role("button", name="Bliv logget på")
    expect(stay).to_be_focused()
    with page.expect_event("requestfailed", lambda request: request.method == "POST"):
        page.route("**/log-paa/endnu", lambda route: route.abort())
        page.keyboard.press("Enter")
    expect(dialog).to_be_visible()

    page.unroute("**/log-paa/endnu")
    stay.press("Enter")

    expect(dialog).to_have_count(0)


def test_whoever_is_typing_is_not_interrupted(page, world):
    later(world, minutes=28, seconds=30)
    page.clock.fast_forward("27:30")
    page.locator("textarea[name=kommentar]").press_sequentially("Et langt")
    with page.expect_response(lambda answer: answer.request.method == "POST") as stayed:
        page.clock.fast_forward("01:00")

    assert stayed.value.json()["seconds"] > 29 * 60 - 5
    expect(page.get_by_role("dialog", name="Du bliver snart logget af")).to_have_count(0)


def test_signing_out_in_one_window_empties_the_others(page):
    other = page.context.new_page()
    other.goto("/opgaver")
    other.get_by_role("button", name="Log af").click()
    expect(other.locator("h1")).to_have_text(SIGN_IN)

    expect(page.locator("h1")).to_have_text(SIGN_IN)


def test_a_page_that_the_browser_kept_whole_is_covered_until_the_session_is_known_to_last(page, world):
    show = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    page.evaluate(show)
    expect(page.locator("html")).not_to_have_class("fc-covered")
    later(world, minutes=31)
    page.evaluate(show)

    expect(page.locator("h1")).to_have_text(SIGN_IN)


def test_a_page_whose_network_is_away_at_the_end_is_covered_and_comes_back(page, world):
    page.route("**/log-paa/endnu", lambda route: route.abort())
    page.clock.fast_forward("31:00")
    expect(page.locator("html")).to_have_class("fc-covered")
    expect(page.locator("h1")).to_be_hidden()

    page.unroute("**/log-paa/endnu")
    page.clock.fast_forward("00:06")

    expect(page.locator("h1")).to_be_visible()
