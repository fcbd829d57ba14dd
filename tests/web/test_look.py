"""How pages look where people need it otherwise: dark, narrow, twice as large, on paper, without motion."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import sign_in
from tests.web.waiting import laid_out, leaving

pytestmark = pytest.mark.browser

PAGES = (
    "/opgaver",
    "/sager",
    "/sager/SAG-2588",
    "/beskeder",
    "/beskeder/valg",
    "/moeder",
    "/moeder/dagsmoede",
)
BEHIND = {  # what those who run the house read
    "drift": ("/drift", "/drift/ure", "/drift/arbejde", "/drift/mange", "/webhooks", "/servicekonti"),
    "anders.myn": ("/indikatorer", "/opbevaring", "/indsigt"),
}
# The element that has the focus: where it stands, and whether one sees that it has it.
FOCUSED = """() => {
  const element = document.activeElement;
  if (element === document.body) return null;
  const box = element.getBoundingClientRect(), style = getComputedStyle(element);
  const outlined = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0;
  const rings = outlined || style.boxShadow !== "none";
  return [element.outerHTML.slice(0, 80), rings || element.type === "date", box.width > 1 && box.height > 1];
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
# Tables whose heads do not stand above what they head, by what is told of them without seeing.
CROOKED = """() => [...document.querySelectorAll("table")].filter((table) => {
  const [head, cell] = [table.querySelector("thead tr"), table.querySelector("tbody tr")];
  if (!head || !cell || !table.checkVisibility()) return false;
  const [above, below] = [head.getBoundingClientRect(), cell.getBoundingClientRect()];
  const [left, right] = [above.left - below.left, above.right - below.right];
  const isShort = (part) => part.rowSpan === 1 && part.offsetHeight < part.parentElement.offsetHeight - 2;
  const isTorn = [...table.querySelectorAll("tbody tr")].some((row) => [...row.cells].some(isShort));
  return isTorn || above.bottom > below.top + 1 || Math.abs(left) > 1 || Math.abs(right) > 1;
}).map((table) => table.caption?.textContent ?? table.className)"""
# What a finger is to hit and is lower than 44 pixels. A link within a text or a list is as high as its line.
LOW = """() => [...document.querySelectorAll("button, input, select, summary, .fc-brand, .fc-person a")]
  .filter((e) => e.checkVisibility() && e.tabIndex >= 0 && !["hidden", "radio", "checkbox"].includes(e.type))
  .filter((e) => !e.closest("[aria-hidden=true], .sr-only, .breadcrumbs") && !e.classList.contains("sr-only"))
  .map((e) => [e.getBoundingClientRect(), e]).filter(([box]) => box.width > 1 && box.height < 43.5)
  .map(([box, e]) => `${e.tagName} ${e.id || e.name} ${e.innerText ?? ""} ${box.height}`)"""
HIDDEN = "element => getComputedStyle(element).display === 'none'"


@pytest.fixture
def karen(open_page):
    page = open_page(width=320)
    sign_in(page, "karen.fp")
    return page


def test_no_page_has_to_be_scrolled_sideways_at_320_pixels(karen, world):
    wide = {}

    for path in (*PAGES, f"/opgaver/{world.task('vurder').id}"):
        karen.goto(path)
        laid_out(karen)
        if (over := karen.evaluate(OVERFLOW)) > 0:
            wide[path] = over

    assert wide == {}


def test_on_a_phone_a_finger_hits_every_button_and_field(karen, world):
    low = {}

    for path in (*PAGES, f"/opgaver/{world.task('vurder').id}"):
        karen.goto(path)
        laid_out(karen)
        if found := karen.evaluate(LOW):
            low[path] = found

    assert str(low) == "{}"


def test_before_the_form_a_phone_shows_the_child_and_the_deadline_that_a_desk_shows_beside_it(
    open_page, world
):
    phone, desk = open_page(width=360), open_page(width=1280)
    for page in (phone, desk):
        sign_in(page, "karen.fp")
        page.goto(f"/opgaver/{world.task('vurder').id}")

    for page, before, beside in ((phone, 1, 0), (desk, 0, 1)):
        assert page.locator(".fc-before dt", has_text="Frist").filter(visible=True).count() == before
        assert page.locator("aside dt", has_text="Frist").filter(visible=True).count() == beside
        assert page.get_by_text("Alma Hestbæk").filter(visible=True).first.is_visible()
    assert phone.locator(".fc-before").bounding_box()["y"] < 500
    concerns = phone.locator("#underretninger")
    assert concerns.bounding_box()["y"] > 1500  # beneath the form, which is long
    phone.locator(".fc-before a[href='#underretninger']").click()
    expect(concerns).to_be_in_viewport()
    assert not desk.locator(".fc-before a[href='#underretninger']").is_visible()


def test_text_twice_as_large_still_fits_the_page(open_page, world):
    page = open_page(width=1280)
    sign_in(page, "karen.fp")
    wide = {}

    for path in (*PAGES, f"/opgaver/{world.task('vurder').id}"):
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '20px'")  # the design system's rem is 10 px
        laid_out(page)
        if (over := page.evaluate(OVERFLOW)) > 0:
            wide[path] = over

    assert wide == {}


def test_text_twice_as_large_leaves_the_form_and_the_case_room_to_be_read(open_page, world):
    page = open_page(width=1280)
    sign_in(page, "karen.fp")

    for path in ("/sager/SAG-2588", f"/opgaver/{world.task('vurder').id}"):
        page.goto(path)
        laid_out(page)
        beside = page.locator(".fc-main").bounding_box()["width"]
        page.evaluate("document.documentElement.style.fontSize = '20px'")
        assert page.locator(".fc-main").bounding_box()["width"] > beside, path


TABLES = {
    "vera.revisor": ("/indikatorer", "/revision/frister", "/revision/forloeb", "/revision/udgaver"),
    "else.syd": ("/opgaver", "/sager", "/team"),
    "drift": ("/drift", "/drift/ure", "/drift/arbejde", "/webhooks", "/servicekonti"),
    "jens.proces": ("/studie/", "/studie/simulering"),
}


@pytest.mark.parametrize("person", TABLES)
def test_the_heads_of_every_table_stand_above_what_they_head_and_cells_fill_their_row(open_page, person):
    page = open_page(width=1280)
    sign_in(page, person)
    crooked = {}

    for path in TABLES[person]:
        assert page.goto(path).status == 200, path
        laid_out(page)
        if found := page.evaluate(CROOKED):
            crooked[path] = found

    assert crooked == {}


def test_what_belongs_to_a_field_stands_beside_it_and_apart_from_it(open_page):
    page = open_page(width=1280)
    page.goto("/log-paa")
    field, show = (page.locator(each).bounding_box() for each in ("#adgangskode", "#adgangskode + button"))
    assert show["y"] - (field["y"] + field["height"]) >= 6

    sign_in(page, "karen.fp")
    page.goto("/sager")
    label, code = (page.locator(each).bounding_box() for each in ("label[for=kode]", "#kode"))

    assert label["x"] == code["x"]
    assert 0 <= code["y"] - (label["y"] + label["height"]) <= 10


def test_a_phone_shows_the_first_user_task_at_once_and_unfolds_what_narrows_the_list(open_page):
    phone, desk = open_page(width=360), open_page(width=1280)
    sign_in(phone, "karen.fp")
    sign_in(desk, "karen.fp")

    assert phone.locator("#opgaveliste tbody a").first.bounding_box()["y"] < 800
    assert not phone.get_by_label("Søg i listen").is_visible()
    phone.get_by_text("Søg, afgræns og sortér").click()
    phone.get_by_label("Søg i listen").fill("vurd")
    with leaving(phone):
        phone.get_by_label("Søg i listen").press("Enter")
    assert phone.get_by_label("Søg i listen").is_visible()  # what narrows a list is not hidden
    assert desk.get_by_label("Søg i listen").is_visible()
    assert not desk.get_by_text("Søg, afgræns og sortér").is_visible()


def test_a_phone_names_no_part_of_a_row_that_holds_nothing(open_page):
    page = open_page(width=360)
    sign_in(page, "camilla.syd")

    assert page.locator("#opgaveliste tbody td:empty").count()  # nothing to take: it is theirs
    assert page.locator("#opgaveliste tbody td:empty").filter(visible=True).count() == 0


def test_a_phone_leaves_out_what_is_as_usual_and_keeps_the_tick_beside_the_name(open_page):
    phone, desk = open_page(width=360), open_page(width=1280)
    for page in (phone, desk):
        sign_in(page, "camilla.syd")

    for page, is_shown in ((phone, False), (desk, True)):
        row = page.locator("#opgaveliste tbody tr", has_text="Sæt mål i barnets plan")
        assert row.locator('td[data-title="Sag"]').is_visible()
        for part in ("Frist", "Prioritet"):
            assert row.locator(f'td[data-title="{part}"]').is_visible() is is_shown, part
    urgent = phone.locator("#opgaveliste tbody tr", has_text="Træf afgørelse")
    assert urgent.locator('td[data-title="Prioritet"]').is_visible()
    name, tick = (urgent.locator(each).bounding_box() for each in ("td[data-title] a >> nth=0", ".fc-ticked"))
    assert abs(name["y"] - tick["y"]) < 20
    assert name["x"] + name["width"] <= tick["x"]


def test_a_phone_lists_the_deadlines_that_a_desk_also_draws(open_page):
    phone, desk = open_page(width=360), open_page(width=1280)
    for page in (phone, desk):
        sign_in(page, "camilla.syd")
        page.goto("/sager/SAG-2588")

    assert desk.locator(".fc-timeline").is_visible()
    assert not phone.locator(".fc-timeline").is_visible()
    phone.get_by_text("Tidligere frister").click()
    assert phone.locator("section[aria-labelledby=frister] .fc-deadlines").first.is_visible()


def test_a_long_list_of_recipients_is_narrowed_by_a_word_and_tells_who_is_chosen(open_page):
    page = open_page(width=360)
    sign_in(page, "camilla.syd")
    page.goto("/sager/SAG-2588/nyt-forloeb/videregivelse")
    with leaving(page):
        page.get_by_role("button", name="Begynd forløbet").click()
    page.goto("/opgaver?sag=SAG-2588")
    with leaving(page):
        page.get_by_role("link", name="Skriv, hvad der gives videre").first.click()
    recipients = page.locator(".fc-long", has_text="Find i listen: Til hvem")
    boxes = recipients.locator(".form-group-checkbox")
    assert boxes.count() > 40
    assert recipients.bounding_box()["height"] < 600

    recipients.get_by_label("PPR", exact=True).check(force=True)
    recipients.get_by_label("Find i listen").fill("sundhed")
    recipients.get_by_label("Find i listen").press("Enter")  # sends nothing

    expect(boxes.filter(visible=True)).to_have_text(["PPR", "Sundhedspleje"])
    recipients.get_by_label("Sundhedspleje").check(force=True)
    recipients.get_by_label("Find i listen").fill("")
    expect(boxes.filter(visible=True)).to_have_count(boxes.count())
    expect(recipients.locator(".fc-chosen")).to_have_text("Valgt: PPR, Sundhedspleje")


@pytest.mark.parametrize("person", BEHIND)
def test_pages_behind_the_work_fit_320_pixels_and_show_where_the_keyboard_is_without_a_trap(
    open_page, person
):
    page = open_page(width=320)
    sign_in(page, person)
    wide, unseen, trapped = {}, [], []

    for path in BEHIND[person]:
        assert page.goto(path).status == 200
        laid_out(page)
        if (over := page.evaluate(OVERFLOW)) > 0:
            wide[path] = over
        for _ in range(400):
            page.keyboard.press("Tab")
            focused = page.evaluate(FOCUSED)
            if focused is None:
                break
            if not focused[1] or not focused[2]:
                unseen.append((path, focused[0]))
        else:
            trapped.append(path)

    assert (wide, unseen, trapped) == ({}, [], [])


def test_the_dark_scheme_is_dark_and_goes_with_the_systems_choice(karen):
    grounds = []

    for scheme in ("light", "dark"):
        karen.emulate_media(color_scheme=scheme)
        karen.goto("/opgaver")
        grounds.append(karen.evaluate("getComputedStyle(document.body).backgroundColor"))

    assert grounds[1] == "rgb(29, 29, 29)"
    assert grounds[0] in ("rgb(255, 255, 255)", "rgba(0, 0, 0, 0)")


def test_paper_gets_what_is_read_and_nothing_to_press(karen, world):
    karen.emulate_media(media="print")

    for path in ("/opgaver", f"/opgaver/{world.task('vurder').id}", "/sager/SAG-2588"):
        karen.goto(path)
        acts = karen.locator("main button, main a.button, main .fc-acts, main details:not([open])").all()
        assert [act.inner_text() for act in acts if not act.evaluate(HIDDEN)] == [], path
        assert karen.locator("header.header").evaluate(HIDDEN)
        assert not karen.locator("h1").evaluate(HIDDEN)


def test_who_wants_less_motion_gets_none(karen):
    karen.emulate_media(reduced_motion="reduce")
    karen.goto("/opgaver")

    longest = karen.evaluate(
        "Math.max(...[...document.querySelectorAll('*')]"
        ".map(each => parseFloat(getComputedStyle(each).transitionDuration) || 0))"
    )

    assert longest <= 0.001
