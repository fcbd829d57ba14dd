"""A process owner draws without a mouse: every step by keyboard alone, and what is kept says it."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from itertools import combinations

import pytest
from lxml import etree
from playwright.sync_api import Page, expect

from flowcase.access.actor import SYSTEM
from flowcase.modeling import read_bpmn
from flowcase.modeling.layout import lay_out
from flowcase.modeling.picture import Shape, picture
from flowcase.web.studio.new_files import new_file
from tests.services.diagrams import end, process, start, user_task
from tests.web.test_browser import sign_in
from tests.web.test_studio_in_the_browser import axe
from tests.web.waiting import DRAWN, editor_is_ready

pytestmark = pytest.mark.browser

FILE = "stilles.bpmn"


@pytest.fixture
def page(open_page, world) -> Page:
    drawn = process("stilles", start(), user_task("vurder", "fronten"), user_task("svar", "fronten"), end())
    world.flow.deployments.deploy({FILE: lay_out(drawn, FILE)}, actor=SYSTEM)
    page = open_page(width=1400)
    sign_in(page, "jens.proces")
    page.goto(f"/studie/{FILE}")
    editor_is_ready(page)
    return page


def to_the_drawing(page: Page) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#laerred svg') !== null"):
            return
    raise AssertionError("Tab does not reach the drawing")


def upon_each_other(drawn: Sequence[Shape]) -> list[tuple[str, str]]:
    return [
        (one.name or one.kind, other.name or other.kind)
        for one, other in combinations(drawn, 2)
        if one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    ]


def go_on_to(page: Page, what: str) -> None:
    for _ in range(30):
        page.keyboard.press("PageDown")
        if what in (page.locator("#valgt").text_content() or ""):
            return
    raise AssertionError(f"{what} is not reached")


def choose(page: Page, element: str) -> None:
    """By going from element to element."""
    for _ in range(30):
        page.keyboard.press("PageDown")
        said = page.locator("#valgt").text_content() or ""
        if f"»{element}«" in said and "→" not in said:
            return
    raise AssertionError(f"{element} is not reached")


def append(page: Page, kind: str, name: str, key: str = "a") -> None:
    page.keyboard.press(key)
    look_up(page, kind)
    name_it(page, name)


def look_up(page: Page, kind: str) -> None:
    """In the menu that has opened, until Enter takes what was typed and not what stood there before."""
    page.locator(".djs-popup input:focus").wait_for()
    page.keyboard.type(kind)
    expect(page.locator(".djs-popup-search-count")).to_contain_text("fundet")
    expect(page.locator(".djs-popup .entry.selected")).to_contain_text(kind, ignore_case=True)
    page.evaluate(DRAWN)
    page.keyboard.press("Enter")


def call(page: Page, name: str) -> None:
    """In the field of the name, until the keys are the drawing's again."""
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.locator(".djs-direct-editing-content")).to_have_count(0)
    page.wait_for_function("() => document.activeElement.closest('#laerred svg')")


def take(page: Page, choice: str) -> None:
    """In the dialog: down to the choice that begins so, then on to the button."""
    expect(page.locator("#valg")).to_be_visible()
    chosen = "document.getElementById('valg-liste').selectedOptions[0].text"
    for _ in range(page.locator("#valg-liste option").count()):
        if page.evaluate(chosen).startswith(choice):
            break
        page.keyboard.press("ArrowDown")
    assert page.evaluate(chosen).startswith(choice)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#valg")).to_be_hidden()
    page.evaluate(DRAWN)  # the focus goes on to what was made when that has been drawn


def kept(page: Page, world):
    page.keyboard.press("Control+s")
    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")
    content = world.flow.studio.open(FILE, actor=world.flow.people.actor("jens.proces")).content
    [drawn] = read_bpmn(content, FILE).processes
    return drawn


