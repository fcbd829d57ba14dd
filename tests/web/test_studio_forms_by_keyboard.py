"""The editors of forms and tables without a mouse: where the keys go, and what is told of what they did."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import Page, expect

from flowcase.web.studio.new_files import new_file
from tests.web.test_browser import sign_in
from tests.web.waiting import DRAWN, editor_is_ready

pytestmark = pytest.mark.browser

FORM = "forms/samtale.form"
DAY = {"id": "dagen", "type": "datetime", "subtype": "date", "key": "dag", "dateLabel": "Dagen"}
FIELDS = [
    {"id": "navnet", "type": "textfield", "key": "navn", "label": "Hvad hedder du?"},
    DAY,
    {"id": "stregen", "type": "separator"},
]


@pytest.fixture
def page(open_page, world) -> Page:
    content = {"id": "samtale", "type": "default", "schemaVersion": 19, "components": FIELDS}
    jens = world.flow.people.actor("jens.proces")
    world.flow.kept_drafts.begin(FORM, json.dumps(content, indent=1).encode(), actor=jens)
    page = open_page(width=1280)
    sign_in(page, "jens.proces")
    page.goto(f"/studie/{FORM}")
    editor_is_ready(page)
    return page


def told(page: Page, words: str) -> None:
    expect(page.locator("#valgt")).to_have_text(words)


def field(page: Page, id: str):
    return page.locator(f".fjs-element[data-id='{id}']")


def test_a_finding_of_a_form_leads_the_keys_to_its_field_from_here_and_from_the_review(page):
    finding = page.locator("#liste button", has_text="Dagen")
    finding.focus()
    page.keyboard.press("Enter")
    expect(field(page, "dagen")).to_be_focused()

    page.get_by_role("link", name="Bed om gennemsyn").focus()
    page.keyboard.press("Enter")
    page.locator(".fc-findings a", has_text="Dagen").focus()
    page.keyboard.press("Enter")
    editor_is_ready(page)

    expect(field(page, "dagen")).to_be_focused()


def test_what_is_added_removed_and_undone_in_a_form_is_told_and_the_keys_stay_beside_it(page):
    field(page, "dagen").focus()
    page.keyboard.press("Delete")
    told(page, "Fjernet: »Dagen«")
    expect(field(page, "stregen")).to_be_focused()
    page.keyboard.press("Control+z")
    told(page, "Fortrudt")
    page.keyboard.press("Control+y")
    told(page, "Gentaget")
    expect(field(page, "stregen")).to_be_focused()
    page.keyboard.press("Alt+ArrowUp")
    told(page, "»Streg«: 1 af 2")
    page.evaluate(DRAWN)

    page.locator(".fjs-palette-search").focus()
    page.keyboard.type("afkrydsninger")
    adds = page.get_by_title("Tilføj feltet »Flere afkrydsninger«")
    expect(adds).to_be_visible()
    expect(page.locator(".fjs-palette-field")).to_have_count(1)
    adds.focus()
    page.keyboard.press("Enter")
    told(page, "Tilføjet: »Flere afkrydsninger«")
    page.wait_for_function("() => document.activeElement.matches('.fjs-element')")
    page.keyboard.press("Enter")
    expect(page.get_by_title("Fjern feltet »Flere afkrydsninger«")).to_be_visible()


def test_keys_of_a_field_do_nothing_to_the_form_as_a_whole(page):
    broken: list[object] = []
    page.on("pageerror", lambda error: broken.append(error))

    field(page, "samtale").focus()
    for key in ("Delete", "Alt+ArrowUp", "Shift+Alt+ArrowRight"):
        page.keyboard.press(key)
    page.evaluate(DRAWN)

    assert broken == []
    expect(page.locator(".fjs-element[data-id]")).to_have_count(1 + len(FIELDS))


def test_a_finding_of_a_table_leads_the_keys_to_its_rule_and_a_hit_policy_is_told(page, world):
    path, content = new_file("samtalens_sted", "dmn")
    twice = content.replace(b"</rule>", b"</rule>" + _second_rule(content), 1)
    world.flow.kept_drafts.begin(path, twice, actor=world.flow.people.actor("jens.proces"))
    page.goto(f"/studie/{path}")
    editor_is_ready(page)

    page.locator("#liste button").first.focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.closest('td.input-cell')")
    rule = page.evaluate("document.activeElement.closest('tr').querySelector('.rule-index').textContent")
    page.locator(".hit-policy-edit-policy-select .dms-input").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")

    told(page, "Hvilke regler gælder: Prioritet")
    assert rule.strip() == "2"


def _second_rule(content: bytes) -> bytes:
    """The same as the first, which hides it."""
    begin, end = content.index(b"<rule "), content.index(b"</rule>") + len(b"</rule>")
    return content[begin:end].replace(b'id="', b'id="anden_')
