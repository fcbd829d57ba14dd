"""A change of a process from the first click to the caseworker's new task, through the pages alone.

A process owner changes a table, a diagram and a form, a second one signs, running cases are moved, and the
auditor sees who did it all. `make walks-browser` plays a scenario of the follow-up on the way, which takes a
minute. Screenshots lie in `build/walks/studio`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from flowcase.access.actor import SYSTEM
from tests.web.test_browser import sign_in
from tests.web.test_studio_in_the_browser import checked_again, group, saved
from tests.web.waiting import editor_is_ready, leaving

pytestmark = pytest.mark.browser

PICTURES = Path(__file__).parents[3] / "build" / "walks" / "studio"
ALL = bool(os.environ.get("FLOWCASE_WALK_ALL"))
TABLE = "decisions/D-02_opfoelgning_kadence.dmn"
DIAGRAM = "opfoelgning.bpmn"
FORM = "forms/ring_til_skolen.form"
CASES = ("SAG-2701", "SAG-2702", "SAG-2703")
ELEMENT = "ring_til_skolen"


@pytest.fixture
def world(world: Any) -> Any:
    """The municipality with four eyes, and three placements by HERNING whose follow-up is running."""
    world.flow.studio.has_four_eyes = True
    begin_follow_ups(world)
    return world


def begin_follow_ups(world: Any) -> None:
    for case in CASES:
        facts = {
            "team": "familieteam_syd",
            "sagsbehandler": "camilla.syd",
            "omraade": "syd",
            "status": "aaben",
        }
        world.flow.cases.open(case, child={"navn": "Liva Kastbjerg"}, facts=facts, actor=SYSTEM)
        told = {"sag_id": case, "start": "2026-03-27", "trin": 4, "regelsaet": ["HERNING"]}
        world.flow.messages.correlate("foranstaltning_startet", case, told, actor=SYSTEM)
    while world.flow.timers.fire_due() or world.flow.jobs.run_due():
        pass


class Walk:
    """One window, in which one person after the other signs in; a picture of each step."""

    def __init__(self, page: Page) -> None:
        self.page = page
        shutil.rmtree(PICTURES, ignore_errors=True)
        PICTURES.mkdir(parents=True)

    def picture(self, name: str, *, whole: bool = True) -> None:
        number = len(list(PICTURES.iterdir())) + 1
        self.page.screenshot(path=PICTURES / f"{number:02}-{name}.png", full_page=whole)

    def sign_in(self, person: str) -> None:
        self.page.context.clear_cookies()
        sign_in(self.page, person)

    def open(self, path: str) -> None:
        self.page.goto(f"/studie/{path}")
        editor_is_ready(self.page)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).first.click()


def test_a_change_goes_from_the_table_and_the_diagram_to_the_caseworker_and_the_auditor(
    open_page: Callable[..., Page], world: Any
) -> None:
    walk = Walk(open_page(width=1600))
    walk.page.set_viewport_size({"width": 1600, "height": 1000})

    walk.sign_in("jens.proces")
    change_the_table(walk)
    draw_a_task(walk)
    make_its_form(walk)
    if ALL:
        play_scenarios(walk)
    review = ask_for_a_review(walk)
    walk.sign_in("lone.proces")
    read_comment_and_sign(walk)
    walk.sign_in("jens.proces")
    put_into_force(walk, review)
    move_running_cases(walk, lambda: run_migrations(world))
    walk.sign_in("camilla.syd")
    find_the_new_task(walk)
    walk.sign_in("vera.revisor")
    see_who_did_it(walk)

    newest = world.flow.deployments.list()[0]
    assert (newest.actor, newest.note) == ("jens.proces", "Efter fagmødet den 20. marts")
    jens = world.flow.people.actor("jens.proces")
    for path in (TABLE, DIAGRAM, FORM):
        version = world.flow.file_versions.versions(path, actor=jens)[0]
        assert version.row.deployment.id == newest.id
        assert version.review is not None and version.review.decided_by == "lone.proces"
    moved = [world.flow.instances.get(row.id) for row in world.flow.instances.list(process="opfoelgning")]
    assert [each.version for each in moved] == [2, 2, 2]
    assert world.flow.consistency.check() == []


def run_migrations(world: Any) -> None:
    while world.flow.migration_work.run_waiting():
        pass


def change_the_table(walk: Walk) -> None:
    page = walk.page
    walk.open(TABLE)
    page.locator(".drill-down-overlay").first.click()
    cell = page.locator("[data-element-id=opfoelgning_kadence_raekke_6_ud_1]")
    expect(cell).to_have_text("6")
    with checked_again(page):
        cell.click()
        page.keyboard.press("Control+a")
        page.keyboard.type("5")
        page.keyboard.press("Tab")
    expect(page.locator("#antal")).to_contain_text("0 fejl")
    saved(page)
    walk.picture("tabel", whole=False)


def draw_a_task(walk: Walk) -> None:
    """After the talk with the child: its end is pushed aside, and a task is dropped on the flow to it."""
    page = walk.page
    walk.open(DIAGRAM)
    x, y = middle(page, "talt_med_barnet")
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 20, y, steps=3)
    page.mouse.move(middle(page, "tavle_klar")[0], y, steps=5)
    page.mouse.up()
    page.locator(".djs-palette [data-action='create.task']").click()
    x, y = middle(page, "flow_samtale__talt_med_barnet")
    page.mouse.move(x - 4, y, steps=3)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    name = page.locator(".djs-direct-editing-content")
    name.wait_for()  # before that the letters would be keys of the drawing
    page.keyboard.type("Ring til skolen")
    expect(name).to_have_text("Ring til skolen")
    page.keyboard.press("Enter")
    expect(name).to_have_count(0)
    page.locator(".djs-context-pad [title='Skift element']").click()
    page.locator(".djs-popup input").first.fill("bruger")
    with checked_again(page):
        page.locator(".djs-popup .entry", has_text="Brugeropgave").first.click()
    group(page, "general").locator("[name=id]").fill(ELEMENT)
    group(page, "general").locator("[name=id]").blur()
    assigned = group(page, "assignmentDefinition")
    assigned.locator("[name=assignmentDefinitionCandidateGroups]").fill("familieteam_syd")
    group(page, "form").locator("select").select_option(label="Formular")
    with checked_again(page):
        group(page, "form").locator("[name=formId]").fill("ring_til_skolen")
        group(page, "form").locator("[name=formId]").blur()
    expect(page.locator(".fc-finding.fc-error", has_text="ring_til_skolen").first).to_be_visible()
    expect(page.locator(".djs-overlay .fc-mark").first).to_be_visible()
    saved(page)
    walk.picture("diagram med fund", whole=False)


def middle(page: Page, element: str) -> tuple[float, float]:
    box = page.locator(f"[data-element-id={element}] .djs-hit").first.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def make_its_form(walk: Walk) -> None:
    """A new file with one field, drawn by mouse; then nothing keeps the diagram back any more."""
    page = walk.page
    page.goto("/studie/#ny-fil")
    page.locator("#felt-navn").fill("ring_til_skolen")
    page.locator("#felt-slags").select_option("form")
    walk.press("Opret kladde")
    editor_is_ready(page)
    with checked_again(page):
        page.locator(".fjs-palette-field[data-field-type=checkbox]").drag_to(
            page.locator(".fjs-drop-container-vertical").first
        )
    expect(page.locator(".fc-finding.fc-error", has_text="form-target").first).to_be_visible()
    walk.picture("formular med fund", whole=False)
    walk.press("Tekst")
    form = json.loads(page.locator("#kilde").input_value())
    [field] = form["components"]
    field |= {"key": "skolen_er_ringet_op", "label": "Skolen er ringet op"}
    field["properties"] = {"target": "variable:skolen_er_ringet_op", "label_en": "The school was called"}
    with checked_again(page):
        page.locator("#kilde").fill(json.dumps(form, indent=2))
    expect(page.locator("#antal")).to_contain_text("0 fejl")
    walk.press("Formular")
    saved(page)
    walk.picture("formular", whole=False)
    walk.open(DIAGRAM)
    expect(page.locator("#antal")).to_contain_text("0 fejl")
    walk.picture("diagram uden fejl", whole=False)


def play_scenarios(walk: Walk) -> None:
    """The story of the cadences expects six weeks: it is shown red, at the step where five came."""
    page = walk.page
    page.goto(f"/studie/scenarier/{DIAGRAM}")
    row = page.locator("tr[id^='scenarie-S-06']")
    with page.expect_navigation(timeout=300_000):
        row.get_by_role("button").click(timeout=300_000)
    expect(row.locator("strong[id^=svar-]")).not_to_have_text("Ikke prøvet")
    page.reload()
    walk.picture("scenarier")
    expect(page.locator("main")).to_contain_text("man. 20. apr. 2026")


def ask_for_a_review(walk: Walk) -> str:
    page = walk.page
    page.goto(f"/studie/forskelle/{DIAGRAM}")
    walk.picture("forskelle")
    page.goto(f"/studie/gennemsyn/ny/{TABLE}")
    for file in (DIAGRAM, FORM):
        page.get_by_label(file).check(force=True)
    walk.press("Vis, hvad de ændrer")
    expect(page.locator(".fc-reviewed")).to_contain_text("Ring til skolen")
    walk.picture("bed om gennemsyn")
    page.locator("#felt-note").fill("HERNING: fem uger, og skolen ringes op")
    walk.press("Bed om gennemsyn")
    expect(page.locator("h1")).to_contain_text("og 2 til")
    return page.url


def read_comment_and_sign(walk: Walk) -> None:
    page = walk.page
    page.goto("/studie/")
    page.get_by_role("link", name=re.compile("1 venter på dig")).click()
    page.get_by_role("link", name=re.compile("og 2 til")).first.click()
    expect(page.locator("main")).to_contain_text("6 uger → 5 uger")
    walk.picture("gennemsyn af tabellen")
    page.locator(".fc-reviewed").get_by_role("link", name=DIAGRAM).click()
    page.locator("#felt-element").select_option(ELEMENT)
    page.locator("#felt-kommentar").fill("Også i ferien?")
    walk.press("Gem kommentar")
    walk.picture("gennemsyn af diagrammet")
    page.get_by_role("button", name=re.compile("Markér som løst")).click()
    walk.press("Godkend")
    expect(page.locator(".fc-facts")).to_contain_text("Lone Holst")


def put_into_force(walk: Walk, review: str) -> None:
    page = walk.page
    page.goto(review)
    expect(page.locator("#drift ~ ul").first).to_contain_text("Kørende forløb")
    page.locator("#felt-note").fill("Efter fagmødet den 20. marts")
    walk.picture("sæt i drift")
    walk.press("Sæt i drift")
    expect(page.locator(".fc-facts")).to_contain_text("Sat i drift")
    walk.picture("sat i drift")


def move_running_cases(walk: Walk, work: Callable[[], None]) -> None:
    page = walk.page
    page.goto("/studie/flyt")
    walk.picture("flyt")
    page.locator("main a[href*='/flyt/opfoelgning/1/2']").first.click()
    walk.picture("flyt hvad afløser hvad")
    page.locator("#begrundelse").fill("De nye regler gælder alle")
    walk.press("Se, hvad det betyder")
    expect(page.locator("main")).to_contain_text("flytter uændret")
    walk.picture("flyt forhåndsvisning")
    with leaving(page):
        walk.press("Flyt forløbene")
    work()
    page.reload()
    expect(page.locator("main")).to_contain_text("flyttet: 3")
    walk.picture("flyttet")


def find_the_new_task(walk: Walk) -> None:
    page = walk.page
    page.goto(f"/opgaver?sag={CASES[0]}")
    page.get_by_role("link", name="Tal med barnet").click()
    page.locator("[name=gennemfoert][value=ja]").check(force=True)
    with leaving(page):
        walk.press("Gør opgaven færdig")
    page.goto(f"/opgaver?sag={CASES[0]}")
    expect(page.locator("main")).to_contain_text("Ring til skolen")
    walk.picture("rådgiverens opgaver")
    page.locator("button[formaction$='/tag']", has_text=re.compile("Tag")).first.click()
    expect(page.locator("h1")).to_contain_text("Ring til skolen")
    expect(page.locator("main")).to_contain_text("Skolen er ringet op")
    walk.picture("den nye opgave")


def see_who_did_it(walk: Walk) -> None:
    page = walk.page
    for kind, words in (
        ("ReviewDecided", "Lone Holst"),
        ("DeploymentMade", "Jens Olrik"),
        ("MigrationDecided", "Jens Olrik"),
    ):
        page.goto(f"/revision?formaal=tilsyn&slags={kind}")
        expect(page.locator("main")).to_contain_text(words)
        walk.picture(f"revision {kind}")
