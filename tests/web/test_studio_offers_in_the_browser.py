"""What the editor of diagrams offers: all that can be put into force, and nothing that the check refuses."""

from __future__ import annotations

from itertools import product

import pytest
from playwright.sync_api import Page, expect

from flowcase.modeling import check_bpmn
from flowcase.modeling.dialect import not_offered
from flowcase.modeling.layout import lay_out
from tests.services.diagrams import Node, end, process, start, user_task
from tests.web.test_browser import sign_in
from tests.web.test_studio_in_the_browser import group, saved
from tests.web.test_studio_keys_in_the_browser import choose, to_the_drawing
from tests.web.waiting import DRAWN, editor_is_ready

pytestmark = pytest.mark.browser

FILE = "melder.bpmn"
MESSAGE = "<messageEventDefinition/>"
LISTENER = (
    "<extensionElements><zeebe:executionListeners>"
    '<zeebe:executionListener eventType="start" type="lyt"/></zeebe:executionListeners></extensionElements>'
)
# How each of the refused kinds is called in the menus; each of them was there.
REFUSED = {
    "transaction": "Transaktion",
    "adHocSubProcess": "Ad hoc",
    "complexGateway": "Kompleks",
    "conditionalEventDefinition": "Betinget",
    "linkEventDefinition": "Link som",
    "compensateEventDefinition": "Kompensation",
    "cancelEventDefinition": "Afbrydelse",
}


@pytest.fixture
def page(open_page, world) -> Page:
    drawn = process(
        "melder",
        start(),
        user_task("vurder", "fronten"),
        Node("meld", "intermediateThrowEvent", MESSAGE, 'name="Meld"'),
        Node("send", "sendTask", "", 'name="Send"'),
        Node("lyt", "task", LISTENER, 'name="Lyt"'),
        end("slut", MESSAGE),
    )
    jens = world.flow.people.actor("jens.proces")
    world.flow.kept_drafts.begin(FILE, lay_out(drawn, FILE), actor=jens)
    page = open_page(width=1400)
    sign_in(page, "jens.proces")
    page.goto(f"/studie/{FILE}")
    editor_is_ready(page)
    return page


def pick_out(page: Page, element: str) -> None:
    page.locator(f"[data-element-id={element}] .djs-hit").first.click(force=True)


def close(page: Page) -> None:
    """The menu, until the keys are the drawing's again."""
    page.keyboard.press("Escape")
    expect(page.locator(".djs-popup")).to_have_count(0)
    page.wait_for_function("() => document.activeElement.closest('#laerred svg')")


@pytest.mark.parametrize("element", ["meld", "send", "slut"])
def test_the_message_that_is_sent_is_made_and_named_in_the_panel(page, world, element):
    pick_out(page, element)
    panel = group(page, "message")

    panel.get_by_label("Besked", exact=True).select_option(label="Opret ny …")
    panel.get_by_label("Navn", exact=True).fill("besked_til_skolen")
    group(page, "flowcase").get_by_label("Hvem beskeden når").fill("=sag_id")
    saved(page)

    content = world.flow.studio.open(FILE, actor=world.flow.people.actor("jens.proces")).content
    assert [each for each in check_bpmn(content, FILE) if each.element == element] == []
    assert b'<bpmn:message id="Message_' in content.replace(b"<message ", b"<bpmn:message ")
    assert b'name="besked_til_skolen"' in content
    pick_out(page, "vurder")
    expect(page.locator("[data-group-id=group-message]")).to_have_count(0)


def test_what_a_drawing_cannot_keep_is_told_before_it_is_lost(page, world):
    jens = world.flow.people.actor("jens.proces")
    expect(page.locator("#bemaerk")).not_to_contain_text("Tegningen kender ikke")
    unknown = '<zeebe:fremtid vaerdi="1"/><acme:note xmlns:acme="http://acme.example" af="PE"/>'
    drawn = process(
        "fremtid", start(), Node("a", "task", f"<extensionElements>{unknown}</extensionElements>"), end()
    )
    laid_out = lay_out(drawn, "fremtid.bpmn")
    world.flow.kept_drafts.begin("fremtid.bpmn", laid_out, actor=jens)
    line = next(n for n, text in enumerate(laid_out.splitlines(), 1) if b"zeebe:fremtid" in text)

    page.goto("/studie/fremtid.bpmn")
    editor_is_ready(page)

    told = page.locator("#bemaerk").inner_text()
    assert (
        f"Tegningen kender ikke »zeebe:fremtid« (linje {line}). Det går tabt" in told and "acme" not in told
    )
    pick_out(page, "a")
    page.keyboard.press("ArrowDown")
    saved(page)
    kept = world.flow.studio.open("fremtid.bpmn", actor=jens).content
    assert (b"zeebe:fremtid" in kept, b'af="PE"' in kept) == (False, True)


def test_menus_do_not_offer_what_the_check_refuses(page):
    assert REFUSED.keys() <= not_offered()
    to_the_drawing(page)
    choose(page, "vurder")
    entries = page.locator(".djs-popup .entry")
    for key in ("n", "a", "r"):
        page.keyboard.press(key)
        expect(entries.first).to_be_visible()
        offered = entries.all_inner_texts()
        assert [each for each in offered if each.startswith(tuple(REFUSED.values()))] == []
        close(page)
    for key, kind in product(("n", "a"), REFUSED.values()):  # some are shown only to who looks for them
        page.keyboard.press(key)
        page.locator(".djs-popup input:focus").wait_for()
        page.keyboard.type(kind)
        page.evaluate(DRAWN)
        expect(entries.filter(has_text=kind)).to_have_count(0)
        close(page)


def test_the_panel_does_not_offer_what_the_check_refuses_and_shows_what_is_there(page):
    listeners = page.locator("[data-group-id=group-Zeebe__ExecutionListeners]")
    pick_out(page, "lyt")
    expect(listeners).to_have_count(1)

    pick_out(page, "vurder")

    expect(listeners).to_have_count(0)
    expect(page.locator("[data-group-id=group-Zeebe__TaskListeners]")).to_have_count(0)
    form = group(page, "form")
    kinds = form.get_by_label("Slags", exact=True)
    assert kinds.locator("option").all_inner_texts() == ["<ingen>", "Formular"]
    kinds.select_option(index=1)
    expect(form.get_by_label("Vælg formular", exact=True)).to_be_visible()
    expect(form.get_by_label("Binding")).to_have_count(0)
