"""Process owners at work in a real Chromium: they draw, see the findings, mend, keep and deploy."""

from __future__ import annotations

import dataclasses
import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from flowcase.modeling import read_bpmn, read_form
from tests.node_packages import node_package
from tests.web.test_accessibility import AXE, STILL
from tests.web.test_browser import sign_in
from tests.web.waiting import editor_is_ready, leaving, resize, width_of

pytestmark = pytest.mark.browser

DIAGRAM = "forebyggende_distrikt.bpmn"
TABLE = "decisions/gate_forebyggende.dmn"
FORM = "forms/F-A1.form"
# What the editors draw is theirs; everything around it is ours.
MODDLE = Path(__file__).parents[1] / "modeling" / "moddle"
NOT_OURS = [["#laerred > *"], ["#egenskaber > *"]]


@pytest.fixture
def studio(open_page):
    page = open_page(width=1400)
    sign_in(page, "jens.proces")

    def open_file(path: str) -> Page:
        page.goto(f"/studie/{path}")
        editor_is_ready(page)
        return page

    return open_file


def checked_again(page: Page) -> Any:
    """A context in which something is changed; it ends when the change has been checked."""

    class Wait:
        def __enter__(self) -> None:
            self.answer = page.expect_response(re.compile("/api/studio/check"))
            self.answer.__enter__()

        def __exit__(self, *error: Any) -> None:
            self.answer.__exit__(*error)

    return Wait()


def saved(page: Page) -> None:
    page.get_by_role("button", name="Gem kladde").click()
    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")


def axe(page: Page) -> list[str]:
    page.evaluate(STILL)
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate("exclude => axe.run({exclude}, {resultTypes: ['violations']})", NOT_OURS)
    return [
        f"{each['id']}: {[node['html'][:120] for node in each['nodes'][:3]]}" for each in found["violations"]
    ]


def group(page: Page, name: str) -> Any:
    """A group of the panel, unfolded."""
    found = page.locator(f"[data-group-id=group-{name}]")
    header = found.locator(".bio-properties-panel-group-header").first
    if "open" not in (header.get_attribute("class") or ""):
        header.click()
    return found


def plain(content: bytes, path: str) -> Any:
    """What a file says to the engine, without lines, hash and order."""
    if path.endswith(".bpmn"):
        return [_plain(process) for process in read_bpmn(content, path).processes]
    if path.endswith(".form"):
        form = read_form(content, path)
        return dataclasses.replace(
            form, content_hash="", fields=tuple(_unplaced(each) for each in form.fields)
        )
    return ET.canonicalize(content.decode(), strip_text=True, with_comments=False)


def _plain(process: Any) -> Any:
    elements = {
        name: dataclasses.replace(
            element,
            line=None,
            incoming=tuple(sorted(element.incoming)),
            outgoing=tuple(sorted(element.outgoing)),
        )
        for name, element in sorted(process.elements.items())
    }
    flows = {name: dataclasses.replace(flow, line=None) for name, flow in sorted(process.flows.items())}
    return dataclasses.replace(process, content_hash="", elements=elements, flows=flows)


def _unplaced(field: Any) -> Any:
    return dataclasses.replace(field, line=None, children=tuple(_unplaced(each) for each in field.children))


def test_a_flow_that_is_deleted_is_found_beside_its_elements(studio):
    page = studio(DIAGRAM)
    expect(page.locator("#ingen")).to_be_visible()

    with checked_again(page):
        page.locator("[data-element-id=flow_runder__aabn_frist] .djs-hit").first.click(force=True)
        page.keyboard.press("Delete")

    expect(page.locator(".fc-finding.fc-error").first).to_be_visible()
    expect(page.locator(".djs-overlay .fc-mark").first).to_be_visible()
    assert axe(page) == []
    page.locator(".fc-finding button").first.click()
    expect(page.locator(".djs-element.selected").first).to_be_attached()
    page.locator(".fc-mark").first.click()
    expect(page.locator(".fc-finding button:focus")).to_have_count(1)
    with checked_again(page):
        page.get_by_role("button", name="Fortryd").click()
    expect(page.locator(".fc-finding")).to_have_count(0)
    expect(page.locator(".fc-mark")).to_have_count(0)


