"""Bends, sizes, groups and widths in a real Chromium, by keyboard alone: what else needs a mouse."""

from __future__ import annotations

import json
import re

import pytest
from lxml import etree
from playwright.sync_api import Page, expect

from flowcase.access.actor import SYSTEM
from flowcase.modeling.layout import lay_out
from tests.services.diagrams import end, process, start, user_task
from tests.web.test_browser import sign_in
from tests.web.test_studio_keys_in_the_browser import (
    FILE,
    choose,
    look_up,
    name_it,
    overview,
    pick,
    to_the_drawing,
)
from tests.web.waiting import editor_is_ready

pytestmark = pytest.mark.browser

DECISIONS = "decisions/D-18_intake_mode.dmn"
FORM = "forms/stilles.form"
RULES = "rulesets/HERNING.yaml"


@pytest.fixture
def studio(open_page, world):
    """Opens a file of a process owner; `written` gives what is kept of it."""
    page = open_page(width=1400)
    sign_in(page, "jens.proces")

    def open_file(path: str) -> Page:
        page.goto(f"/studie/{path}")
        editor_is_ready(page)
        return page

    return open_file


@pytest.fixture
def written(world):
    def read(page: Page, path: str) -> bytes:
        page.keyboard.press("Control+s")
        expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")
        return world.flow.studio.open(path, actor=world.flow.people.actor("jens.proces")).content

    return read


def told(page: Page) -> str:
    return page.locator("#valgt").text_content() or ""


def waypoints(content: bytes) -> list[list[tuple[int, int]]]:
    edges = etree.fromstring(content).xpath("//*[local-name()='BPMNEdge']")
    return [
        [(round(float(each.get("x"))), round(float(each.get("y")))) for each in edge if each.get("x")]
        for edge in edges
    ]


@pytest.fixture
def drawing(studio, world) -> Page:
    drawn = process("stilles", start(), user_task("vurder", "fronten"), user_task("svar", "fronten"), end())
    world.flow.deployments.deploy({FILE: lay_out(drawn, FILE)}, actor=SYSTEM)
    return studio(FILE)


