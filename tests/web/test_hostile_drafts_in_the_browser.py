"""A draft whose words are markup, opened by a colleague in the studio: none of it runs in their browser."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from xml.sax.saxutils import escape

import pytest
from playwright.sync_api import expect

from tests.web.test_browser import sign_in
from tests.web.waiting import editor_is_ready

pytestmark = pytest.mark.browser

RUNS = "document.documentElement.dataset.ran='ja'"
MARKUP = (
    f'<script>{RUNS}</script><img src=x onerror="{RUNS}"><svg onload="{RUNS}"></svg>'
    f'<a href="javascript:{RUNS}">her</a> [der](javascript:{RUNS}) <iframe srcdoc="<script>{RUNS}</script>">'
)
DIAGRAM, FORM = "forebyggende_distrikt.bpmn", "forms/F-A1.form"


def _diagram(content: bytes) -> bytes:
    quoted = escape(MARKUP, {'"': "&quot;"})
    return re.sub(
        r'(<bpmn:userTask id="\w+" name=")[^"]*', lambda found: found[1] + quoted, content.decode()
    ).encode()


def _form(content: bytes) -> bytes:
    form = json.loads(content)
    form["components"][0]["label"] = MARKUP
    form["components"].append({"id": "ord", "type": "text", "text": MARKUP})
    return json.dumps(form).encode()


@pytest.mark.parametrize(
    ("path", "altered", "shown"),
    [(DIAGRAM, _diagram, ".djs-shape"), (FORM, _form, ".fjs-form-field-text")],
    ids=["diagram", "form"],
)
def test_markup_in_a_draft_runs_nothing_in_the_studio(
    chromium, address, world, path: str, altered: Callable[[bytes], bytes], shown: str
) -> None:
    jens = world.flow.people.actor("jens.proces")
    content = altered(world.flow.studio.in_force(path, actor=jens))
    assert b"onerror" in content
    world.flow.kept_drafts.save(path, content, seen=None, based_on=None, actor=jens)

    context = chromium.new_context(base_url=address, viewport={"width": 1400, "height": 800}, locale="da-DK")
    page, complaints = context.new_page(), []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, "jens.proces")
    page.goto(f"/studie/{path}")
    editor_is_ready(page)
    expect(page.locator(shown).first).to_be_visible()
    for link in page.locator("a", has_text=re.compile("^(her|der)$")).all():
        link.dispatch_event("click")

    assert page.evaluate("document.documentElement.dataset.ran") is None
    assert page.locator("[href^='javascript:' i], [onerror], [onload], iframe[srcdoc]").count() == 0
    # What the editor's own cleaning sets off before it is done is refused by the pages' policy.
    refusals = ("Content Security Policy", "Failed to load resource")
    assert [text for text in complaints if not any(each in text for each in refusals)] == []
    context.close()