def test_feel_that_cannot_be_right_is_found_while_it_is_typed(studio):
    page = studio(DIAGRAM)
    page.locator("[data-element-id=flow_hvad_nu__loest_label] .djs-hit").first.click(force=True)
    condition = group(page, "condition").locator(".cm-content").first

    with checked_again(page):
        condition.fill("frist.T20 < 14")
        condition.blur()
    expect(page.locator(".fc-finding", has_text="unlike-types")).to_contain_text("date and time < number")
    with checked_again(page):
        condition.fill('udfald = "loest')
        condition.blur()
    expect(page.locator(".fc-finding.fc-error", has_text="feel-syntax")).to_have_count(1)
    with checked_again(page):
        condition.fill('udfald = "loest"')
        condition.blur()

    expect(page.locator("#ingen")).to_be_visible()


def test_a_change_is_kept_as_a_draft_and_deployed_with_a_note(studio, world):
    page = studio(DIAGRAM)

    with checked_again(page):
        page.locator("[data-element-id=afdaek] .djs-hit").first.click(force=True)
        group(page, "general").locator("[name=name]").fill("Afdæk bekymringen først")
    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")
    page.reload()
    editor_is_ready(page)
    expect(page.locator("[data-element-id=afdaek]").first).to_contain_text("først")

    page.get_by_role("button", name="Sæt i drift …").click()
    page.get_by_role("button", name="Sæt i drift", exact=True).click()
    expect(page.locator("#drift-fejl")).to_contain_text("Skriv, hvad der er ændret")
    assert axe(page) == []
    page.locator("#note").fill("Navnet siger, hvad der kommer først")
    page.get_by_role("button", name="Sæt i drift", exact=True).dblclick()
    expect(page.locator("#gemt")).to_have_text("Som i drift")
    expect(page.locator("#sat")).to_contain_text(f"{DIAGRAM} er sat i drift som udgave 2, fra ")
    assert axe(page) == []

    jens = world.flow.people.actor("jens.proces")
    assert [each for each in world.flow.studio.files(actor=jens) if each.drafts] == []
    [before] = plain(world.flow.deployments.source("forebyggende_distrikt", 1), DIAGRAM)
    [after] = plain(world.flow.deployments.source("forebyggende_distrikt", 2), DIAGRAM)
    changed = [id for id in before.elements if before.elements[id] != after.elements[id]]
    assert changed == ["afdaek"]
    assert before.flows == after.flows
    assert world.flow.deployments.list()[0].note == "Navnet siger, hvad der kommer først"
    assert world.flow.deployments.list()[0].actor == "jens.proces"


def test_a_diagram_that_the_editor_has_written_says_the_same(studio, world, tmp_path):
    jens = world.flow.people.actor("jens.proces")
    for path in (DIAGRAM, "underretning.bpmn", "boernefaglig_undersoegelse.bpmn"):
        page = studio(path)
        [process, *_] = read_bpmn(world.flow.studio.in_force(path, actor=jens), path).processes
        user_task = next(each.id for each in process.elements.values() if each.user_task)
        with checked_again(page):
            page.locator(f"[data-element-id={user_task}] .djs-hit").first.click(force=True)
            page.keyboard.press("ArrowRight")
        with checked_again(page):
            page.get_by_role("button", name="Fortryd").click()
        saved(page)

        written = world.flow.studio.open(path, actor=jens).content
        shipped = world.flow.studio.in_force(path, actor=jens)
        assert written != shipped
        assert plain(written, path) == plain(shipped, path)
        (tmp_path / path).write_bytes(written)
    rewrite = node_package(MODDLE, "round_trip.mjs")
    for path in tmp_path.glob("*.bpmn"):
        rewrite("rewrite", path, path.with_suffix(".again"))  # fails on anything that it cannot read
        assert plain(path.with_suffix(".again").read_bytes(), path.name) == plain(
            path.read_bytes(), path.name
        )


