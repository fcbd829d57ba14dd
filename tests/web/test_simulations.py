"""Simulér: a process owner asks what a change would do, a worker runs it apart, and the report is read."""

from __future__ import annotations

import datetime as dt
import io
import json
import subprocess
import sys
import threading
import time
import zlib
from collections import Counter
from pathlib import Path

import pytest
import yaml

from flowcase.access.actor import SYSTEM
from flowcase.errors import InvalidValues
from flowcase.handlers import load_handlers
from flowcase.services.simulation import reading, running
from flowcase.services.simulation.chance import Spread
from flowcase.services.simulation.files import read_folder
from flowcase.services.simulation.questions import Question
from flowcase.services.simulation.report import as_json_text, report_of
from flowcase.store.simulation_tables import simulation
from flowcase.web.studio import weekdays
from tests.web.test_accessibility import Checked
from tests.web.test_browser import sign_in as sign_in_browser
from tests.web.waiting import width_of
from tests.web.world import PEOPLE, World

SHIPPED = Path(__file__).parents[2] / "processes/simulations/standard.yaml"
ADDRESS = "/studie/simulering"
CADENCE = "decisions/D-02_opfoelgning_kadence.dmn"


def _write_question(folder: Path, name: str, **values) -> None:
    whole = {"id": name, "title": name, "based_on": "standard.yaml", **values}
    (folder / f"{name}.yaml").write_text(yaml.safe_dump(whole), "utf-8")


@pytest.fixture
def small(world: World, tmp_path, monkeypatch):
    """Questions about an office with few cases and weeks, and one that is much too large."""
    folder = tmp_path / "questions"
    folder.mkdir()
    _small_office(folder)
    monkeypatch.setattr(world.flow.simulations._questions, "folder", folder)
    return world.flow.simulations


def _small_office(folder: Path) -> None:
    office = {
        **yaml.safe_load(SHIPPED.read_text("utf-8")),
        "warm_up_weeks": 0,
        "weeks": 3,
        "stock": [],
    }
    office["arrivals"]["per_year"] = 300
    (folder / "standard.yaml").write_text(yaml.safe_dump(office), "utf-8")
    more = {"id": "flere", "title": "Flere i Fronten", "parameters": {"staff": {"frontpersonale": 9}}}
    compared = [{"id": "nu", "title": "Som nu", "title_en": "As now"}, more]
    _write_question(folder, "flere", title="Flere i Fronten?", title_en="More in Fronten?", compare=compared)
    _write_question(folder, "lang", weeks=1000, arrivals={"per_year": 90_000}, compare=compared)


@pytest.fixture
def owner(world: World):
    return world.flow.people.actor("lone.proces")


def _form(**values) -> dict[str, str]:
    return {"spoergsmaal": "flere", "sagsaar": "1", "froe": "7", **values}


def test_a_question_is_run_apart_and_its_report_is_read_side_by_side(small, sign_in):
    page = sign_in("lone.proces")
    asked = page.post(ADDRESS, _form())
    waiting = page.get(asked.address).text

    assert small.run_waiting() == 1
    seen = page.get(asked.address)
    found = json.loads(page.get(f"{asked.address}/resultat.json").source)

    assert "venter" in waiting and "Stands simuleringen" in waiting
    assert "færdig" in seen.text and "Flere i Fronten?" in seen.text and "Som nu" in seen.text
    assert (found["seed"], found["replications"]) == (7, 2)
    assert [figure["key"] for figure in found["figures"] if figure["key"] == "milestone|tildelt|median"]
    assert seen.all("//svg[@class='plot']")
    hot = seen.all("//*[contains(@class, 'fc-p-heat4')]")
    words = seen.all("//table[caption[contains(., 'i ord')]]//tr[td[@data-title='Tyngde' and .='4']]")
    assert hot and len(hot) == len(words)
    assert small.run_waiting() == 0


def test_a_simulation_is_stopped_while_it_runs_and_its_process_ends(small, world, owner):
    id = small.ask(Question("flere", 400, 1), actor=owner)
    running = threading.Thread(target=small.run_waiting)
    running.start()
    try:
        while small.get(id, actor=owner).progress == 0 and running.is_alive():
            time.sleep(0.2)
        was = small.get(id, actor=owner).status

        small.stop(id, actor=owner)
    finally:
        running.join(20)

    row = small.get(id, actor=owner)
    assert (was, row.status, row.stopped_by) == ("running", "stopped", owner.id)
    assert not running.is_alive()
    assert small.report(id, actor=owner) is None


