"""An open inbox keeps up by itself: cheap to ask, put in place without disturbing, offered where it would."""

from __future__ import annotations

import datetime as dt

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import sign_in as sign_in_by_hand

LOOK = "dispatchEvent(new Event('flowcase:look'))"


def test_an_open_inbox_is_answered_in_a_word_until_something_changes(sign_in, world):
    karen = sign_in("karen.fp")
    page = karen.get("/opgaver?vis=grupper")
    [part] = page.all("//*[@data-now]")
    address, known = part.get("data-now"), {"If-None-Match": f'"{part.get("data-etag")}"'}
    assert karen.client.get(address, headers=known).status_code == 304

    world.flow.user_tasks.claim(world.task("vurder").id, actor=world.flow.people.actor("jonas.fp"))
    changed = karen.client.get(address, headers=known)

    assert changed.status_code == 200 and changed.headers["ETag"] not in known.values()
    text = changed.get_data(as_text=True)
    assert "Vurdér risiko" not in text and "Beslut videre forløb" in text
    assert 'id="udvalgsfaner"' in text and "<html" not in text


def test_a_badge_that_turns_with_the_clock_is_a_change_too(sign_in, world):
    karen = sign_in("karen.fp")
    first = karen.get("/opgaver").all("//*[@data-now]")[0].get("data-etag")

    world.flow.clock.set(world.task("afgoer", "SAG-2593").due_at + dt.timedelta(seconds=1))

    assert karen.get("/opgaver").all("//*[@data-now]")[0].get("data-etag") != first


@pytest.mark.browser
def test_the_list_is_put_in_place_and_what_disturbs_is_offered(open_page, world):
    page, jonas = open_page(), world.flow.people.actor("jonas.fp")
    sign_in_by_hand(page, "karen.fp")
    task, news = world.task("vurder").id, page.locator("[data-inbox-news]")
    page.mouse.move(0, 0)
    expect(page.locator("tbody tr")).to_have_count(2)

    world.flow.user_tasks.claim(task, actor=jonas)
    page.evaluate(LOOK)

    expect(page.locator("tbody tr")).to_have_count(1)
    expect(news.get_by_role("status")).to_have_text("Listen er opdateret. Væk: 1.")
    expect(page.locator("#udvalgsfaner")).to_contain_text("Mine og mine gruppers (1)")
    expect(page.locator("body")).to_be_focused()

    page.keyboard.press("j")
    page.keyboard.press("x")
    world.flow.user_tasks.unclaim(task, actor=jonas)
    page.evaluate(LOOK)

    expect(news.get_by_role("status")).to_have_text("Listen er ændret. Nye: 1.")
    expect(page.locator("tbody tr")).to_have_count(1)
    link = page.locator("tbody tr td:nth-child(2) a", has_text="Beslut videre forløb")
    expect(link).to_be_focused()
    page.keyboard.press("r")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(link).to_be_focused()
    expect(page.locator("tbody input:checked")).to_have_count(1)
    expect(news.get_by_role("button")).to_be_hidden()


@pytest.mark.browser
def test_a_list_that_is_to_keep_still_keeps_still(open_page, world):
    page = open_page()
    sign_in_by_hand(page, "karen.fp")
    page.get_by_label("Opdatér kun listen, når jeg beder om det").check()
    page.reload()
    page.mouse.move(0, 0)

    world.flow.user_tasks.claim(world.task("vurder").id, actor=world.flow.people.actor("jonas.fp"))
    page.evaluate(LOOK)

    page.get_by_role("button", name="Vis ændringerne").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("#opgaveliste")).to_be_focused()
