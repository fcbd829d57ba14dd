"""One user task in two tabs: neither writes over what the other has saved, without a word."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import sign_in as sign_in_there
from tests.web.test_user_task_page import ASSESSMENT, open_task
from tests.web.world import PASSWORD

TOLD = "Kladden er også gemt fra et andet faneblad eller en anden maskine."
INSTEAD = "//*[@id='fejl']//button"


@pytest.fixture
def task(world):
    return world.task("vurder", "SAG-2601")


@pytest.fixture
def tabs(sign_in, task):
    """The same person's, both opened before anything was typed; the second has saved."""
    karen = sign_in("karen.fp")
    first, second = open_task(karen, task), open_task(karen, task)
    karen.press(second, "_gem", begrundelse="Fra andet faneblad")
    return karen, first, second


def stored(world, task):
    return world.flow.user_tasks.draft(task.id, actor=world.flow.people.actor("karen.fp"))["begrundelse"]


def autosaved(visitor, page, task, text):
    return visitor.post(
        f"/opgaver/{task.id}/kladde", {"_begyndt": page.value("_begyndt"), "begrundelse": text}
    )


def test_a_draft_that_another_tab_has_saved_is_not_written_over(tabs, world, task):
    karen, first, _ = tabs

    told = karen.press(first, "_gem", begrundelse="Fra første faneblad")

    assert told.status == 409
    assert TOLD in told.one("//*[@id='fejl']").text_content()
    assert told.value("begrundelse") == "Fra første faneblad"
    assert stored(world, task) == "Fra andet faneblad"


def test_whoever_chooses_keeps_this_one_or_fetches_the_other(tabs, world, task):
    karen, first, _ = tabs
    told = karen.press(first, "_gem", begrundelse="Fra første faneblad")

    other = karen.get(told.one("//*[@id='fejl']//a").get("href"))
    kept = karen.press_this(told, told.one(INSTEAD))

    assert other.value("begrundelse") == "Fra andet faneblad"
    assert (kept.status, kept.value("begrundelse")) == (200, "Fra første faneblad")
    assert stored(world, task) == "Fra første faneblad"


def test_saving_by_itself_is_told_at_once_and_the_tab_that_knows_goes_on(tabs, world, task):
    karen, first, second = tabs

    told = autosaved(karen, first, task, "Fra første faneblad")
    again = autosaved(karen, second, task, "Fra andet faneblad, videre")

    assert told.status == 409 and TOLD in told.source
    assert '<input type="hidden" name="_fortalt" value="1">' in told.source
    assert again.status == 200
    assert stored(world, task) == "Fra andet faneblad, videre"


def test_a_tab_saves_as_often_as_it_likes_and_one_opened_later_goes_on_from_there(sign_in, world, task):
    karen = sign_in("karen.fp")
    page = open_task(karen, task)

    for text in ("Et", "Et to", "Et to tre"):
        assert autosaved(karen, page, task, text).status == 200
    later = open_task(karen, task)

    assert autosaved(karen, later, task, "Et to tre fire").status == 200
    assert autosaved(karen, page, task, "Et to tre").status == 409
    assert stored(world, task) == "Et to tre fire"


def test_that_another_tab_has_saved_is_told_once_and_not_at_each_pause(tabs, world, task):
    karen, first, _ = tabs
    typed = {"_begyndt": first.value("_begyndt"), "begrundelse": "Fra første faneblad"}
    told = karen.post(f"/opgaver/{task.id}/kladde", typed)

    again = karen.post(f"/opgaver/{task.id}/kladde", {**typed, "_fortalt": "1"})

    assert (told.status, again.status, again.source) == (409, 204, "")
    assert stored(world, task) == "Fra andet faneblad"


@pytest.mark.parametrize("button", ["/tag", "/kommentar"])
def test_a_button_beside_the_form_does_nothing_before_it_is_chosen(tabs, world, task, button):
    karen, first, _ = tabs
    pressed = first.one(f"//aside//button[contains(@formaction, '{button}')]")

    told = karen.press_this(first, pressed, begrundelse="Fra første faneblad", _kommentar="Ring til skolen")

    assert told.status == 409 and TOLD in told.text
    assert told.value("begrundelse") == "Fra første faneblad"
    assert told.one("//*[@id='kommentar']").value == "Ring til skolen"
    assert stored(world, task) == "Fra andet faneblad"
    assert world.task("vurder", "SAG-2601").assignee is None
    assert not told.all("//ol[@class='fc-comments']")


def test_completing_throws_no_draft_of_another_tab_away(tabs, world, task):
    karen, first, second = tabs

    told = karen.press(first, "_faerdig", **ASSESSMENT)
    done = karen.press(second, "_faerdig", **ASSESSMENT)

    assert told.status == 409 and TOLD in told.text
    assert told.value("begrundelse") == ASSESSMENT["begrundelse"]
    assert "er færdig." in done.text


def test_after_the_session_ended_the_draft_of_another_tab_stays(tabs, world, task):
    karen, first, _ = tabs
    karen.client.delete_cookie("flowcase")

    asked = karen.press(first, "_gem", begrundelse="Fra første faneblad")
    back = karen.submit(asked, asked.one("//main//form"), bruger="karen.fp", adgangskode=PASSWORD)

    assert back.value("begrundelse") == "Fra første faneblad"
    assert stored(world, task) == "Fra andet faneblad"
    assert TOLD in karen.press(back, "_gem").text


def test_a_row_that_was_added_as_the_session_ended_is_there(sign_in, task):
    karen = sign_in("karen.fp")
    page = open_task(karen, task)
    karen.client.delete_cookie("flowcase")

    row = {"tavle.bekymringer.0.hvad": "Træt og sulten"}
    asked = karen.press(page, "_add", "tavle.bekymringer", **row)
    back = karen.submit(asked, asked.one("//main//form"), bruger="karen.fp", adgangskode=PASSWORD)

    assert back.value("tavle.bekymringer.0.hvad") == "Træt og sulten"
    assert back.value("tavle.bekymringer.1.hvad") == ""
    assert back.one("//*[@autofocus]").get("name").startswith("tavle.bekymringer.1.")


@pytest.mark.browser
def test_two_tabs_in_a_browser(open_page, world, task):
    first = open_page()
    sign_in_there(first, "karen.fp")
    second = first.context.new_page()
    for page in (first, second):
        page.goto(f"/opgaver/{task.id}")

    second.locator("[name=begrundelse]").fill("Fra andet faneblad")
    second.locator("[name=begrundelse]").blur()
    expect(second.locator("#kladde")).to_contain_text("Kladden er gemt")
    first.locator("[name=begrundelse]").fill("Fra første faneblad")
    first.locator("[name=begrundelse]").blur()
    expect(first.locator("#kladde")).to_contain_text(TOLD)
    assert stored(world, task) == "Fra andet faneblad"
    first.get_by_role("button", name="Gem dette i stedet for det andet").click()

    expect(first.locator("[name=begrundelse]")).to_have_value("Fra første faneblad")
    assert stored(world, task) == "Fra første faneblad"
    second.locator("[name=begrundelse]").fill("Mere i andet faneblad")
    second.locator("[name=begrundelse]").blur()
    expect(second.locator("#kladde")).to_contain_text(TOLD)
    second.get_by_role("link", name="Hent det andet i stedet for dette").click()
    expect(second.locator("[name=begrundelse]")).to_have_value("Fra første faneblad")
    expect(second.locator("#kladde")).to_be_empty()