def test_an_element_is_added_named_connected_moved_edged_and_deleted_by_keyboard_alone(page, world):
    to_the_drawing(page)
    append(page, "Brugeropgave", "Ved siden af", key="n")
    choose(page, "vurder")
    append(page, "Brugeropgave", "Spørg naboen")

    choose(page, "Spørg naboen")
    page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("f")
    take(page, "Brugeropgave »svar")
    choose(page, "svar")
    page.keyboard.press("b")
    take(page, "Timer")
    append(page, "Slut", "For sent")
    drawn = kept(page, world)

    asked = next(each for each in drawn.elements.values() if each.name == "Spørg naboen")
    assert [drawn.flows[flow].source for flow in asked.incoming] == ["vurder"]
    [aside] = [each for each in drawn.elements.values() if each.name == "Ved siden af"]
    assert (aside.incoming, aside.outgoing) == ((), ())
    assert [drawn.flows[flow].target for flow in asked.outgoing] == ["svar"]
    [edge] = [each for each in drawn.elements.values() if each.attached_to == "svar"]
    assert type(edge.event).__name__ == "TimerEvent"
    assert [drawn.elements[drawn.flows[flow].target].name for flow in edge.outgoing] == ["For sent"]

    choose(page, "Spørg naboen")
    page.keyboard.press("e")
    page.locator(".djs-direct-editing-content").wait_for()
    page.keyboard.press("Control+a")
    call(page, "Spørg skolen")
    choose(page, "Spørg skolen")
    page.keyboard.press("Delete")
    assert "Spørg skolen" not in [each.name for each in kept(page, world).elements.values()]
    page.keyboard.press("Control+z")
    assert "Spørg skolen" in [each.name for each in kept(page, world).elements.values()]


def test_a_gateway_that_is_appended_never_lies_upon_an_end_that_nothing_leads_to(page, world):
    name, content = new_file("nyt", "bpmn")
    world.flow.deployments.deploy({name: content}, actor=SYSTEM)
    page.goto(f"/studie/{name}")
    editor_is_ready(page)
    to_the_drawing(page)
    go_on_to(page, "→")
    page.keyboard.press("Delete")
    choose(page, "Start")
    append(page, "Brugeropgave", "Vurder")
    page.keyboard.press("a")
    look_up(page, "Eksklusiv")
    expect(page.locator("#valgt")).to_contain_text("forgrening", ignore_case=True)
    page.keyboard.press("Control+s")
    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")

    content = world.flow.studio.open(name, actor=world.flow.people.actor("jens.proces")).content
    drawn = picture(content).shapes
    assert {each.kind for each in drawn} == {"startEvent", "userTask", "exclusiveGateway", "endEvent"}
    assert upon_each_other(drawn) == []


def test_what_is_appended_never_lies_upon_its_neighbour(page, world):
    to_the_drawing(page)
    choose(page, "vurder")
    append(page, "Brugeropgave", "Først")
    choose(page, "Først")
    for _ in range(7):
        page.keyboard.press("Shift+ArrowDown")  # below the next of the row, with which it is not connected
    append(page, "Brugeropgave", "Så")
    choose(page, "vurder")
    append(page, "Brugeropgave", "Til sidst")

    kept(page, world)
    content = world.flow.studio.open(FILE, actor=world.flow.people.actor("jens.proces")).content
    drawn = [each for each in picture(content).shapes if each.kind == "userTask"]
    assert (len(drawn), upon_each_other(drawn)) == (5, [])


def test_the_panel_and_the_list_of_keys_are_reached_by_a_key_and_nobody_is_caught(page):
    to_the_drawing(page)
    choose(page, "vurder")
    page.evaluate(DRAWN)  # the panel, too
    page.keyboard.press("p")
    in_panel = page.evaluate("document.activeElement.closest('#egenskaber') !== null")
    page.get_by_role("button", name="Taster").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#taster")).to_be_visible()
    found = axe(page)
    page.keyboard.press("Escape")
    expect(page.locator("#taster")).to_be_hidden()
    page.wait_for_function("() => document.activeElement.closest('#laerred svg')")
    page.keyboard.press("Tab")
    left = page.evaluate("document.activeElement.closest('#laerred svg') === null")

    assert (in_panel, found, left) == (True, [], True)