def test_a_group_for_our_own_properties_is_in_the_panel(studio, world):
    page = studio(DIAGRAM)

    with checked_again(page):
        page.locator("[data-element-id=afdaek] .djs-hit").first.click(force=True)
        group(page, "flowcase").get_by_label("Tabeller, der advarer (flowcase.warn)").fill("gate_findes_ikke")
    expect(page.locator(".fc-finding.fc-error", has_text="gate_findes_ikke")).to_have_count(1)
    expect(page.get_by_role("button", name="Tildeling: Fold afsnittet ud eller ind")).to_have_count(1)
    saved(page)

    content = world.flow.studio.open(DIAGRAM, actor=world.flow.people.actor("jens.proces")).content
    [process] = read_bpmn(content, DIAGRAM).processes
    shipped = read_bpmn(world.flow.deployments.source("forebyggende_distrikt"), DIAGRAM).processes[0]
    assert process.elements["afdaek"].properties == {
        **shipped.elements["afdaek"].properties,
        "flowcase.warn": "gate_findes_ikke",
    }


def test_a_broken_file_opens_as_text_and_can_be_mended(studio, world):
    jens = world.flow.people.actor("jens.proces")
    whole = world.flow.studio.in_force(DIAGRAM, actor=jens)
    world.flow.kept_drafts.save(DIAGRAM, whole[:5000], seen=None, based_on=None, actor=jens)

    page = studio(DIAGRAM)
    expect(page.locator("#ikke-tegnet")).to_be_visible()
    finding = page.locator(".fc-finding.fc-error", has_text="xml-not-well-formed")
    expect(finding.locator(".fc-detail")).to_have_text(page.locator("#hvorfor").inner_text())
    assert axe(page) == []
    page.locator(".fc-finding button").first.click()
    expect(page.locator("#kilde")).to_be_focused()
    with checked_again(page):
        page.locator("#kilde").fill(whole.decode())
    expect(page.locator("#ingen")).to_be_visible()
    page.get_by_role("button", name="Procesdiagram").click()

    expect(page.locator("[data-element-id=afdaek]").first).to_be_visible()
    expect(page.locator("#ikke-tegnet")).to_be_hidden()


def test_a_name_that_is_being_written_is_kept_and_a_file_without_a_process_is_no_error(studio, world):
    page = studio(DIAGRAM)
    page.locator("[data-element-id=afdaek] .djs-hit").first.click(force=True)
    page.keyboard.press("e")
    expect(page.locator(".djs-direct-editing-content")).to_be_focused()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("Tal med familien")
    page.keyboard.press("ControlOrMeta+S")
    expect(page.locator("#gemt")).to_contain_text("Kladden er gemt")

    kept = world.flow.studio.open(DIAGRAM, actor=world.flow.people.actor("jens.proces")).content.decode()
    page.get_by_role("button", name="Tekst").click()
    with checked_again(page):
        page.locator("#kilde").fill(re.sub("<bpmn:process.*</bpmndi:BPMNDiagram>", "", kept, flags=re.S))
    page.get_by_role("button", name="Procesdiagram").click()

    assert 'id="afdaek" name="Tal med familien"' in kept
    expect(page.locator("#ikke-tegnet")).to_be_visible()


def test_two_windows_lose_nothing(studio, open_page, world):
    page, other = studio(DIAGRAM), open_page(width=1400)
    sign_in(other, "jens.proces")
    other.goto(f"/studie/{DIAGRAM}")
    editor_is_ready(other)

    for window, words in ((page, "først her"), (other, "så her")):
        window.locator("[data-element-id=afdaek] .djs-hit").first.click(force=True)
        group(window, "general").locator("[name=name]").fill(words)
        expect(window.locator("#gemt")).to_contain_text("Kladden er gemt")

    expect(other.locator("#bemaerk")).to_contain_text("Begge er bevaret")
    expect(other).to_have_url(re.compile(r"\?kopi=1$"))
    jens = world.flow.people.actor("jens.proces")
    assert "først her" in world.flow.studio.open(DIAGRAM, actor=jens).content.decode()
    assert "så her" in world.flow.studio.open(DIAGRAM, copy=1, actor=jens).content.decode()


def test_a_colleague_who_works_on_the_same_file_is_named(studio, world):
    lone = world.flow.people.actor("lone.proces")
    whole = world.flow.studio.in_force(DIAGRAM, actor=lone)
    changed = whole.replace("Afdæk bekymringen".encode(), b"Lones udgave")
    world.flow.kept_drafts.save(DIAGRAM, changed, seen=None, based_on=None, actor=lone)

    page = studio(DIAGRAM)
    expect(page.locator("#bemaerk")).to_contain_text("Lone Holst har også en kladde af denne fil.")
    assert axe(page) == []
    with leaving(page):
        page.get_by_role("link", name="Begynd fra den").click()
    editor_is_ready(page)

    expect(page.locator("[data-element-id=afdaek]").first).to_contain_text("Lones")


