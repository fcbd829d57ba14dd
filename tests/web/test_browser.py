"""Real flows in a real Chromium: what needs JavaScript, focus and the keyboard."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.web.waiting import leaving, width_of
from tests.web.world import PASSWORD

pytestmark = pytest.mark.browser


def sign_in(page: Page, person: str) -> None:
    page.goto("/log-paa")
    page.fill("#bruger", person)
    page.fill("#adgangskode", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Mine opgaver")
    page.wait_for_load_state()  # its program too: a key pressed before would be lost


def test_a_caseworker_assesses_a_notification_from_sign_in_to_the_case(open_page, world):
    page = open_page()
    sign_in(page, "karen.fp")
    page.get_by_role("link", name="Vurdér risiko").click()

    page.get_by_role("button", name="Gør opgaven færdig").click()
    expect(page).to_have_title(re.compile("^Fejl: "))
    expect(page.locator("#fejl")).to_be_focused()
    page.locator("#fejl a", has_text="Akut indsats nødvendig?").click()
    expect(page.locator("#felt-akut-1")).to_be_focused()

    page.locator("[name='tavle.bekymringer.0.hvad']").fill("Træt og sulten")
    page.locator("[name=fare_sundhed_udvikling][value=false]").check()
    page.locator("[name=akut][value=nej]").check()
    page.locator("[name=foraeldre_orienteres][value=senere]").check()
    page.locator("[name=begrundelse]").fill("Vurderet ud fra skolens oplysninger.")
    page.locator("[name=vurderet_af]").select_option(label="Karen Bilde")
    page.locator("[name=vurderet]").fill("2026-03-27T08:55")
    page.get_by_role("button", name="Gør opgaven færdig").click()

    expect(page.get_by_role("status").first).to_contain_text("Opgaven »Vurdér risiko« er færdig.")
    expect(page.locator("h1")).to_have_text("Sag SAG-2601")
    assert world.flow.deadlines.of_case("SAG-2601")[0].status == "met"


def test_a_double_click_sends_a_user_task_once_and_leads_on(open_page, world):
    page = open_page()
    sign_in(page, "camilla.syd")
    page.goto(f"/opgaver/{world.task('beslut_undersoegelse').id}")
    sent = []
    page.on(
        "request", lambda request: sent.append(request) if "_faerdig" in (request.post_data or "") else None
    )

    page.locator("[name=undersoegelse][value=ja]").check()
    page.locator("[name=begrundelse]").fill("Behov for undersøgelse.")
    page.locator("[name=besluttet]").fill("26.3.2026")
    page.get_by_role("button", name="Gør opgaven færdig").dblclick()

    expect(page.get_by_role("status").first).to_contain_text("er færdig.")
    expect(page.get_by_text("Opgaven er ikke længere åben")).to_have_count(0)
    assert len(sent) == 1


def test_two_buttons_of_one_form_are_pressed_right_after_each_other(open_page, world):
    page = open_page()
    sign_in(page, "karen.fp")
    page.goto(f"/opgaver/{world.task('vurder').id}")
    add = page.locator("button[name=_add][value='tavle.bekymringer']")

    add.click()
    expect(page.locator("[name='tavle.bekymringer.1.hvad']")).to_be_visible()
    add.click()
    expect(page.locator("[name='tavle.bekymringer.2.hvad']")).to_be_visible()
    page.get_by_role("button", name="Gem kladde").click()

    expect(page.get_by_text("Kladden er gemt")).to_be_visible()


def test_a_draft_saves_itself_and_is_there_after_a_reload(open_page, world):
    page = open_page()
    sign_in(page, "karen.fp")
    page.goto(f"/opgaver/{world.task('vurder').id}")

    page.locator("[name=begrundelse]").fill("Halvfærdig tanke")
    page.locator("[name=begrundelse]").blur()
    expect(page.locator("#kladde")).to_contain_text("Kladden er gemt")
    page.goto(page.url)

    expect(page.locator("[name=begrundelse]")).to_have_value("Halvfærdig tanke")
    expect(page.locator("#kladde")).to_be_empty()


def test_an_answer_shows_and_hides_other_fields_and_keeps_the_focus(open_page):
    page = open_page()
    page.goto("/underret")
    page.locator("[name=bekymring]").fill("Skrevet før svaret")

    page.locator("[name=underretter_anonym][value=true]").check()
    expect(page.locator("[name=underretter_kontakt]")).to_have_count(0)
    page.locator("[name=underretter_anonym][value=false]").check()

    contact = page.locator("[name=underretter_kontakt]")
    expect(contact).to_have_attribute("required", "")
    expect(page.locator("[name=bekymring]")).to_have_value("Skrevet før svaret")
    expect(page.locator("[name=underretter_anonym][value=false]")).to_be_focused()
    expect(page.get_by_role("button", name="Opdater felterne")).to_have_count(0)


def test_calendars_and_warnings_stay_when_an_answer_brings_other_fields(open_page):
    page = open_page()
    page.goto("/underret")
    calendars = page.get_by_role("button", name="Vælg i kalender")
    expect(calendars).to_have_count(1)
    page.locator("[name=bekymring]").fill("Barnet er 010203-1234")
    warning = page.locator("#felt-bekymring-cpr")
    expect(warning).to_be_visible()

    page.locator("[name=underretter_anonym][value=true]").check()
    expect(page.locator("[name=underretter_kontakt]")).to_have_count(0)

    expect(calendars).to_have_count(1)
    expect(warning).to_be_visible()


def test_the_rest_of_the_menu_stands_beside_it_on_a_phone(open_page):
    page = open_page(width=360)
    sign_in(page, "karen.fp")
    menu = page.locator("ul.mainmenu > li").filter(visible=True)

    tops = menu.evaluate_all("all => all.map(each => Math.round(each.getBoundingClientRect().top))")

    assert len(tops) >= 3  # »Mere« is the last
    assert len(set(tops)) == 1
    assert width_of(page) <= 360
    expect(page.locator(".more-button")).to_have_text("Mere")
    page.goto("/opgaver?sprog=en")
    expect(page.locator(".more-button")).to_have_text("More")


SLOW_TO_SHOW = """
const send = window.fetch.bind(window);
window.fetch = async (address, asked) => {
  if (new URLSearchParams(asked?.body ?? "").has("_vis"))
    await new Promise((done, stop) => {
      setTimeout(done, 500);
      asked.signal.addEventListener("abort", () => stop(new DOMException("", "AbortError")));
    });
  return send(address, asked);
};
window.underWay = 0;
addEventListener("htmx:before:request", () => { underWay += 1; });
addEventListener("htmx:finally:request", () => { underWay -= 1; });
"""


def test_going_through_the_answers_by_arrow_shows_the_fields_of_the_last_one(open_page):
    page = open_page()
    page.add_init_script(SLOW_TO_SHOW)
    page.goto("/underret")
    page.locator("[name=underretter_anonym]").first.focus()
    page.keyboard.press("Space")

    for _ in range(4):
        page.keyboard.press("ArrowDown")
    page.locator("[name=bekymring]").focus()
    page.keyboard.type("Mens svaret er på vej")
    page.wait_for_function("() => underWay === 0")

    expect(page.locator("[name=underretter_anonym][value=true]")).to_be_checked()
    expect(page.locator("[name=underretter_kontakt]")).to_have_count(0)
    expect(page.locator("[name=bekymring]")).to_have_value("Mens svaret er på vej")


def test_a_citizen_notifies_by_keyboard_alone(open_page, world):
    page = open_page(width=360)
    page.goto("/underret")

    page.keyboard.press("Tab")
    expect(page.locator(".skipnav")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.locator("[name='boern.0.navn']")).to_be_focused()
    page.keyboard.type("Sofus")
    page.locator("[name=bekymring]").focus()
    page.keyboard.type("Jeg hører råben hver aften.")
    for name, steps in (("umiddelbar_fare", 1), ("aftalt_med_familien", 2)):
        page.locator(f"[name={name}]").first.focus()
        page.keyboard.press("Space")
        for _ in range(steps):
            page.keyboard.press("ArrowDown")
    page.locator("[name=underretter_type]").select_option("borger")
    page.locator("[name=underretter_anonym]").first.focus()
    page.keyboard.press("Space")
    expect(page.locator("[name=underretter_kontakt]")).to_have_count(0)
    page.get_by_role("button", name="Send underretningen").focus()
    page.keyboard.press("Enter")

    expect(page.locator("h1")).to_have_text("Tak for din underretning")
    number = page.locator("main strong").inner_text()
    assert number in {row.id for row in world.flow.cases.records("Underretning")}
    page.reload()
    expect(page.locator("main strong")).to_have_text(number)


def test_without_javascript_the_same_form_works_by_buttons(open_page, world):
    page = open_page(javascript=False)
    page.goto("/underret")

    page.get_by_role("button", name="Tilføj en række").click()
    expect(page.locator("[name='boern.1.navn']")).to_be_focused()
    page.locator("[name=underretter_anonym][value=true]").check()
    page.get_by_role("button", name="Opdater felterne").click()

    expect(page.locator("[name=underretter_kontakt]")).to_have_count(0)
    expect(page.locator("[name=underretter_anonym][value=true]")).to_be_checked()


def test_nothing_scrolls_sideways_on_a_phone(open_page):
    page = open_page(width=320)
    sign_in(page, "karen.fp")

    for path in ("/opgaver", "/sager", "/sager/SAG-2588", "/underretninger/ny", "/underret"):
        page.goto(path)
        assert width_of(page) <= 320, path


def test_the_inbox_is_worked_by_keyboard_alone(open_page, world):
    page = open_page()
    sign_in(page, "karen.fp")
    first, second = page.locator("tbody tr td:nth-child(2) a").all()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Tastaturgenveje")).to_be_visible()
    page.keyboard.press("j")
    expect(first).not_to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#genveje")).to_be_hidden()
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(second).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("tbody input[type=checkbox]").nth(1)).to_be_checked()
    page.keyboard.press("k")
    expect(first).to_be_focused()
    page.keyboard.press("Tab")
    expect(first).not_to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("Vurdér risiko")

    page.goto("/opgaver?sag=SAG-2601")
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Læg opgaven tilbage")).to_be_visible()
    assert world.task("vurder").assignee == "karen.fp"


def test_single_keys_are_text_in_a_field_and_can_be_turned_off(open_page):
    page = open_page()
    sign_in(page, "karen.fp")

    page.locator("#sag").focus()
    page.keyboard.type("jt?")
    expect(page.locator("#sag")).to_have_value("jt?")
    page.get_by_role("button", name="Tastaturgenveje").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Slå genveje på én tast fra").focus()
    page.keyboard.press("Space")
    page.keyboard.press("Escape")
    page.reload()
    page.keyboard.press("?")
    page.keyboard.press("j")

    expect(page.locator("#genveje")).to_be_hidden()
    expect(page.locator("body")).to_be_focused()


def test_the_inbox_with_everything_open_fits_a_phone(open_page):
    page = open_page(width=360)
    sign_in(page, "else.syd")

    page.goto("/opgaver?vis=sager&frist=uge&sorter=prioritet")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")

    assert width_of(page) <= 360


def test_after_the_session_ended_an_open_form_stays_with_all_that_was_typed_in_it(open_page, world):
    page = open_page()
    sign_in(page, "karen.fp")
    page.goto(f"/opgaver/{world.task('vurder').id}")
    page.locator("[name=begrundelse]").fill("Skrevet i en halv time")
    page.locator("#kommentar").fill("Ring til skolen")
    page.context.clear_cookies()

    with page.expect_response(lambda answer: answer.status == 400 and answer.request.method == "POST"):
        page.locator("[name=akut][value=ja]").check()
    expect(page.locator("#kladde")).to_contain_text("Siden er for gammel til at gemme af sig selv.")
    expect(page.locator("[name=begrundelse]")).to_have_value("Skrevet i en halv time")
    page.get_by_role("button", name="Gem kommentar").click()
    page.fill("#bruger", "karen.fp")
    page.fill("#adgangskode", PASSWORD)
    page.keyboard.press("Enter")

    expect(page.locator("[name=begrundelse]")).to_have_value("Skrevet i en halv time")
    expect(page.locator("#kommentar")).to_have_value("Ring til skolen")
    expect(page.locator("[name=akut][value=ja]")).to_be_checked()
    page.go_back()
    expect(page.locator("#opgave")).to_be_visible()
    page.go_forward()
    expect(page.locator("#kommentar")).to_have_value("Ring til skolen")


def test_files_and_comments_on_a_phone_leave_what_was_typed_alone(open_page, world):
    page = open_page(width=360)
    sign_in(page, "karen.fp")
    page.goto("/underretninger/ny")
    page.locator("[name=bekymring]").fill("Skrevet før filen")
    chooser = page.locator("input[type=file]").first
    page.evaluate("document.querySelector('input[type=file]').dataset.most = '0.0001'")
    chooser.set_input_files({"name": "stor.txt", "mimeType": "text/plain", "buffer": b"x" * 5000})
    expect(page.locator(".form-error-message", has_text="Filen er for stor.")).to_be_visible()
    page.evaluate("document.querySelector('input[type=file]').dataset.most = '25'")
    chooser.set_input_files({"name": "brev.txt", "mimeType": "text/plain", "buffer": b"Tak for i dag."})

    expect(page.locator(".fc-attached")).to_contain_text("brev.txt")
    expect(page.locator("[name=bekymring]")).to_have_value("Skrevet før filen")

    page.goto(f"/opgaver/{world.task('vurder').id}")
    page.locator("[name=begrundelse]").fill("Skrevet før kommentaren")
    page.locator("#kommentar").fill("Mor, 010203-1234, ringede")
    expect(page.locator("#kommentar-cpr")).to_contain_text("Det ligner et CPR-nummer.")
    page.locator("#kommentar").fill("Hej @jonas.fp")
    expect(page.locator("#kommentar-cpr")).to_have_count(0)
    page.get_by_role("button", name="Gem kommentar").press("Enter")
    expect(page.locator(".fc-comments")).to_contain_text("Hej @jonas.fp")
    expect(page.locator("[name=begrundelse]")).to_have_value("Skrevet før kommentaren")
    assert width_of(page) <= 360


def test_a_link_unfolds_the_section_that_it_leads_to(open_page):
    page = open_page()
    sign_in(page, "camilla.syd")
    page.goto("/sager/SAG-2588")
    page.evaluate("document.getElementById('dokumenter').closest('details').open = false")

    page.get_by_role("navigation", name="På denne side").get_by_role("link", name="Dokumenter").press("Enter")

    expect(page.get_by_text("Læg dokumenter op", exact=True)).to_be_visible()
    page.get_by_role("navigation", name="På denne side").get_by_role("link", name="Start et forløb").press(
        "Enter"
    )
    expect(page.get_by_role("link", name="Skift af rådgiver", exact=True)).to_be_visible()


def test_which_of_two_times_is_asked_as_soon_as_one_is_typed(open_page):
    page = open_page()
    sign_in(page, "karen.fp")
    page.goto("/underretninger/ny")
    field, choice = page.locator("[name=modtaget]"), page.locator("[name='modtaget._tid']")

    field.fill("26.10.2025 02:30")
    field.press("Tab")
    expect(choice).to_have_count(2)
    page.get_by_label("Anden gang (vintertid)").check()
    field.fill("26.10.2025 kl. 2.30")
    field.press("Tab")
    expect(field).to_have_value("26.10.2025 kl. 02.30")
    expect(page.get_by_label("Anden gang (vintertid)")).to_be_checked()

    field.fill("26.10.2025 04:30")
    field.press("Tab")
    expect(choice).to_have_count(0)

    field.fill("26.10.2025 02:30")
    field.press("Tab")
    page.get_by_label("Anden gang (vintertid)").check()
    page.locator("[name=bekymring]").fill("Sover i entreen")
    with leaving(page):
        page.get_by_role("button", name="Send underretningen").click()
    assert page.get_by_label("Anden gang (vintertid)").is_checked()  # other fields are missing
    assert "to gange" not in page.locator("#fejl").inner_text()
