"""The studio's page where scenarios are played with one's drafts."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from flowcase.access.actor import SYSTEM
from flowcase.errors import Conflict, Forbidden, NotFound
from flowcase.services.studio import scenario_trials
from flowcase.services.studio.scenario_trials import ScenarioTrials
from flowcase.web.studio.new_files import new_file
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in as sign_in_in_browser
from tests.web.waiting import resize, width_of

TABLE = "decisions/D-02_opfoelgning_kadence.dmn"
DIAGRAM = "forebyggende_distrikt.bpmn"
STORY = """id: KORT-01
title: En rådgiver åbner et forebyggende forløb
source: test
people:
  - {id: R-01, groups: [forebyggende], district: haderslev_midt}
cases:
  SAG-0001: {child: {navn: Sofie, foedt: "2015-03-02", cpr: "020315-4444", adresse: Vej 1}, status: aaben}
steps:
  - at: "2026-03-02T09:00+01:00"
    do: advance the clock
    expect: {tasks: [{process: forebyggende_distrikt, element: afdaek, count: %s}]}
"""


@pytest.fixture
def jens(world):
    return world.flow.people.actor("jens.proces")


@pytest.fixture
def trials(world, tmp_path):
    """The service with three short stories: one comes as told, one does not, one is no story."""
    folder = tmp_path / "scenarios"
    folder.mkdir()
    (folder / "KORT-01.yaml").write_text(STORY % 0, "utf-8")
    (folder / "KORT-02.yaml").write_text(STORY.replace("KORT-01", "KORT-02") % 1, "utf-8")
    (folder / "SKAEV.yaml").write_text("id: SKAEV\ntitle: Skæv\nsteps: 7\n", "utf-8")
    shipped = world.flow.scenario_trials
    return ScenarioTrials(shipped._transactions, shipped._deployments, tmp_path)


def test_a_scenario_that_comes_as_told_is_kept_for_exactly_these_files(trials, world, jens):
    before = trials.beside(DIAGRAM, actor=jens)
    assert all(story.trial is None for story in before.stories)

    row = trials.play("KORT-01", path=DIAGRAM, actor=jens)

    assert row.passed and row.actor == "jens.proces"
    after = {story.id: story.trial for story in trials.beside(DIAGRAM, actor=jens).stories}
    assert after["KORT-01"].report["passed"] == 1
    content = world.flow.studio.in_force(DIAGRAM, actor=jens)
    world.flow.kept_drafts.save(DIAGRAM, content + b"<!-- -->", seen=None, based_on=None, actor=jens)
    changed = trials.beside(DIAGRAM, actor=jens)
    assert changed.drafts == (DIAGRAM,)
    assert all(story.trial is None for story in changed.stories)


def test_a_step_that_goes_otherwise_is_told_with_what_was_expected_and_what_came(trials, jens):
    row = trials.play("KORT-02", path=DIAGRAM, actor=jens)

    assert not row.passed
    story = next(each for each in trials.beside(DIAGRAM, actor=jens).stories if each.id == "KORT-02")
    [(_, step)] = story.failures
    assert step["number"] == 1
    [difference] = step["differences"]
    assert "afdaek" in difference["expected"]
    assert (difference["expects"]["code"], difference["brought"][0]["code"]) == ("item", "number")


def test_what_was_expected_and_what_came_stand_on_the_page_in_its_language(trials, world, sign_in, jens):
    world.flow.scenario_trials._stories, shipped = trials._stories, world.flow.scenario_trials._stories
    trials.play("KORT-02", path=DIAGRAM, actor=jens)
    visitor = sign_in("jens.proces")
    try:
        page = visitor.get(f"/studie/scenarier/{DIAGRAM}")
        danish = [each.text_content() for each in page.all("//*[@id='anderledes']/following::dl[1]/dd")]
        page = visitor.get(f"/studie/scenarier/{DIAGRAM}?sprog=en")
        english = [each.text_content() for each in page.all("//*[@id='anderledes']/following::dl[1]/dd")]
    finally:
        world.flow.scenario_trials._stories = shipped

    assert danish == ["Proces: forebyggende_distrikt, Opgave eller element: afdaek, Antal: 1", "0 i alt"]
    assert english == ["Process: forebyggende_distrikt, Task or element: afdaek, Number: 1", "0 in all"]


def test_a_draft_that_cannot_be_deployed_says_so_and_harms_nothing(trials, world, jens):
    content = world.flow.studio.in_force(DIAGRAM, actor=jens)
    broken = content.replace(b'targetRef="afdaek"', b'targetRef="findes_ikke"')
    assert broken != content
    world.flow.kept_drafts.save(DIAGRAM, broken, seen=None, based_on=None, actor=jens)

    row = trials.play("KORT-01", path=DIAGRAM, actor=jens)

    assert not row.passed
    assert row.report["trouble"] == "not_deployed"
    assert any("findes_ikke" in each["message"] for each in row.report["findings"])
    assert {each["severity"] for each in row.report["findings"]} == {"error"}
    assert row.report["warnings"] >= 0


def test_the_page_says_in_danish_which_errors_hinder_a_trial_and_counts_the_warnings(
    trials, world, sign_in, jens
):
    content = world.flow.studio.in_force(DIAGRAM, actor=jens)
    broken = content.replace(b'targetRef="afdaek"', b'targetRef="findes_ikke"')
    world.flow.kept_drafts.save(DIAGRAM, broken, seen=None, based_on=None, actor=jens)
    row = trials.play("KORT-01", path=DIAGRAM, actor=jens)
    object.__setattr__(world.flow, "scenario_trials", trials)

    page = sign_in("jens.proces").get(f"/studie/scenarier/{DIAGRAM}")

    errors = page.all("//*[@id='anderledes']/following-sibling::ul[1]/li")
    assert len(errors) == len(row.report["findings"]) > 0
    assert errors[0].xpath(f"./a[@href='/studie/{DIAGRAM}']")
    told = " ".join(each.text_content() for each in errors)
    assert "findes_ikke" in told and "Expected" not in told
    assert not page.all("//main//li/span[@lang='en']")
    assert ("Advarsler, som ikke hindrer det" in page.text) == (row.report["warnings"] > 0)


def test_a_half_drawn_draft_of_another_file_does_not_stand_in_the_way(trials, world, sign_in, jens):
    other = "opfoelgning.bpmn"
    half = world.flow.studio.in_force(other, actor=jens).replace(b'targetRef="runde"', b'targetRef="ingen"')
    world.flow.kept_drafts.save(other, half, seen=None, based_on=None, actor=jens)
    object.__setattr__(world.flow, "scenario_trials", trials)

    row = trials.play("KORT-01", path=DIAGRAM, actor=jens)
    page = sign_in("jens.proces").get(f"/studie/scenarier/{DIAGRAM}")
    own = trials.play("KORT-01", path=other, actor=jens)

    assert row.passed, row.report
    assert page.all("//p[@id='udeladt']/a/@href") == [f"/studie/{other}"]
    assert "Som ventet" in "".join(page.one("//tr[@id='scenarie-KORT-01']").itertext())
    assert own.report["trouble"] == "not_deployed"
    assert {each["file"] for each in own.report["findings"]} == {other}


def test_a_draft_that_takes_away_what_others_need_is_left_out_until_the_file_is_looked_at(
    trials, world, jens
):
    path = "forms/F-A1.form"
    renamed = world.flow.studio.in_force(path, actor=jens).replace(b'"F-A1"', b'"F-A1-ny"')
    world.flow.kept_drafts.save(path, renamed, seen=None, based_on=None, actor=jens)

    beside = [trials.beside(each, actor=jens) for each in (DIAGRAM, path)]

    assert [(each.drafts, each.left_out) for each in beside] == [((), (path,)), ((path,), ())]


def test_a_draft_with_errors_is_played_where_the_file_uses_it_and_what_it_needs_goes_along(
    trials, world, jens
):
    half = b'{"id": "halv", "type": "default", "components": [{"id": "a", "type": "textfield", "key": "a"}]}'
    named = world.flow.studio.in_force(DIAGRAM, actor=jens).replace(b'formId="F-L1"', b'formId="halv"', 1)
    for path, content in ((DIAGRAM, named), ("forms/halv.form", half)):
        world.flow.kept_drafts.save(path, content, seen=None, based_on=None, actor=jens)

    beside = [trials.beside(each, actor=jens) for each in (DIAGRAM, "opfoelgning.bpmn")]

    assert [(set(each.drafts), each.left_out) for each in beside] == [
        ({DIAGRAM, "forms/halv.form"}, ()),
        (set(), (DIAGRAM, "forms/halv.form")),
    ]


def test_how_a_story_went_stands_beside_itself(trials, jens):
    path = "scenarios/KORT-01.yaml"

    trials.play("KORT-01", path=path, actor=jens)

    story = next(each for each in trials.beside(path, actor=jens).stories if each.id == "KORT-01")
    assert story.trial is not None and story.trial.passed


def test_the_page_tells_of_drafts_of_stories_apart_from_those_of_files(trials, world, sign_in, jens):
    path = "scenarios/KORT-01.yaml"
    world.flow.kept_drafts.save(path, (STORY % 0).encode(), seen=None, based_on=None, actor=jens)
    object.__setattr__(world.flow, "scenario_trials", trials)

    page = sign_in("jens.proces").get(f"/studie/scenarier/{DIAGRAM}")

    assert "Du har ingen kladder af diagrammer, tabeller, formularer eller regelsæt." in page.text
    assert "Af disse scenarier spilles din kladde: KORT-01." in page.text


def test_what_takes_too_long_is_stopped(trials, world, jens):
    trials._seconds = 0.2

    row = trials.play("KORT-01", path=DIAGRAM, actor=jens)

    assert row.report == {"trouble": "too_long", "seconds": 0.2}


def test_a_scenario_file_that_cannot_be_read_names_its_lines(trials, jens):
    row = trials.play("SKAEV", path=DIAGRAM, actor=jens)

    assert row.report["trouble"] == "unusable"
    assert row.report["said"]


def test_a_file_in_force_by_the_name_of_a_place_is_written_into_the_trials_folder_only(
    trials, world, jens, tmp_path
):
    elsewhere = tmp_path / "elsewhere.bpmn"
    content = world.flow.studio.in_force(DIAGRAM, actor=jens).replace(b"forebyggende_distrikt", b"et_andet")
    world.flow.deployments.deploy({str(elsewhere): content}, actor=SYSTEM, note="as it once was")

    row = trials.play("KORT-01", path=DIAGRAM, actor=jens)

    assert not elsewhere.exists()
    assert row.passed, row.report


def test_one_trial_at_a_time_and_only_for_process_owners(trials, world, jens):
    with scenario_trials._playing, pytest.raises(Conflict):
        trials.play("KORT-01", path=DIAGRAM, actor=jens)
    with pytest.raises(NotFound):
        trials.play("../hemmelig", path=DIAGRAM, actor=jens)
    with pytest.raises(Forbidden):
        trials.play("KORT-01", path=DIAGRAM, actor=world.flow.people.actor("karen.fp"))
    with pytest.raises(Forbidden):
        trials.beside(DIAGRAM, actor=world.flow.people.actor("karen.fp"))


def test_the_page_lists_those_that_name_the_file_first_and_shows_what_was_reached(sign_in, world):
    visitor = sign_in("jens.proces")
    page = visitor.get(f"/studie/scenarier/{DIAGRAM}")
    rows = page.all("//main//tbody/tr")
    assert rows[0].xpath("./td[2]")[0].text == "ja"
    assert "Ikke prøvet" in "".join(rows[0].itertext())

    form = page.one("//tr[@id='scenarie-FOREB-01_henvendelse']//form")
    page = visitor.submit(page, form)

    played = page.one("//tr[@id='scenarie-FOREB-01_henvendelse']")
    assert "Som ventet" in "".join(played.itertext())
    assert page.all("//*[contains(@class, 'fc-p-done')]")
    assert page.all("//h3[.='Ikke nået']/following-sibling::ul[1]/li[1]")


def test_a_table_has_the_scenarios_that_name_it_but_no_drawing(sign_in):
    page = sign_in("jens.proces").get(f"/studie/scenarier/{TABLE}")

    assert page.all("//tbody/tr[td[2]='ja']")
    assert not page.all("//*[contains(@class, 'fc-picture')]")


def test_a_file_that_no_scenario_names_begins_with_all_of_them_and_a_way_to_one_of_its_own(
    sign_in, world, jens
):
    visitor = sign_in("jens.proces")
    for path, name, kind in (("skov.bpmn", "skov", "bpmn"), ("forms/skov.form", "skov", "form")):
        _, content = new_file(name, kind)
        world.flow.kept_drafts.begin(path, content, actor=jens)

    diagram = visitor.get("/studie/scenarier/skov.bpmn")
    form = visitor.get("/studie/scenarier/forms/skov.form")

    for page, way in ((diagram, "/studie/spil/ny/skov.bpmn"), (form, "/studie/#ny-fil")):
        assert not page.all("//*[@id='kun-denne']")
        assert page.all("//*[@id='ingen-naevner']/a/@href") == [way]
    assert visitor.get(f"/studie/scenarier/{DIAGRAM}").all("//*[@id='kun-denne' and @checked]")


def test_a_new_table_has_the_scenarios_of_the_diagrams_that_name_it(sign_in, world, jens):
    path, content = new_file("skov", "dmn")
    world.flow.kept_drafts.begin(path, content, actor=jens)
    drawn = world.flow.studio.in_force(DIAGRAM, actor=jens).replace(
        b"<bpmn:userTask", b'<!-- "skov" --><bpmn:userTask', 1
    )
    world.flow.kept_drafts.save(DIAGRAM, drawn, seen=None, based_on=None, actor=jens)

    page = sign_in("jens.proces").get(f"/studie/scenarier/{path}")

    assert page.all("//tbody/tr[@id='scenarie-FOREB-01_henvendelse'][td[2]='ja']")


@pytest.mark.browser
def test_a_trial_that_got_no_answer_says_so_and_can_be_begun_again(trials, world, open_page):
    object.__setattr__(world.flow, "scenario_trials", trials)
    page = open_page()
    sign_in_in_browser(page, "jens.proces")
    page.goto(f"/studie/scenarier/{DIAGRAM}")
    page.route(
        "**/studie/scenarier/**",
        lambda route: route.abort() if route.request.method == "POST" else route.continue_(),
    )

    page.get_by_role("button", name="Spil alle").click()

    expect(page.locator("#spil-status")).to_contain_text("Prøven er stoppet")
    expect(page.get_by_role("button", name="Spil alle")).to_be_visible()


def test_a_step_that_goes_otherwise_is_told_in_words(trials, sign_in, world, tmp_path):
    story = STORY.replace("advance the clock", "start").replace(
        " expect: {tasks", " process: forebyggende_distrikt\n    as: R-01\n    expect: {tasks"
    )
    (tmp_path / "scenarios" / "KORT-03.yaml").write_text(story.replace("KORT-01", "KORT-03") % 7, "utf-8")
    object.__setattr__(world.flow, "scenario_trials", trials)
    visitor = sign_in("jens.proces")
    page = visitor.get(f"/studie/scenarier/{DIAGRAM}")

    page = visitor.submit(page, page.one("//tr[@id='scenarie-KORT-03']//form"))

    wrong = "".join(page.one("//*[@id='anderledes']/following-sibling::ul[1]/li[1]").itertext())
    assert "Startede »Forebyggende indsats i distriktet«, R-01" in " ".join(wrong.split())


@pytest.mark.browser
def test_all_are_played_one_after_another_from_the_page(trials, world, open_page):
    object.__setattr__(world.flow, "scenario_trials", trials)
    page = open_page()
    page.set_default_timeout(300_000)
    sign_in_in_browser(page, "jens.proces")
    page.goto(f"/studie/scenarier/{DIAGRAM}")
    seen = Checked(page)
    seen.check("never tried")

    page.get_by_label("Kun dem, der nævner denne fil").uncheck()
    with page.expect_navigation():
        page.get_by_role("button", name="Spil alle").click()

    expect(page.locator("#svar-KORT-01")).to_have_text("Som ventet (1 forløb)")
    expect(page.locator("#svar-KORT-02")).to_have_text("Anderledes end ventet (1 af 1 forløb)")
    expect(page.locator("#svar-SKAEV")).to_have_text("Kunne ikke spilles")
    expect(page.locator(".fc-change-removed")).to_contain_text("trin 1")
    seen.check("tried")
    assert seen.violations == []
    assert width_of(page) <= 1200
    resize(page, 360, 700)
    assert width_of(page) <= 360
