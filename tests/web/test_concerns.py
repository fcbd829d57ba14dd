"""The panel of a child's notifications, on the page of a case and beside what decides on one."""

from __future__ import annotations

from tests.web.world import at


def panel(page):
    return page.one("//section[@aria-labelledby='underretninger']")


def test_the_assessment_sees_every_notification_about_the_child(sign_in, world):
    world.go_to(at(27, 10))
    world.notify("U-9", "SAG-2601", "Alma Hestbæk", underretter_type="politi")
    assessments = [row for row in world.flow.user_tasks.list(case="SAG-2601") if row.element == "vurder"]
    newest = max(assessments, key=lambda row: row.created_at)

    page = sign_in("karen.fp").get(f"/opgaver/{newest.id}")

    shown = panel(page)
    assert "Underretninger om barnet (2)" in shown.text_content()
    assert "Se på dem samlet, før du beslutter" in shown.text_content()
    assert "Politi: ikke afgjort endnu" in shown.text_content()
    assert len(shown.xpath(".//span[text()='Denne']")) == 1


def test_a_case_page_tells_dates_and_outcomes_and_no_role_to_the_distant(sign_in):
    karen = panel(sign_in("karen.fp").get("/sager/SAG-2588")).text_content()
    camilla = panel(sign_in("camilla.syd").get("/sager/SAG-2588")).text_content()

    assert "til Familieteam" in karen
    assert "Skole:" not in karen
    assert "Skole:" in camilla


def test_the_panel_is_in_english_too(sign_in):
    shown = panel(sign_in("camilla.syd").get("/sager/SAG-2588?sprog=en")).text_content()

    assert "Notifications about the child (1)" in shown
    assert "School: to the family team" in shown
