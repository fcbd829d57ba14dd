"""Pictures of diagrams open whole, or in full size where the flow is."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.web.test_browser import sign_in

pytestmark = pytest.mark.browser

SIDES = "e => { const r = e.getBoundingClientRect(); return [r.left, r.top, r.right, r.bottom] }"


def is_whole(page: Page) -> bool:
    """Whether the uppermost picture is seen from edge to edge."""
    frame = page.locator(".fc-picture").first.evaluate(SIDES)
    drawn = page.locator(".fc-picture svg").first.evaluate(SIDES)
    return (
        drawn[0] >= frame[0] - 1
        and drawn[1] >= frame[1] - 1
        and drawn[2] <= frame[2] + 1
        and drawn[3] <= frame[3] + 1
    )


@pytest.mark.parametrize("width", [1280, 360])
def test_a_heat_map_opens_whole_and_in_full_size_by_keyboard(open_page, width):
    page = open_page(width=width)
    sign_in(page, "vera.revisor")
    page.goto("/varmekort/underretning")

    assert is_whole(page)
    page.get_by_label("Fuld størrelse").focus()
    page.keyboard.press("Space")

    wide = page.locator(".fc-picture svg").first.evaluate("e => e.getBoundingClientRect().width")
    assert not is_whole(page)
    assert wide == float(page.locator(".fc-picture svg").first.get_attribute("width"))


def test_two_drawings_beside_each_other_change_size_together_and_show_what_differs(open_page, world):
    page = open_page(width=1280)
    sign_in(page, "jens.proces")
    file, jens = "underretning.bpmn", world.flow.people.actor("jens.proces")
    content = world.flow.studio.in_force(file, actor=jens)
    changed = content.replace(b'name="Fuldt registreret?"', b'name="Er alt registreret?"')
    world.flow.kept_drafts.save(file, changed, seen=None, based_on=None, actor=jens)
    page.goto(f"/studie/forskelle/{file}")
    boxes = page.get_by_label("Fuld størrelse")

    assert is_whole(page)
    boxes.last.check(force=True)

    expect(boxes.first).to_be_checked()
    mark, frame = (page.locator(each).last.evaluate(SIDES) for each in (".fc-p-changed", ".fc-picture"))
    assert frame[0] <= mark[0] and mark[2] <= frame[2]
    assert frame[1] <= mark[1] and mark[3] <= frame[3]


@pytest.mark.parametrize("width", [1280, 360])
def test_the_picture_of_a_flow_opens_where_the_flow_is(open_page, world, width):
    page = open_page(width=width)
    sign_in(page, "karen.fp")
    page.goto(f"/forloeb/{world.task('beslut_undersoegelse').instance}")

    assert page.get_by_label("Fuld størrelse").is_checked()
    here, frame = (page.locator(each).first.evaluate(SIDES) for each in (".fc-p-here", ".fc-picture"))
    assert frame[0] <= here[0] and here[2] <= frame[2]
    page.get_by_label("Fuld størrelse").uncheck(force=True)
    assert is_whole(page)
