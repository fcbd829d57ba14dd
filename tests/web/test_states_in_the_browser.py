"""States of pages that take a while to come about, examined by axe as all others are."""

from __future__ import annotations

import pytest

from flowcase.access.actor import SYSTEM
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in
from tests.web.world import at

pytestmark = pytest.mark.browser


def test_axe_finds_nothing_in_a_warned_comment_a_folded_story_and_a_meeting_that_was_not_held(
    open_page, world
):
    for hour in (10, 11, 12, 13):
        world.go_to(at(27, hour))
        met = {"slags": "familiemoede", "status": "planlagt"}
        world.flow.cases.add_record("Moede", met, case="SAG-2588", actor=SYSTEM)
    world.go_to(at(28, 11))
    world.flow.suspensions.suspend("underretning", reason="Fejl i diagrammet", actor=SYSTEM)
    page = open_page(width=360)
    sign_in(page, "karen.fp")
    seen = Checked(page)

    seen.visit("/moeder/dagsmoede", "meeting that was not held, with when the next opens")
    assert "Det næste dagsmøde åbner" in page.locator("#naeste").inner_text()
    seen.visit("/sager/SAG-2588?hele=1", "story of a case with what repeats itself folded")
    assert page.get_by_text("Det samme er sket").count()
    page.goto(f"/opgaver/{world.task('vurder').id}")
    page.locator("#kommentar").fill("Mor, 010203-1234, ringede.")
    page.wait_for_selector("#kommentar-cpr")
    seen.check("a comment warned of a CPR number")
    seen.visit("/underretninger/ny", "notification while its process is suspended")
    page.context.clear_cookies()
    sign_in(page, "drift")
    seen.visit("/drift", "operations with a suspended process")
    seen.visit("/drift/processer/underretning", "a process that is suspended")

    assert seen.violations == []