def test_a_table_is_edited_checked_and_kept(studio, world):
    page = studio(TABLE)
    expect(page.locator("#ingen")).to_be_visible()
    assert axe(page) == []

    with checked_again(page):
        cell = page.locator(
            ".tjs-container td.input-cell .content-editable, td.input-cell [contenteditable]"
        ).first
        cell.click()
        cell.fill('"ja"')
        page.keyboard.press("Tab")
    expect(page.locator(".fc-finding", has_text="dmn-cell-type")).to_have_count(1)
    saved(page)

    content = world.flow.studio.open(TABLE, actor=world.flow.people.actor("jens.proces")).content
    assert b'<text>"ja"</text>' in content
    watermark = page.locator(".powered-by, .bjs-powered-by, .dmn-js-parent a[href*='bpmn.io']").first
    expect(watermark).to_be_visible()


def test_a_form_is_edited_checked_and_kept(studio, world):
    page = studio(FORM)
    expect(page.locator("#ingen")).to_be_visible()
    assert axe(page) == []

    with checked_again(page):
        page.locator(".fjs-element", has_text="Kanal").last.click()
        group(page, "general").locator("[data-entry-id=label] .cm-content").fill("")
    expect(page.locator(".fc-finding", has_text="form-label")).to_have_count(1)
    saved(page)

    jens = world.flow.people.actor("jens.proces")
    content = world.flow.studio.open(FORM, actor=jens).content
    assert json.loads(content)["id"] == "F-A1"
    expect(page.locator(".fjs-powered-by, a[href*='bpmn.io']").first).to_be_visible()


def test_a_field_that_is_put_in_has_a_danish_name_and_a_table_which_the_check_refuses_is_not_offered(
    studio, world
):
    page = studio(FORM)
    expect(page.locator(".fjs-palette-field[title='Tilføj feltet »Tabel«']")).to_be_hidden()
    for kind in ("Afkrydsning", "Ét valg", "Tekst", "Dato og tid"):
        page.locator(f".fjs-palette-field[title='Tilføj feltet »{kind}«']").focus()
        page.keyboard.press("Enter")
    saved(page)

    content = world.flow.studio.open(FORM, actor=world.flow.people.actor("jens.proces")).content
    check, radio, text, day = json.loads(content)["components"][-4:]
    assert (check["label"], radio["label"]) == ("Afkrydsning", "Ét valg")
    assert [each["label"] for each in radio["values"]] == ["Svar"]
    assert (text["text"], day["dateLabel"]) == ("# Tekst", "Dato")


def test_a_form_that_the_editor_has_written_says_the_same(studio, world):
    page = studio(FORM)
    with checked_again(page):
        page.locator(".fjs-element", has_text="Kanal").last.click()
        group(page, "general").locator("[data-entry-id=label] .cm-content").fill("Vej ind")
    with checked_again(page):
        page.get_by_role("button", name="Fortryd").click()
    saved(page)

    jens = world.flow.people.actor("jens.proces")
    written = world.flow.studio.open(FORM, actor=jens).content
    assert plain(written, FORM) == plain(world.flow.studio.in_force(FORM, actor=jens), FORM)


def test_a_diagram_opens_beside_the_palette_on_a_laptops_screen(open_page):
    page = open_page(width=1024)
    sign_in(page, "jens.proces")
    page.goto("/studie/opfoelgning.bpmn")
    editor_is_ready(page)

    palette = page.locator(".djs-palette").bounding_box()
    pool = page.locator("[data-element-id=deltager_opfoelgning] .djs-visual").bounding_box()

    assert pool["x"] > palette["x"] + palette["width"]


def test_a_note_of_one_long_word_keeps_the_list_of_versions_on_the_screen(open_page, world):
    jens = world.flow.people.actor("jens.proces")
    changed = world.flow.studio.in_force(TABLE, actor=jens).replace(b"</definitions>", b"\n</definitions>")
    world.flow.deployments.deploy({TABLE: changed}, actor=jens, note="https://esdh.example/" + "a" * 300)
    page = open_page(width=1024)
    sign_in(page, "jens.proces")

    page.goto(f"/studie/udgaver/{TABLE}")

    assert width_of(page) <= 1024