def test_a_flow_is_bent_and_straightened_by_keyboard_alone(drawing, written):
    page, before = drawing, waypoints(written(drawing, FILE))
    to_the_drawing(page)
    choose(page, "vurder")
    page.keyboard.press("PageDown")
    assert "→" in told(page)

    page.keyboard.press("k")
    none = told(page)
    page.keyboard.press("i")
    one = told(page)
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("i")
    two = told(page)
    page.keyboard.press("k")
    first = told(page)
    page.keyboard.press("Shift+K")
    second = told(page)
    expect(page.locator(".fc-bend")).to_have_count(1)
    bent = waypoints(written(page, FILE))

    assert "ingen knæk" in none
    assert [re.sub(r" \(.*", "", each) for each in (one, two, first, second)] == [
        "Knæk 1 af 1",
        "Knæk 2 af 2",
        "Knæk 1 af 2",
        "Knæk 2 af 2",
    ]
    [changed] = [each for each in bent if each not in before]
    [straight] = [each for each in before if each not in bent]
    assert (len(straight), len(changed)) == (2, 4)
    assert changed[1] == ((straight[0][0] + straight[1][0]) // 2, straight[0][1] + 31)

    page.keyboard.press("Delete")
    page.keyboard.press("Delete")
    expect(page.locator(".fc-bend")).to_have_count(0)
    assert waypoints(written(page, FILE)) == before
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert waypoints(written(page, FILE)) == bent
    page.keyboard.press("k")
    page.keyboard.press("Escape")
    expect(page.locator(".fc-bend")).to_have_count(0)
    assert "→" in told(page) or "Knæk" in told(page)


def name_places(content: bytes) -> dict[str, tuple[float, float]]:
    root = etree.fromstring(content)
    found = root.xpath("//*[local-name()='BPMNLabel']/*[local-name()='Bounds']")
    return {
        each.xpath("string(../../@bpmnElement)"): (float(each.get("x")), float(each.get("y")))
        for each in found
    }


def test_the_names_of_an_event_and_of_a_flow_are_moved_by_keyboard_alone(drawing, written):
    page = drawing
    to_the_drawing(page)
    for place in ("end", "flow"):
        choose(page, "end" if place == "end" else "vurder")
        if place == "flow":
            page.keyboard.press("PageDown")
            assert "→" in told(page)
        page.keyboard.press("t")
        assert "intet navn" in told(page)
        page.keyboard.press("e")
        name_it(page, f"Navn {place}")
        begun = told(page)
        before = name_places(written(page, FILE))

        page.keyboard.press("t")
        assert told(page).startswith("Valgt: Navnet på") and begun.removeprefix("Valgt: ") in told(page)
        page.keyboard.press("Shift+ArrowDown")
        page.keyboard.press("ArrowRight")
        said = told(page)
        after = name_places(written(page, FILE))

        [moved] = [each for each in after if after[each] != before.get(each)]
        (x, y), (new_x, new_y) = before[moved], after[moved]
        assert (new_x - x, new_y - y) == (1, 10)
        assert said.endswith(f"({new_x:.0f}, {new_y:.0f})")
        page.keyboard.press("Control+z")
        page.keyboard.press("Control+z")
        assert name_places(written(page, FILE)) == before
        page.keyboard.press("t")
        assert told(page) == begun
        page.keyboard.press("t")
        page.keyboard.press("PageUp")
        assert "Navnet på" not in told(page)


def sizes(content: bytes, kind: str) -> list[tuple[float, float]]:
    root = etree.fromstring(content)
    ids = root.xpath(f"//*[local-name()='{kind}']/@id")
    bounds = [root.xpath(f"//*[@bpmnElement='{id}']/*[local-name()='Bounds']")[0] for id in ids]
    return [(float(each.get("width")), float(each.get("height"))) for each in bounds]


def test_a_frame_is_sized_in_steps_and_never_below_what_it_holds(drawing, written):
    page = drawing
    to_the_drawing(page)
    page.keyboard.press("n")
    look_up(page, "Delproces (udfoldet)")
    name_it(page, "Ramme")
    choose(page, "Ramme")
    [(width, height)] = sizes(written(page, FILE), "subProcess")

    for key in ("Right", "Right", "Down", "Left"):
        page.keyboard.press(f"Shift+Alt+Arrow{key}")
    said = told(page)
    [after] = sizes(written(page, FILE), "subProcess")
    for _ in range(60):
        page.keyboard.press("Shift+Alt+ArrowUp")
    [(_, least)] = sizes(written(page, FILE), "subProcess")
    page.keyboard.press("Control+z")
    [(_, undone)] = sizes(written(page, FILE), "subProcess")
    choose(page, "vurder")
    page.keyboard.press("Shift+Alt+ArrowRight")

    # A step ends on the grid, so that the first may be a shorter one.
    assert 0 < after[0] - width <= 10 and 0 < after[1] - height <= 10
    assert said == f"Bredde {after[0]:.0f}, højde {after[1]:.0f}"
    assert 80 <= least < height and least < undone <= least + 10
    assert "kan ikke ændres" in told(page)
    assert set(sizes(written(page, FILE), "userTask")) == {sizes(written(page, FILE), "userTask")[0]}


def test_a_note_of_the_overview_is_sized_and_a_requirement_bent(studio, written):
    page = studio(DECISIONS)
    overview(page)
    pick(page, "n", "Note")
    name_it(page, "Husk")
    choose(page, "Husk")
    page.keyboard.press("Shift+Alt+ArrowRight")
    wider = told(page)
    pick(page, "f", "Beslutning »")
    page.keyboard.press("i")
    page.keyboard.press("Shift+ArrowDown")
    assert told(page).startswith("Knæk 1 af 1")

    root = etree.fromstring(written(page, DECISIONS))
    edges = root.xpath("//*[local-name()='DMNEdge']")
    assert [len(each.xpath("./*[local-name()='waypoint']")) for each in edges] == [3]
    [note] = root.xpath("//*[local-name()='textAnnotation']/@id")
    [bounds] = root.xpath(f"//*[@dmnElementRef='{note}']/*[local-name()='Bounds']")
    assert f"Bredde {float(bounds.get('width')):.0f}" in wider


def test_a_column_is_widened_and_narrowed_and_a_rule_and_a_column_are_copied_and_put_in(studio, written):
    page = studio(DECISIONS)

    def table():
        return etree.fromstring(written(page, DECISIONS)).xpath("(//*[local-name()='decisionTable'])[1]")[0]

    def texts(kind: str) -> list[str]:
        return ["".join(each.itertext()).strip() for each in table().xpath(f"./*[local-name()='{kind}']")]

    cell = page.locator("#laerred td.input-cell [contenteditable]").first
    cell.focus()
    shown = page.evaluate("document.activeElement.closest('td').getBoundingClientRect().width")
    page.keyboard.press("Shift+Alt+ArrowRight")
    page.keyboard.press("Shift+Alt+ArrowRight")
    wider = told(page)
    width = "{http://bpmn.io/schema/dmn/biodi/2.0}width"
    assert float(table().xpath("./*[local-name()='input'][1]")[0].get(width)) == round(shown) + 50
    assert wider == f"Bredde {round(shown) + 50}"
    assert page.evaluate("document.activeElement.closest('td.input-cell') !== null")
    for _ in range(20):
        page.keyboard.press("Shift+Alt+ArrowLeft")
    assert told(page) == "Bredde 150"
    page.keyboard.press("Control+z")

    rules = texts("rule")
    pick(page, "Shift+F10", "Kopiér regel")
    pick(page, "Shift+F10", "Indsæt regel under")
    assert texts("rule") == [rules[0], *rules]
    pick(page, "Shift+F10", "Klip regel")
    assert texts("rule") == rules
    cell.focus()
    columns = len(texts("input"))
    pick(page, "Shift+F10", "Kopiér inputkolonne")
    pick(page, "Shift+F10", "Indsæt inputkolonne til højre")
    assert texts("input")[0] == texts("input")[1] and len(texts("input")) == columns + 1
    cell.focus()
    first = cell.text_content()
    for key in ("Control+a", "Control+c", "End"):
        page.keyboard.press(key)
    page.keyboard.type(",")
    page.keyboard.press("Control+v")
    assert f"{first},{first}" in "".join(table().itertext())


def test_an_expression_is_written_by_keyboard_alone(studio, written):
    page = studio(DECISIONS)
    overview(page)
    pick(page, "n", "Beslutning")
    name_it(page, "Alder")
    choose(page, "Alder")
    pick(page, "r", "Udtryk")
    choose(page, "Alder")
    page.keyboard.press("Enter")
    expect(page.locator("#laerred .view-drd-button")).to_be_focused()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.literal-expression, .textarea') !== null"):
            break
    page.keyboard.type("1 + 2")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.textarea') === null"):
            break
    assert page.evaluate("document.activeElement.closest('.textarea') === null"), "nobody is caught"

    [made] = etree.fromstring(written(page, DECISIONS)).xpath("//*[local-name()='decision'][@name='Alder']")
    assert "".join(made.xpath("./*[local-name()='literalExpression']//text()")).strip() == "1 + 2"


def test_a_rule_set_is_changed_and_begun_anew_by_keyboard_alone(studio, written):
    page = studio(RULES)

    def press(value: str) -> None:
        for _ in range(400):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.value") == value:
                page.keyboard.press("Enter")
                return
        raise AssertionError(f"Tab does not reach {value}")

    page.locator("#vis-tekst").focus()
    press("ret:settings.sagstal_graense")
    expect(page.locator("[name='indstilling.vaerdi']")).to_be_visible()
    for _ in range(30):
        if page.evaluate("document.activeElement.name") == "indstilling.vaerdi":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("18")
    page.keyboard.press("Escape")
    expect(page.locator("button[value='ret:settings.sagstal_graense']")).to_be_focused()
    assert "sagstal_graense: 18" in written(page, RULES).decode()


def asked(id: str, row: str) -> dict:
    kept = {"properties": {"target": f"variable:{id}"}, "layout": {"row": row}}
    return {"type": "checkbox", "id": id, "key": id, "label": id.capitalize(), **kept}


FIELDS = [
    asked("navn", "Row_1"),
    {
        "type": "group",
        "id": "kontakt",
        "label": "Kontakt",
        "components": [asked("mail", "Row_4")],
        "layout": {"row": "Row_2"},
    },
    asked("telefon", "Row_3"),
]


def test_a_field_goes_into_a_group_out_of_it_and_beside_another_by_keyboard_alone(studio, written, world):
    schema = {"type": "default", "id": "stilles", "schemaVersion": 19, "components": FIELDS}
    world.flow.deployments.deploy({FORM: json.dumps(schema).encode()}, actor=SYSTEM)
    page = studio(FORM)
    phone = page.locator(".fjs-element[data-id='telefon']")

    def drawn() -> list:
        def of(each: dict):
            inside = [of(one) for one in each["components"]] if "components" in each else []
            return [each["id"], *inside] if inside else each["id"]

        return [of(each) for each in json.loads(written(page, FORM))["components"]]

    def row_of(id: str) -> str:
        found = json.loads(written(page, FORM))["components"]
        return next(each["layout"]["row"] for each in found if each["id"] == id)

    phone.focus()
    page.keyboard.press("Shift+Alt+ArrowRight")
    expect(phone).to_be_focused()
    assert told(page) == "»Telefon«: i gruppen »Kontakt«"
    assert drawn() == ["navn", ["kontakt", "mail", "telefon"]]
    page.keyboard.press("Shift+Alt+ArrowUp")
    expect(phone).to_be_focused()
    assert told(page) == "»Telefon«: ved siden af »Mail«"
    page.keyboard.press("Shift+Alt+ArrowDown")
    expect(phone).to_be_focused()
    page.keyboard.press("Shift+Alt+ArrowLeft")
    expect(phone).to_be_focused()
    assert told(page) == "»Telefon«: uden for grupperne"
    assert drawn() == ["navn", ["kontakt", "mail"], "telefon"]
    page.keyboard.press("Control+z")
    assert drawn() == ["navn", ["kontakt", "mail", "telefon"]]
    page.keyboard.press("Control+y")
    assert drawn() == ["navn", ["kontakt", "mail"], "telefon"]

    page.locator(".fjs-element[data-id='navn']").focus()
    page.keyboard.press("Shift+Alt+ArrowLeft")
    assert told(page) == "Der er ingen gruppe ved feltet."
    phone.focus()
    page.keyboard.press("Shift+Alt+ArrowUp")
    assert row_of("telefon") == row_of("kontakt")
    expect(phone).to_be_focused()
    page.keyboard.press("Shift+Alt+ArrowDown")
    assert row_of("telefon") != row_of("kontakt")
