"""Process owners at work in a real Chromium: they pick from lists, complete FEEL and copy elsewhere."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from playwright.sync_api import expect

from flowcase.modeling import read_bpmn, read_form
from flowcase.modeling.read_form import COMPONENTS
from tests.web.test_browser import sign_in
from tests.web.test_studio_in_the_browser import checked_again, group, saved
from tests.web.waiting import editor_is_ready, width_of

pytestmark = pytest.mark.browser

PROCESSES = Path(__file__).parents[2] / "processes"
DIAGRAM = "forebyggende_distrikt.bpmn"
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
TABLE = "decisions/D-02_opfoelgning_kadence.dmn"


@pytest.fixture
def studio(open_page):
    page = open_page(width=1400)
    sign_in(page, "jens.proces")

    def open_file(path: str):
        page.goto(f"/studie/{path}")
        editor_is_ready(page)
        return page

    return open_file


def choose(page, element: str) -> None:
    page.evaluate("id => document.querySelector(`[data-element-id=${id}]`).scrollIntoView()", element)
    page.locator(f"[data-element-id={element}] .djs-hit").first.click(force=True)


def told(task: ET.Element) -> list[object]:
    """What the panel holds of a task."""
    extensions = task.find(f"{BPMN}extensionElements")
    return [task.get("name"), *((each.tag, each.attrib) for each in extensions.iter())]


def a_user_task() -> str:
    process = read_bpmn((PROCESSES / DIAGRAM).read_bytes(), DIAGRAM).processes[0]
    return next(each.id for each in process.elements.values() if each.user_task and each.user_task.form_id)


def test_forms_and_gates_are_picked_from_lists_with_ones_own_drafts_in_them(studio, world):
    jens = world.flow.people.actor("jens.proces")
    form = b'{"type": "default", "id": "min_nye_formular", "components": []}'
    world.flow.kept_drafts.begin("forms/min_nye_formular.form", form, actor=jens)
    page = studio(DIAGRAM)

    choose(page, a_user_task())
    group(page, "form").get_by_label("Vælg formular").select_option("min_nye_formular")
    group(page, "flowcase").get_by_label("Føj til: Tabeller, der advarer").select_option(
        "opfoelgning_kadence"
    )
    saved(page)

    kept = world.flow.studio.open(DIAGRAM, actor=jens).content
    element = read_bpmn(kept, DIAGRAM).processes[0].elements[a_user_task()]
    assert element.user_task.form_id == "min_nye_formular"
    assert "opfoelgning_kadence" in element.properties["flowcase.warn"].split()


def test_where_a_fields_value_goes_and_its_english_are_filled_in_beside_the_form(studio, world):
    page = studio("forms/F-B1.form")
    kinds = page.locator(".fjs-palette-field:visible").evaluate_all(
        "all => all.map(e => e.dataset.fieldType)"
    )

    page.locator(".fjs-element[data-id=felt_dato]").click(position={"x": 8, "y": 8})
    fields = group(page, "flowcase")
    target = fields.get_by_label("Hvor værdien går hen")
    before = target.input_value()
    target.fill("case:Underretning.modtaget")
    fields.get_by_label("Navn på engelsk").fill("Day of the concern")
    saved(page)

    offered = page.locator("#fc-maal option").evaluate_all("all => all.map(e => e.value)")
    assert {"case:Underretning.modtaget", before} <= set(offered)
    assert set(kinds) <= COMPONENTS.keys() and {"textfield", "group", "dynamiclist"} <= set(kinds)
    kept = world.flow.studio.open("forms/F-B1.form", actor=world.flow.people.actor("jens.proces")).content
    first = next(each for each in read_form(kept, "F-B1.form").walk() if each.key)
    assert first.properties["target"] == "case:Underretning.modtaget"
    assert first.label_en == "Day of the concern"


def test_a_choice_is_moved_among_the_others_and_a_new_one_has_a_danish_name(studio, world):
    page = studio("forms/F-A1.form")
    page.locator(".fjs-element[data-field-type=select]").first.click()
    choices = group(page, "staticOptions")
    names = choices.locator(".bio-properties-panel-collapsible-entry-header-title")
    before = names.all_inner_texts()

    choices.locator(".bio-properties-panel-add-entry").click()
    new = f"Svar {len(before) + 1}"
    page.get_by_role("button", name=f"Flyt op: {new}").press("Enter")

    expect(names).to_have_text([*before[:-1], new, before[-1]])
    expect(page.get_by_role("button", name=f"Flyt op: {new}")).to_be_focused()
    expect(page.locator("#valgt")).to_have_text(f"»{new}«: {len(before)} af {len(before) + 1}")


def test_what_is_kept_by_the_code_of_a_choice_goes_along_when_the_code_is_written_otherwise(studio, world):
    path, jens = "forms/F-B2.form", world.flow.people.actor("jens.proces")

    def kept() -> dict[str, str]:
        content = world.flow.studio.open(path, actor=jens).content
        return dict(next(each for each in read_form(content, path).walk() if each.key == "udfald").properties)

    before = kept()
    page = studio(path)
    page.locator(".fjs-element[data-id=felt_udfald]").click(position={"x": 8, "y": 8})
    first = group(page, "staticOptions").locator(".bio-properties-panel-collapsible-entry").first
    first.locator(".bio-properties-panel-collapsible-entry-header").click()

    first.locator("input").nth(1).fill("til_familieteamne")
    expect(page.locator("#gemt")).to_have_text("Ikke gemt")
    saved(page)
    after = kept()
    page.get_by_role("button", name="Fortryd").click()
    saved(page)

    assert before["value_en.til_familieteam"] == "To the family team" and before["key.til_familieteam"] == "f"
    renamed = {name.replace("til_familieteam", "til_familieteamne"): value for name, value in before.items()}
    assert after == renamed != before
    assert kept() == before


def test_feel_completes_what_forms_and_outputs_have_set(studio):
    page = studio(DIAGRAM)
    page.locator("[data-element-id=flow_hvad_nu__loest_label] .djs-hit").first.click(force=True)
    condition = group(page, "condition").locator(".cm-content").first

    condition.fill("")
    condition.press_sequentially("udf")
    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("udfald")
    condition.fill("")
    condition.press_sequentially("indstilling.opf")

    expect(page.locator(".cm-tooltip-autocomplete")).to_contain_text("opfoelgning")


def test_elements_are_copied_from_one_diagram_into_another_in_its_own_window(studio, world):
    page = studio(DIAGRAM)
    copied = a_user_task()
    choose(page, copied)
    page.keyboard.press("Control+c")
    other = page.context.new_page()
    other.goto("/studie/opfoelgning.bpmn")
    editor_is_ready(other)
    before = other.locator(".djs-shape").count()

    canvas = other.locator("#laerred .djs-container")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 2, "y": 12})
    other.keyboard.press("Control+v")
    above = other.locator("[data-element-id=runde] > .djs-visual").bounding_box()
    free = (
        above["x"] + above["width"] / 2,
        above["y"] + above["height"] + 80,
    )  # no task takes another one in
    dragger = other.locator(".djs-dragger").first  # what is put in follows the mouse, once it moves
    for _ in range(40):
        other.mouse.move(free[0] + 30, free[1] + 20, steps=5)
        other.mouse.move(*free, steps=5)
        if dragger.is_visible():
            break
        other.wait_for_timeout(250)
    other.mouse.move(free[0] + 30, free[1] + 20, steps=5)  # over what it is only what moves from now on tells
    expect(dragger).to_be_visible()
    with checked_again(other):
        other.mouse.click(*free)
    saved(other)

    assert other.locator(".djs-shape").count() > before
    jens = world.flow.people.actor("jens.proces")
    old = ET.fromstring(world.flow.studio.in_force("opfoelgning.bpmn", actor=jens))
    new = ET.fromstring(world.flow.studio.open("opfoelgning.bpmn", actor=jens).content)
    original = ET.fromstring((PROCESSES / DIAGRAM).read_bytes()).find(f".//{BPMN}userTask[@id='{copied}']")
    here = {each.get("id") for each in old.iter()}
    (fresh,) = (each for each in new.iter(f"{BPMN}userTask") if each.get("id") not in here)
    assert told(fresh) == told(original)
    signals = {each.get("id") for each in new.iter(f"{BPMN}signal")}
    assert {each.get("signalRef") for each in new.iter(f"{BPMN}signalEventDefinition")} <= signals


def test_a_finding_of_a_table_stands_at_its_row(studio):
    page = studio(TABLE)
    page.get_by_role("button", name="Tekst").click()
    source = page.locator("#kilde")

    with checked_again(page):
        source.fill(source.input_value().replace('<text>"HERNING"', '<text>"HERNING', 1))
    page.get_by_role("button", name="Tabel", exact=True).click()
    expect(page.locator("#laerred .dmn-js-parent")).to_be_visible()
    page.locator(".fc-finding", has_text="feel-syntax").get_by_role("button").click()

    cell = page.locator("[data-element-id=opfoelgning_kadence_raekke_5_ind_1]")
    expect(cell).to_have_css("box-shadow", re.compile("rgb\\(179, 0, 0\\)"))
    expect(cell).to_be_in_viewport()
    assert width_of(page) <= 1400  # the table scrolls by itself


def test_cells_of_a_table_complete_its_inputs_what_a_diagram_hands_in_and_the_settings(studio):
    page = studio("decisions/gate_forebyggende.dmn")
    cell = page.locator("[data-element-id=svar_gate_forebyggende_1_1]")

    cell.click()
    written = page.locator(".cm-content:focus")
    offered = page.locator(".cm-tooltip-autocomplete")
    written.fill("")
    written.press_sequentially("opfoelgningsd")
    expect(offered).to_contain_text("opfoelgningsdato")
    written.fill("")
    written.press_sequentially("indstilling.opf")

    expect(offered).to_contain_text("opfoelgning")


def test_a_form_that_was_begun_in_another_window_is_offered_as_soon_as_one_comes_back(studio, world):
    jens = world.flow.people.actor("jens.proces")
    page = studio(DIAGRAM)
    choose(page, a_user_task())
    offered = group(page, "form").get_by_label("Vælg formular")
    expect(offered.locator("option[value=min_nye_formular]")).to_have_count(0)

    form = b'{"type": "default", "id": "min_nye_formular", "components": []}'
    world.flow.kept_drafts.begin("forms/min_nye_formular.form", form, actor=jens)
    with checked_again(page):
        page.evaluate("() => ['blur', 'focus'].forEach((each) => window.dispatchEvent(new Event(each)))")

    expect(offered.locator("option[value=min_nye_formular]")).to_have_count(1)