def test_the_overview_of_a_table_keeps_its_keys_from_view_to_view_and_when_a_name_was_written(page, world):
    file = "decisions/D-02_opfoelgning_kadence.dmn"
    page.goto(f"/studie/{file}")
    editor_is_ready(page)

    page.locator("#laerred .drill-down-overlay button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#laerred .view-drd-button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#laerred .dmn-drd-container .djs-container > svg")).to_be_focused()

    page.keyboard.press("Control+f")
    page.keyboard.type("kadence")
    page.locator(".djs-search-result").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#laerred .dmn-drd-container .djs-container > svg")).to_be_focused()
    page.keyboard.press("e")
    page.locator(".djs-direct-editing-content").wait_for()
    page.keyboard.press("End")
    page.keyboard.type("n")
    page.keyboard.press("Enter")
    expect(page.locator("#laerred .dmn-drd-container .djs-container > svg")).to_be_focused()
    page.keyboard.press("Control+z")
    expect(page.get_by_role("button", name="Gentag")).to_be_enabled()


DECISIONS = "decisions/D-18_intake_mode.dmn"


def overview(page: Page) -> None:
    """The drawing of a file's decisions, with the keys on it."""
    page.locator("#laerred .view-drd-button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#laerred .dmn-drd-container .djs-container > svg")).to_be_focused()


def name_it(page: Page, name: str) -> None:
    page.locator(".djs-direct-editing-content:focus").wait_for()
    call(page, name)


def pick(page: Page, key: str, choice: str) -> None:
    page.keyboard.press(key)
    take(page, choice)


def test_a_decision_is_added_connected_named_and_given_a_table_by_keyboard_alone(page, world):
    page.goto(f"/studie/{DECISIONS}")
    editor_is_ready(page)
    overview(page)

    pick(page, "n", "Beslutning")
    name_it(page, "Er barnet hørt?")
    expect(page.locator("#valgt")).to_contain_text("Beslutning »Er barnet hørt?«")
    pick(page, "a", "Inputdata")
    name_it(page, "Samtaler")
    choose(page, "Er barnet hørt?")
    pick(page, "f", "Beslutning »")
    expect(page.locator("#valgt")).to_contain_text("Inputkrav »Er barnet hørt?« →")
    choose(page, "Er barnet hørt?")
    pick(page, "r", "Beslutningstabel")
    choose(page, "Er barnet hørt?")
    page.keyboard.press("Enter")
    expect(page.locator("#laerred .view-drd-button")).to_be_focused()
    page.keyboard.press("Control+s")
    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")

    written = world.flow.studio.open(DECISIONS, actor=world.flow.people.actor("jens.proces")).content
    root = etree.fromstring(written)
    [made] = root.xpath("//*[local-name()='decision'][@name='Er barnet hørt?']")
    [data] = root.xpath("//*[local-name()='inputData'][@name='Samtaler']")
    asked = made.xpath(".//*[local-name()='requiredInput']/@href")
    assert asked == [f"#{data.get('id')}"]
    assert made.xpath("./*[local-name()='decisionTable']")
    assert root.xpath(f"//*[local-name()='requiredDecision'][@href='#{made.get('id')}']")


def test_rules_and_columns_are_added_moved_and_removed_and_the_hit_policy_changed_by_keyboard_alone(
    page, world
):
    page.goto(f"/studie/{DECISIONS}")
    editor_is_ready(page)
    jens = world.flow.people.actor("jens.proces")

    def table():
        page.keyboard.press("Control+s")
        expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")
        found = etree.fromstring(world.flow.studio.open(DECISIONS, actor=jens).content)
        return found.xpath("(//*[local-name()='decisionTable'])[1]")[0]

    def ids(kind: str) -> list[str]:
        return table().xpath(f"./*[local-name()='{kind}']/@id")

    rules, inputs, outputs = ids("rule"), ids("input"), ids("output")
    page.locator("#laerred td.input-cell [contenteditable]").first.focus()
    pick(page, "Shift+F10", "Flyt reglen ned")
    assert ids("rule") == [rules[1], rules[0], *rules[2:]]
    pick(page, "Shift+F10", "Tilføj regel over")
    page.keyboard.type('"ny"')
    page.keyboard.press("Tab")
    [made] = set(ids("rule")) - set(rules)
    assert ids("rule") == [rules[1], made, rules[0], *rules[2:]]
    assert '"ny"' in "".join(table().xpath("./*[local-name()='rule'][2]//text()"))
    page.keyboard.press("Shift+Tab")
    pick(page, "Shift+F10", "Fjern regel")
    assert sorted(ids("rule")) == sorted(rules)
    page.locator("#laerred td.input-cell [contenteditable]").first.focus()
    pick(page, "Shift+F10", "Tilføj inputkolonne til højre")
    added = ids("input")
    assert added[0] == inputs[0] and len(added) == len(inputs) + 1
    pick(page, "Shift+F10", "Flyt kolonnen til højre")
    assert ids("input") == [added[0], added[2], added[1], *added[3:]]
    page.locator("#laerred td.output-cell [contenteditable]").first.focus()
    pick(page, "Shift+F10", "Tilføj outputkolonne til højre")
    assert len(ids("output")) == len(outputs) + 1
    pick(page, "Shift+F10", "Fjern outputkolonne")
    assert ids("output") == outputs

    for _ in range(60):
        if page.evaluate("document.activeElement.closest('.hit-policy-edit-policy-select') !== null"):
            break
        page.keyboard.press("Shift+Tab")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert table().get("hitPolicy") not in (None, "FIRST")


