"""The panel of a child's notifications, on the page of a case and beside what decides on one."""

from __future__ import annotations

from tests.web.world import NOTIFICATION, at


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


def test_whoever_assesses_reads_what_was_notified_and_by_whom_it_can_be_asked_about(sign_in, world):
    """In the notifier's own words; what came before unfolds."""
    world.go_to(at(27, 10))
    world.notify(
        "U-9", "SAG-2601", "Alma Hestbæk", bekymring="Hun har mærker på armen.", mistanke_overgreb=True
    )
    assessments = [row for row in world.flow.user_tasks.list(case="SAG-2601") if row.element == "vurder"]
    newest = max(assessments, key=lambda row: row.created_at)

    shown = panel(sign_in("henrik.vagt").get(f"/opgaver/{newest.id}"))

    [this] = shown.xpath(".//li[.//span[text()='Denne']]")
    assert this.xpath("./p[@class='fc-shown']/text()") == ["Hun har mærker på armen."]
    assert "Mistanke om overgreb" in this.text_content()
    assert "Kontaktoplysninger: Skolens kontor" in this.text_content()
    [before] = shown.xpath(".//li[not(.//span[text()='Denne'])]")
    assert before.xpath("./details[not(@open)]/p[@class='fc-shown']/text()") == [NOTIFICATION["bekymring"]]


def test_whoever_acts_on_immediate_danger_reads_what_was_notified(sign_in, world):
    world.go_to(at(27, 10))
    world.notify("U-9", "SAG-2650", "Storm Vang", bekymring="Han er låst inde.", umiddelbar_fare=True)
    world.assess("SAG-2650", akut="ja")

    page = sign_in("henrik.vagt").get(f"/opgaver/{world.task('akut_handling', 'SAG-2650').id}")

    shown = panel(page).text_content()
    assert "Han er låst inde." in shown
    assert "Umiddelbar fare" in shown
    assert "Storm Vang" in page.text


def test_the_words_of_a_notification_are_for_whose_work_the_case_is(sign_in):
    karen = panel(sign_in("karen.fp").get("/sager/SAG-2588")).text_content()
    camilla = panel(sign_in("camilla.syd").get("/sager/SAG-2588")).text_content()

    assert NOTIFICATION["bekymring"] in camilla
    assert "Skolens kontor" in camilla
    assert NOTIFICATION["bekymring"] not in karen
    assert "Skolens kontor" not in karen


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


def test_the_examination_is_planned_with_the_notifiers_words_beside_it(sign_in, world):
    world.complete(
        "beslut_undersoegelse",
        "camilla.syd",
        "SAG-2588",
        undersoegelse="ja",
        begrundelse="b",
        besluttet="2026-03-27",
    )
    task = world.task("planlaeg", "SAG-2588")

    shown = panel(sign_in("camilla.syd").get(f"/opgaver/{task.id}")).text_content()

    assert NOTIFICATION["bekymring"] in shown