def test_a_simulation_whose_worker_was_killed_ends_by_itself(small, tmp_path):
    told = tmp_path / "told"
    command = f"'{sys.executable}' -m flowcase simulate '{small._questions.folder / 'flere.yaml'}'"
    command += f" --processes '{SHIPPED.parents[1]}' --replications 500 --at-once 1 --progress 2>'{told}'"
    waits = ["sh", "-c", f"{command} >/dev/null & echo $!; read line"]
    with subprocess.Popen(waits, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as worker:
        simulation_of_it = int(worker.stdout.readline())
        _until(lambda: told.exists() and told.read_text().count("done") > 1)

        worker.kill()

    _until(lambda: not Path(f"/proc/{simulation_of_it}").exists())
    assert "nothing is kept" in told.read_text()


def test_a_killed_simulation_takes_its_other_processes_with_it(small, tmp_path):
    told = tmp_path / "told"
    command = [sys.executable, "-m", "flowcase", "simulate", str(small._questions.folder / "flere.yaml")]
    command += ["--processes", str(SHIPPED.parents[1]), "--replications", "500", "--at-once", "2"]
    with (
        told.open("wb") as err,
        subprocess.Popen([*command, "--progress"], stdout=subprocess.DEVNULL, stderr=err) as run,
    ):
        _until(lambda: told.read_text().count("done") > 1)
        beside = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()

        run.kill()

    assert len(beside) == 2
    _until(lambda: not any(Path(f"/proc/{each}").exists() for each in beside))


def test_how_long_it_goes_on_is_measured_on_the_run_itself(small, world, owner, sign_in):
    page, id = sign_in("lone.proces"), small.ask(Question("flere", 1, 1), actor=owner)
    row = {"status": "running", "holder": "x", "lease_until": world.flow.clock.now() + dt.timedelta(hours=1)}

    seen = {}
    for minutes, progress in ((1, 0.0), (1, 0.25), (3, 0.25)):
        began = world.flow.clock.now() - dt.timedelta(minutes=minutes)
        with world.flow.store.begin(actor=SYSTEM, now=world.flow.clock.now()) as tx:
            tx.update_any(simulation, {"id": id}, {**row, "began_at": began, "progress": progress})
        seen[minutes, progress] = page.get(f"{ADDRESS}/{id}").text

    assert "tager omkring et minut, når maskinen er ledig" in seen[1, 0.0]
    assert "25 procent er kørt, omkring 3 minutter igen" in seen[1, 0.25]
    assert "længere end ventet" not in seen[1, 0.25]
    assert "omkring 9 minutter igen" in seen[3, 0.25]
    assert "længere end ventet, omkring 12 minutter i alt" in seen[3, 0.25]


def _until(is_so, seconds=240.0):
    ends = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < ends
        time.sleep(0.1)


def test_the_page_says_when_the_worker_of_a_simulation_is_silent(small, world, owner, sign_in):
    id = small.ask(Question("flere", 1, 1), actor=owner)
    long_ago = world.flow.clock.now() - dt.timedelta(hours=1)
    with world.flow.store.begin(actor=SYSTEM, now=world.flow.clock.now()) as tx:
        values = {"status": "running", "holder": "x", "lease_until": long_ago, "began_at": long_ago}
        tx.update_any(simulation, {"id": id}, values)

    seen = sign_in("lone.proces").get(f"{ADDRESS}/{id}").text

    assert "er tavs. Den næste arbejder begynder forfra" in seen and " igen" not in seen
    assert small.run_waiting() == 1
    assert small.get(id, actor=owner).status == "done"


def test_a_worker_that_is_told_to_end_gives_the_simulation_back(small, owner):
    id = small.ask(Question("flere", 1, 1), actor=owner)

    small.run_waiting(lambda: True)

    assert small.get(id, actor=owner).status == "waiting"


def test_what_would_run_too_long_is_refused_and_what_runs_long_is_asked_again(small, sign_in, monkeypatch):
    page = sign_in("lone.proces")

    refused = page.post(ADDRESS, _form(spoergsmaal="lang"))
    monkeypatch.setattr("flowcase.services.studio.simulations.LONG_MINUTES", 0.0)
    told = page.post(ADDRESS, _form())
    begun = page.post(ADDRESS, _form(gor="alligevel"))

    assert refused.status == 422 and "mere end en halv time" in refused.text
    assert told.status == 422 and "Start den alligevel" in told.text
    assert "venter" in begun.text


def test_what_is_changed_is_kept_with_its_source_and_comes_back_as_a_file(small, sign_in, tmp_path):
    page = sign_in("lone.proces")
    typed = {
        "p|staff|skole|people": "7",
        "p|work|share": "55,5",
        "p|arrivals|weekdays|0": "40",
        "p|tasks|fronten_dagsmoede.afgoer|answers|udfald|andele|lukkes": "30",
        "oevrigt": "weeks: 2\n",
    }

    asked = page.post(ADDRESS, _form(**typed))
    small.run_waiting()
    shown = page.get(asked.address).text
    text = page.get(f"{asked.address}/spoergsmaal.yaml").source
    (tmp_path / "hentet.yaml").write_text(text)
    again = running.run(
        reading.read(tmp_path / "hentet.yaml"), read_folder(SHIPPED.parents[1]), load_handlers(), processes=1
    )
    found = page.get(f"{asked.address}/resultat.json").source

    assert "Skole: Ansatte" in shown and "55,5 %" in shown
    assert "staff|skole|people: changed" in text and "{lukkes: changed" not in text
    assert as_json_text(report_of(again)) == found


def test_an_earlier_question_and_a_file_stand_in_the_form_again(small, sign_in, owner):
    page = sign_in("lone.proces")
    asked = page.post(
        ADDRESS, _form(**{"p|staff|skole|people": "7", "oevrigt": "rule_sets: [HERNING]\n"})
    ).address
    text = page.get(f"{asked}/spoergsmaal.yaml").source

    again = page.get(f"{ADDRESS}?igen={asked.rpartition('/')[2]}")
    taken = small.taken_in(text.encode(), "hentet.yaml", actor=owner)

    field = again.all("//input[@name='p|staff|skole|people']")[0]
    rest = again.all("//textarea[@name='oevrigt']")[0]
    assert field.get("value") == "7" and rest.text.split() == ["rule_sets:", "-", "HERNING"]
    assert again.all("//input[@name='froe']")[0].get("value") == "7"
    assert (taken.asked, taken.seed, taken.changed["staff"]) == ("flere", 7, {"skole": {"people": 7}})


def test_changed_numbers_are_held_against_the_office_as_it_is(small, sign_in, tmp_path):
    page = sign_in("lone.proces")
    typed = {"p|arrivals|per_year": "360", "p|staff|familieteam_nord|people": "4", "p|weeks": "2"}

    asked = page.post(ADDRESS, _form(spoergsmaal="tal", **typed)).address
    small.run_waiting()
    shown = page.get(asked)
    text = page.get(f"{asked}/spoergsmaal.yaml").source
    again = page.get(f"{ADDRESS}?igen={asked.rpartition('/')[2]}")

    (tmp_path / "hentet.yaml").write_text(text)
    before, after = (each.parameters for each in reading.read(tmp_path / "hentet.yaml").variants)
    assert (before.arrivals.per_year, after.arrivals.per_year) == (300, 360)
    assert [each.staff["familieteam_nord"].people for each in (before, after)] == [5, 4]
    assert before.weeks == after.weeks == 2
    assert "Kontoret, som det er" in shown.text and "Kontoret med de rettede tal" in shown.text
    assert "Udgaverne har hver sine underretninger" in shown.text
    assert "Ventetiden går fra en opgave kan begyndes" in shown.text
    (row,) = [each for each in shown.all("//tr") if "Underretninger om året" in each.text_content()]
    assert "360" in row.text_content()
    given = {each.get("name"): each.get("value") for each in again.all("//input[@name]")}
    assert {name: given[name] for name in typed} == typed
    assert again.all("//input[@name='spoergsmaal'][@checked]")[0].get("value") == "tal"


def test_numbers_that_nobody_changed_are_not_held_against_themselves(small, sign_in):
    seen = sign_in("lone.proces").post(ADDRESS, _form(spoergsmaal="tal"))

    assert seen.status == 422 and "Ret først mindst ét af kontorets tal" in seen.text


def test_weekdays_hours_and_spread_have_fields_and_come_back_as_they_were_typed(small, sign_in, tmp_path):
    page = sign_in("lone.proces")
    spread = "p|tasks|foranstaltning.paataenk|minutes|cv"
    typed = {"p|work|days": "man-tors", "p|staff|skole|days": "Mandag og fre.", "p|arrivals|hours|9": "20"}

    asked = page.post(ADDRESS, _form(**typed, **{spread: "80"})).address
    text = page.get(f"{asked}/spoergsmaal.yaml").source
    again = page.get(f"{ADDRESS}?igen={asked.rpartition('/')[2]}")

    (tmp_path / "hentet.yaml").write_text(text)
    parameters = reading.read(tmp_path / "hentet.yaml").variants[0].parameters
    assert parameters.days == {0, 1, 2, 3} and parameters.staff["skole"].days == {0, 4}
    assert parameters.tasks["foranstaltning.paataenk"].minutes == Spread(60, 0.8)
    assert (parameters.arrivals.hours[9], parameters.staff["frontpersonale"].groups) == (20, ("fronten",))
    shown = {each.get("name"): each.get("value") for each in again.all("//input[@name]")}
    assert (shown["p|work|days"], shown["p|staff|skole|days"]) == ("man, tir, ons, tor", "man, fre")
    assert (shown[spread], shown["p|arrivals|hours|9"]) == ("80", "20")
    assert again.all("//textarea[@name='oevrigt']")[0].text.strip() == ""
    assert "Ændret af dig; ellers 50." in again.text and "Ændret af dig; ellers ingen." in again.text


SIBLINGS_AGES_STOCK_AND_WEEKS = {
    "p|weeks": "2",
    "p|warm_up_weeks": "1",
    "p|arrivals|siblings|1": "60",
    "p|arrivals|siblings|4": "2,5",
    "p|arrivals|ages|0": "3",
    "p|arrivals|ages|1": "12",
    "p|stock|0|cases": "4",
    "p|stock|1|within_weeks": "6",
    "p|stock|0|at": "02.03.2026 kl. 09.30",
    "p|stock|0|values|trin": "3",
    "p|stock|0|values|start": '=date(nu) - duration("P1D")',
    "p|stock|0|values|regelsaet": "HERNING, BALLERUP-2016",
    "p|stock|1|facts|team|andele|familieteam_nord": "2,5",
    "p|stock|1|facts|sagsbehandler": "CW-07",
}
THE_SAME_AS_YAML = """
weeks: 2
warm_up_weeks: 1
arrivals: {siblings: {"1": 60, "2": 18, "3": 4, "4": 2.5}, ages: [3, 12], per_year: 300}
stock:
  - cases: 4
    message: foranstaltning_startet
    facts: {team: {andele: {familieteam_nord: 1, familieteam_syd: 1}}, sagsbehandler: letteste}
    values: {trin: 3, start: '=date(nu) - duration("P1D")', regelsaet: [HERNING, BALLERUP-2016], aftalt: true}
    within_weeks: 13
    at: "2026-03-02T09:30+01:00"
  - cases: 5
    message: foranstaltning_startet
    facts: {team: {andele: {familieteam_nord: 2.5, familieteam_syd: 1}}, sagsbehandler: CW-07}
    values: {trin: 4, start: =date(nu), regelsaet: [HERNING], aftalt: true}
    within_weeks: 6
"""


@pytest.fixture
def stocked(small):
    """The question `sager`, of an office with two kinds of cases from the beginning."""
    teams = {"andele": {"familieteam_nord": 1, "familieteam_syd": 1}}
    facts = {"team": teams, "sagsbehandler": "letteste"}
    common = {"message": "foranstaltning_startet", "within_weeks": 13, "facts": facts}
    values = {"start": "=date(nu)", "regelsaet": ["HERNING"], "aftalt": True}
    stock = [
        {"cases": number, "values": {"trin": step, **values}, **common} for number, step in ((9, 2), (5, 4))
    ]
    _write_question(small._questions.folder, "sager", stock=stock)
    return small


def test_siblings_ages_stock_and_weeks_have_fields_that_give_what_yaml_gives(stocked, sign_in, owner):
    page = sign_in("lone.proces")

    asked = [
        page.post(ADDRESS, _form(spoergsmaal="sager", **typed)).address
        for typed in (SIBLINGS_AGES_STOCK_AND_WEEKS, {"oevrigt": THE_SAME_AS_YAML})
    ]
    texts = [page.get(f"{each}/spoergsmaal.yaml").source for each in asked]
    again = [page.get(f"{ADDRESS}?igen={each.rpartition('/')[2]}") for each in asked]
    taken = stocked.taken_in(texts[0].encode(), "hentet.yaml", actor=owner)

    by_fields, by_yaml = map(yaml.safe_load, texts)
    assert by_fields == by_yaml
    assert (by_fields["weeks"], by_fields["arrivals"]["ages"]) == (2, [3, 12])
    assert [each["cases"] for each in by_fields["stock"]] == [4, 5]
    for seen in again:
        shown = {each.get("name"): each.get("value") for each in seen.all("//input[@name]")}
        assert {name: shown[name] for name in SIBLINGS_AGES_STOCK_AND_WEEKS} == SIBLINGS_AGES_STOCK_AND_WEEKS
        assert seen.all("//textarea[@name='oevrigt']")[0].text.strip() == ""
    assert "2. Foranstaltning startet, trin 4" in again[0].text and "4 børn" in again[0].text
    assert "Regelsæt" in again[0].text and "Intet tidspunkt: de begynder fordelt." in again[0].text
    assert taken.changed["weeks"] == 2 and taken.changed["stock"] == by_fields["stock"]
    assert "stock|0|cases: changed" in texts[0]


def test_an_instant_at_which_all_cases_begin_is_taken_away_again(stocked, sign_in):
    page = sign_in("lone.proces")
    asked = page.post(ADDRESS, _form(spoergsmaal="sager", **{"p|stock|0|at": "2. marts 2026"})).address
    again = page.get(f"{ADDRESS}?igen={asked.rpartition('/')[2]}")
    assert "2026-03-02T08:00+01:00" in page.get(f"{asked}/spoergsmaal.yaml").source
    shown = {each.get("name"): each.get("value") for each in again.all("//input[@name]")}
    given = {name: value for name, value in shown.items() if name.startswith("p|")}
    assert given["p|stock|0|at"] == "02.03.2026 kl. 08.00"

    sent = page.post(ADDRESS, _form(spoergsmaal="sager", **{**given, "p|stock|0|at": ""})).address

    assert all(
        "at" not in each for each in yaml.safe_load(page.get(f"{sent}/spoergsmaal.yaml").source)["stock"]
    )


def test_siblings_that_a_file_leaves_out_stand_as_none_and_stay_out(stocked, sign_in):
    page = sign_in("lone.proces")
    text = "arrivals: {per_year: 300, siblings: {'1': 1}}\nstock: []\n"

    asked = page.post(ADDRESS, _form(spoergsmaal="sager", oevrigt=text)).address
    again = page.get(f"{ADDRESS}?igen={asked.rpartition('/')[2]}")

    shown = {each.get("name"): each.get("value") for each in again.all("//input[@name]")}
    assert [shown[f"p|arrivals|siblings|{number}"] for number in range(1, 6)] == ["1", "0", "0", "0", "0"]
    assert "p|stock|0|cases" not in shown
    rest = again.all("//textarea[@name='oevrigt']")[0].text
    assert yaml.safe_load(rest) == {"stock": []}
    given = {name: value for name, value in shown.items() if name.startswith("p|")}
    sent = page.post(ADDRESS, _form(spoergsmaal="sager", **given, oevrigt=rest)).address
    whole = yaml.safe_load(page.get(f"{sent}/spoergsmaal.yaml").source)
    assert whole["stock"] == []
    assert {key: value for key, value in whole["arrivals"]["siblings"].items() if value} == {"1": 1}


@pytest.mark.parametrize(
    ("typed", "field", "said"),
    [
        ({"p|stock|0|cases": "-1"}, "p|stock|0|cases", "mindst 0."),
        ({"p|stock|0|cases": "1,5"}, "p|stock|0|cases", "Skriv et helt tal."),
        ({"p|stock|0|at": "i morges"}, "p|stock|0|at", "Datoen kan ikke læses."),
        ({"p|stock|0|values|trin": "to"}, "p|stock|0|values|trin", "Skriv et tal."),
        ({"p|stock|0|values|regelsaet": ","}, "p|stock|0|values|regelsaet", "Skriv en værdi."),
        ({"p|stock|0|values|start": "=date("}, "p|stock|0|values|start", "Udtrykket kan ikke læses."),
        (
            {"p|stock|1|facts|team|andele|familieteam_syd": "-1"},
            "p|stock|1|facts|team|andele|familieteam_syd",
            "mindst 0.",
        ),
        ({"p|stock|1|within_weeks": "1041"}, "p|stock|1|within_weeks", "højst 1040."),
        ({"p|stock|1|cases": "3", "oevrigt": "stock: []\n"}, "p|stock|1|cases", "taget ud i YAML-feltet"),
        ({"oevrigt": "stock: [{cases: 3}]\n"}, "oevrigt", "Linje 1: »stock.0« mangler message."),
    ],
)
def test_cases_from_the_beginning_that_cannot_be_are_told_beside_their_field(
    stocked, sign_in, typed, field, said
):
    seen = sign_in("lone.proces").post(ADDRESS, _form(spoergsmaal="sager", **typed))

    (wrong,) = seen.all("//*[@aria-invalid='true']")
    assert (seen.status, wrong.get("name")) == (422, field) and said in seen.text


def test_the_fields_and_the_check_of_yaml_speak_english_to_who_reads_english(stocked, sign_in):
    page = sign_in("lone.proces")
    page.get(f"{ADDRESS}?sprog=en")

    seen = page.post(ADDRESS, _form(spoergsmaal="sager", oevrigt="weeks: mange\n"))

    assert "Line 1: weeks: expected a whole number, not" in seen.text
    assert "Oldest child" in seen.text and "Cases open from the start" in seen.text


def test_an_office_that_never_works_is_refused_beside_its_weekdays(small, sign_in):
    seen = sign_in("lone.proces").post(ADDRESS, _form(**{"p|work|days": ""}))

    (wrong,) = seen.all("//*[@aria-invalid='true']")
    assert wrong.get("name") == "p|work|days" and "Skriv mindst én ugedag." in seen.text


@pytest.mark.parametrize(
    ("text", "days"),
    [("man, ons og fre", "0 2 4"), ("mon-fri", "0 1 2 3 4"), ("Lør.;søn", "5 6"), ("fre–man", "0 4 5 6")],
)
def test_weekdays_are_read_as_people_write_them(text, days):
    assert [str(reading.WEEKDAYS.index(day)) for day in weekdays.read(text)] == days.split()


def test_the_form_tells_beforehand_how_long_it_takes_and_starts_nothing(small, sign_in, owner):
    page = sign_in("lone.proces")

    seen = page.post(ADDRESS, _form(gor="vis", **{"p|staff|skole|people": "7"}))

    assert "4 kørsler" in seen.text and "tager omkring et minut" in seen.text
    assert "Ændret af dig; ellers 3." in seen.text
    assert small.all(actor=owner) == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"p|staff|skole|people": "to"}, "Skriv et tal."),
        ({"p|staff|skole|people": "2,5"}, "Skriv et helt tal."),
        ({"p|staff|skole|people": "-1"}, "mindst 0."),
        ({"p|staff|skole|days": "man, hverdage"}, "hverdage er ingen ugedag"),
        ({"p|work|days": "ons, x"}, "x er ingen ugedag"),
        ({"p|tasks|foranstaltning.paataenk|minutes|cv": "-5"}, "mindst 0."),
        ({"p|arrivals|hours|9": "mange"}, "Skriv et tal."),
        ({"p|work|share": "120"}, "højst 100."),
        ({"p|work|from": "17:00"}, "slutte senere"),
        ({"p|work|until": "sent"}, "klokkeslæt"),
        ({f"p|arrivals|weekdays|{day}": "0" for day in range(7)}, "større end nul"),
        ({"p|weeks": "0"}, "mindst 1."),
        ({"p|weeks": "2,5"}, "Skriv et helt tal."),
        ({"p|warm_up_weeks": "521"}, "højst 520."),
        ({"p|arrivals|siblings|4": "mange"}, "Skriv et tal."),
        ({f"p|arrivals|siblings|{number}": "0" for number in range(1, 6)}, "større end nul"),
        ({"p|arrivals|ages|1": "19"}, "højst 18."),
        ({"p|arrivals|ages|0": "12", "p|arrivals|ages|1": "6"}, "ikke være yngre end det yngste"),
        ({"oevrigt": "weeks: mange\n"}, "Linje 1: »weeks«: skriv et helt tal"),
        ({"oevrigt": "uger: 3\n"}, "Simuleringen har uger, som ikke kendes"),
        ({"oevrigt": 'begin: "2026-01-05"\n'}, "»begin« er ingen parameter"),
        ({"oevrigt": "staff: {skole: [\n"}, "Det kan ikke læses som YAML"),
        ({"oevrigt": "arrivals: {per_year: 1, siblings: {to: 1}}\n"}, "et antal børn fra 1 til 99"),
    ],
)
def test_a_number_that_cannot_be_is_told_beside_its_field_and_nothing_typed_is_lost(
    small, sign_in, owner, typed, said
):
    seen = sign_in("lone.proces").post(ADDRESS, _form(**typed))

    wrong = seen.all("//*[@aria-invalid='true']")
    (value,) = {each.get("value", each.text).strip() for each in wrong}
    assert seen.status == 422 and said in seen.text
    assert value in {each.strip() for each in typed.values()} | {"16:00"}
    assert small.all(actor=owner) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id: x\ntitle: X\nweeks: mange\n", "min.yaml:3: weeks"),
        ("id: x\ntitle: X\nbased_on: ../../hemmeligt.yaml\n", "based_on"),
        ("id: x\ntitle: X\nwork: {from: '16:00', until: '08:00'}\n", "must end later"),
    ],
)
def test_a_file_that_cannot_be_read_in_is_told_with_its_line(small, owner, text, said):
    with pytest.raises(reading.SimulationError) as refused:
        small.taken_in(text.encode(), "min.yaml", actor=owner)

    assert said in str(refused.value)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"sagsaar": "mange"}, "Skriv et helt tal"),
        ({"froe": "-1"}, "Skriv et helt tal"),
        ({"spoergsmaal": "../standard"}, "Vælg et spørgsmål"),
        ({"spoergsmaal": "kladde", "kladder_af": "lone.proces"}, "Der er ingen kladder"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_beside_its_field(small, sign_in, wrong, said):
    page = sign_in("lone.proces").post(ADDRESS, _form(**wrong))

    assert page.status == 422 and said in page.text


def test_drafts_are_held_against_what_is_in_force_and_faulty_ones_are_refused(small, world, owner, tmp_path):
    studio, kept = world.flow.studio, world.flow.kept_drafts
    content = studio.in_force(CADENCE, actor=owner)
    kept.save(CADENCE, b"<definitions/>", seen=None, based_on=None, actor=owner)
    question = Question("kladde", 1, 1, drafts_of=owner.id)
    with pytest.raises(InvalidValues) as refused:
        small.ask(question, actor=owner)
    assert refused.value.errors["kladder_af"][1:] == [CADENCE]

    draft = studio.open(CADENCE, actor=owner).draft
    changed = content.replace(b">6<", b">5<", 1)
    kept.save(CADENCE, changed, seen=draft, based_on=None, actor=owner)
    id = small.ask(question, actor=owner)
    kept.discard(CADENCE, actor=owner)  # what was asked about is what it was then

    command = small._prepare(small.get(id, actor=owner), tmp_path)

    assert b'<bpmn:process id="opfoelgning"' in small.diagram(id, "opfoelgning", actor=owner)
    assert small.diagram(id, "findes_ikke", actor=owner) is None
    assert command[command.index("--draft") + 1] == str(tmp_path / "draft")
    assert (tmp_path / "draft" / CADENCE).read_bytes() == changed
    assert (tmp_path / "in_force" / CADENCE).read_bytes() == content
    assert small.run_waiting() == 1
    assert (small.get(id, actor=owner).status, small.get(id, actor=owner).problem) == ("done", "")
    assert [each for each, _ in small.report(id, actor=owner).variants] == ["gaeldende", "kladde"]


def test_what_goes_wrong_apart_is_told_and_nobody_waits_for_it(small, world, owner, tmp_path):
    change = {"file": CADENCE, "find": "det står der ikke", "put": "x"}
    compared = [{"id": "nu", "title": "Nu"}, {"id": "ny", "title": "Ny", "changes": [change]}]
    _write_question(small._questions.folder, "passer-ikke", compare=compared)
    id = small.ask(Question("passer-ikke", 1, 1), actor=owner)

    small.run_waiting()

    row = small.get(id, actor=owner)
    assert row.status == "failed" and CADENCE in row.problem


def test_the_page_reads_each_question_once_and_again_only_when_one_has_changed(small, sign_in, monkeypatch):
    page, folder, read = sign_in("lone.proces"), small._questions.folder, []
    checked = reading._checked
    monkeypatch.setattr(reading, "_checked", lambda path: read.append(path.stem) or checked(path))

    page.get(ADDRESS)
    at_first = Counter(read)
    page.get(ADDRESS)
    _write_question(folder, "lang", title="Nu med et navn", weeks=2)
    changed = page.get(ADDRESS)

    assert (at_first["lang"], at_first["flere"]) == (1, 2)  # the second is chosen: its numbers are shown
    assert (read.count("lang"), "Nu med et navn" in changed.text) == (2, True)


def test_each_number_says_whether_it_is_from_the_history_a_file_the_owner_or_a_guess(
    small, world, owner, sign_in
):
    page, share = sign_in("lone.proces"), "p|work|share"

    shipped = _sources(page.get(ADDRESS))
    by_history = _sources(page.post(ADDRESS, _form(gor="vis", historik="1", **{share: "55"})))
    sent = {"fil": (io.BytesIO(b"id: x\ntitle: X\nbased_on: standard.yaml\nwork: {share: 0.5}\n"), "x.yaml")}
    token = page.get(ADDRESS).value("csrf_token")
    taken = page.client.post(
        f"{ADDRESS}/indlaes", data={"csrf_token": token, **sent}, content_type="multipart/form-data"
    )

    assert set(shipped.values()) == {"Skøn, som følger med.", "Som kontoret."} and len(shipped) > 200
    assert by_history.keys() == shipped.keys()
    assert by_history["p|work|per_case_minutes"] == "Skøn, som følger med; historikken siger det ikke."
    assert by_history["p|arrivals|per_year"] == "Skøn, som følger med; historikken har for få."
    assert by_history[share] == "Ændret af dig; ellers 60."
    assert "Fra x.yaml; ellers 60." in taken.get_data(as_text=True)


def _sources(page) -> dict[str, str]:
    return {
        each.get("name"): page.one(f"//*[@id='{each.get('id')}-kilde']").text_content().strip()
        for each in page.all("//input[starts-with(@name, 'p|')]")
    }


def test_history_that_is_long_enough_is_gone_by_unless_it_is_unticked(small, world, owner, sign_in):
    page = sign_in("lone.proces")
    young = page.get(ADDRESS)
    made = [world.flow.clock.now() - dt.timedelta(days=120 - number) for number in range(110)]
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("flowcase.services.simulation.questions.queries.arrivals", lambda tx, since: made)
        old, unticked = page.get(ADDRESS), page.get(f"{ADDRESS}?historik=")

    ticked = [bool(each.all("//input[@name='historik' and @checked]")) for each in (young, old, unticked)]
    assert ticked == [False, True, False]
    assert _sources(old)["p|arrivals|per_year"] == "Fra historikken: 110 observationer."


def test_history_gives_counts_and_leaves_what_is_too_little_to_the_file(world, owner):
    found = world.flow.simulations.estimates(reading.read(SHIPPED), actor=SYSTEM)

    assert "arrivals" in found.too_few
    assert "id" not in found.parameters


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """A report of a small office, as the process apart writes it."""
    folder = tmp_path_factory.mktemp("questions")
    _small_office(folder)
    read = reading.read(folder / "flere.yaml")
    result = running.run(read, read_folder(SHIPPED.parents[1]), load_handlers(), replications=2, processes=1)
    return zlib.compress(as_json_text(report_of(result)).encode())


def test_nobody_but_process_owners_asks_reads_or_stops(small, owner, sign_in):
    asked = small.ask(Question("flere", 1, 7), actor=owner)

    for person in PEOPLE:
        visitor = sign_in(person)
        is_owner = person in ("jens.proces", "lone.proces")
        statuses = {
            visitor.get(f"{ADDRESS}/{asked}{end}").status
            for end in ("", "/resultat.json", "/spoergsmaal.yaml")
        }
        assert statuses == ({200, 404} if is_owner else {403}), person
    assert small.get(asked, actor=owner).status == "waiting"


@pytest.mark.browser
@pytest.mark.parametrize(("width", "language"), [(1200, "da"), (360, "en")])
def test_axe_finds_nothing_on_the_pages(small, world, found, owner, open_page, width, language):
    id = small.ask(Question("flere", 1, 1), actor=owner)
    page = open_page(width=width)
    seen = Checked(page)

    sign_in_browser(page, "lone.proces")
    page.goto(f"{ADDRESS}?sprog={language}")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    seen.check("questions")
    page.fill("#felt-sagsaar", "mange")
    page.locator("main form button.button-primary").click()
    page.wait_for_selector("#fejl")
    seen.check("questions with errors")
    seen.visit(f"{ADDRESS}/{id}", "waiting")
    with world.flow.store.begin(actor=SYSTEM, now=world.flow.clock.now()) as tx:
        tx.update_any(simulation, {"id": id}, {"status": "done", "result": found})
    page.goto(f"{ADDRESS}/{id}")
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    seen.check("report")

    assert seen.violations == []
    assert width_of(page) <= width