def test_the_list_of_keys_of_a_table_opens_by_a_key_and_by_its_button(page):
    page.goto(f"/studie/{DECISIONS}")
    editor_is_ready(page)

    page.locator("#laerred td.input-cell [contenteditable]").first.focus()
    page.keyboard.press("F1")
    expect(page.locator("#taster")).to_be_visible()
    found = axe(page)
    page.keyboard.press("Escape")
    overview(page)
    page.keyboard.press("?")
    expect(page.locator("#taster")).to_be_visible()

    assert found == []


FORM = "forms/F-B1.form"


def test_a_field_of_a_form_is_added_moved_named_and_removed_by_keyboard_alone(page, world):
    page.goto(f"/studie/{FORM}")
    editor_is_ready(page)
    jens = world.flow.people.actor("jens.proces")

    def fields() -> list[str]:
        page.keyboard.press("Control+s")
        expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")
        drawn = json.loads(world.flow.studio.open(FORM, actor=jens).content)
        return [each["id"] for each in drawn["components"]]

    before = [each["id"] for each in json.loads(world.flow.studio.in_force(FORM, actor=jens))["components"]]
    page.locator(".fjs-palette-field[data-field-type=checkbox]").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.matches('.fjs-element')")
    [made] = set(fields()) - set(before)
    field = page.locator(f".fjs-element[data-id='{made}']")
    expect(field).to_be_focused()
    end = fields()
    page.keyboard.press("Alt+ArrowUp")
    expect(field).to_be_focused()
    expect(page.locator("#valgt")).to_contain_text(f"{len(end) - 1} af {len(end)}")
    assert fields() == [*end[:-2], made, end[-2]]
    page.keyboard.press("Alt+ArrowDown")
    expect(field).to_be_focused()
    assert fields() == end

    page.keyboard.press("Alt+p")
    page.wait_for_function("() => document.activeElement.closest('.fjs-properties-container')")
    expect(field).to_have_class(re.compile("fjs-editor-selected"))
    field.focus()
    page.keyboard.press("Delete")
    expect(field).to_have_count(0)
    assert fields() == before
    page.keyboard.press("Control+z")
    expect(field).to_have_count(1)
    page.wait_for_function("() => document.activeElement !== document.body")
    page.keyboard.press("F1")
    expect(page.locator("#taster")).to_be_visible()
    assert axe(page) == []


WHERE_THE_KEYS_ARE = """() => {
  const at = document.activeElement;
  if (!at.closest('#laerred')) return null;
  const ringed = [at, at.closest('td')].filter(Boolean).map((each) => getComputedStyle(each));
  const isRinged = ringed.some(({ outlineStyle, outlineWidth }) =>
    outlineStyle === 'auto' || (outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2));
  return [isRinged, `${at.tagName} ${at.className.baseVal ?? at.className}`];
}"""


@pytest.mark.parametrize("file", [DECISIONS, "forms/F-B1.form"])
def test_where_the_keys_are_is_seen_at_every_stop_of_a_table_and_a_form(page, file):
    page.goto(f"/studie/{file}")
    editor_is_ready(page)

    stops = []
    for _ in range(60):
        page.keyboard.press("Tab")
        stops.append(page.evaluate(WHERE_THE_KEYS_ARE))

    there = [each for each in stops if each]
    assert len(there) > 10
    assert [what for is_ringed, what in there if not is_ringed] == []