def test_the_editors_speak_danish(studio):
    page = studio(DIAGRAM)

    expect(page.locator(".djs-palette [aria-label='Flyt lærredet']")).to_have_count(1)
    page.locator("[data-element-id=afdaek] .djs-hit").first.click(force=True)
    expect(page.locator("[data-group-id=group-general]")).to_contain_text("Generelt")
    page.locator(".djs-context-pad [title='Skift element']").click()
    expect(page.locator(".djs-popup").first).to_contain_text("Serviceopgave")


def test_a_service_task_is_picked_from_the_handlers(studio):
    page = studio(DIAGRAM)
    page.locator("[data-element-id=aabn_frist] .djs-hit").first.click(force=True)

    page.locator(".djs-context-pad [title='Skift element']").click()
    page.locator(".djs-popup input").first.fill("kvittering")

    expect(page.locator(".djs-popup").first).to_contain_text(re.compile("kvittering", re.IGNORECASE))


def test_the_pages_about_files_and_drafts_pass_axe(open_page, world):
    page = open_page()
    sign_in(page, "jens.proces")
    for person in ("jens.proces", "lone.proces"):
        actor = world.flow.people.actor(person)
        changed = world.flow.studio.in_force(TABLE, actor=actor) + b"<!-- " + person.encode() + b" -->"
        world.flow.kept_drafts.save(TABLE, changed, seen=None, based_on=None, actor=actor)
    paths = ["/studie/", "/studie/?soeg=frist", "/studie/regler/unlike-types", f"/studie/i-drift/{DIAGRAM}"]

    for path in (*paths, "/studie/filer", f"/studie/kladder/{TABLE}?hos=lone.proces"):
        page.goto(path)
        assert axe(page) == [], path
        resize(page, 360)
        assert width_of(page) <= 360, path
        resize(page, 1200)


def test_a_file_is_found_as_its_name_is_typed_and_opened_by_keyboard(open_page):
    page = open_page(width=1200)
    sign_in(page, "jens.proces")
    page.goto("/studie/")
    sought = "decisions/D-02_opfoelgning_kadence.dmn"
    diagram, table = (page.locator(f"[data-words] a[href='/studie/{path}']") for path in (DIAGRAM, sought))
    expect(diagram).to_be_visible()
    expect(table).to_be_hidden()

    page.get_by_label("Find en fil").focus()
    page.keyboard.type("d-02 KADENCE")

    expect(table).to_be_visible()
    expect(diagram).to_be_hidden()
    expect(page.locator("#fundet")).to_have_text("1 fil passer.")
    expect(page.locator("details[data-narrowed]:visible [data-found]")).to_have_text(["1"])
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    expect(diagram).to_be_visible()
    expect(table).to_be_hidden()
    expect(page.locator("#fundet")).to_have_text("")
    page.get_by_role("navigation", name="På denne side").get_by_role("link", name="Tabeller").focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()


def test_a_drawings_mark_leads_to_its_line_and_back_by_keyboard(open_page, world):
    page = open_page(width=1200)
    sign_in(page, "jens.proces")
    jens = world.flow.people.actor("jens.proces")
    content = world.flow.studio.in_force(DIAGRAM, actor=jens)
    changed = content.replace(b'name="Hvad nu?"', b'name="Og nu?"')
    world.flow.kept_drafts.save(DIAGRAM, changed, seen=None, based_on=None, actor=jens)

    page.goto(f"/studie/forskelle/{DIAGRAM}")
    mark = page.locator("#efter-overskrift ~ .fc-picture a").first
    address = mark.get_attribute("href")
    mark.focus()
    page.keyboard.press("Enter")

    expect(page.locator(f"[id='{address.removeprefix('#')}']")).to_contain_text("Hvad nu? → Og nu?")
    expect(page).to_have_url(re.compile(f"{re.escape(address)}$"))
    back = page.locator(".fc-changes li a").last
    back.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"#efter-{re.escape(address.removeprefix('#aendring-'))}$"))
    assert axe(page) == []
    resize(page, 360, 700)
    assert width_of(page) <= 360
    assert axe(page) == []
    world.flow.kept_drafts.discard(DIAGRAM, actor=jens)
