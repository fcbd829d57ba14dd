"""What completing does next is told once, also where branches side by side lead to the same."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from flowcase.config import shipped_processes
from flowcase.modeling import read_bpmn
from flowcase.services.what_follows import Following, Way, following
from flowcase.web.next_steps import next_steps


@pytest.fixture(autouse=True)
def danish(app):
    with app.test_request_context("/"):
        yield


def told(*follows, waits_for_others=False):
    return next_steps(SimpleNamespace(follows=follows, waits_for_others=waits_for_others))


def test_branches_that_lead_to_the_same_are_told_once():
    same = Following(way=Way.WAIT, name="Næste opfølgning", branches=("Fortsætter",))
    other = Following(way=Way.WAIT, name="Ophør", branches=("Slutter",))

    steps = told(same, same, other)

    assert [label for label, _ in steps.ways] == ["Fortsætter", "Slutter"]


def test_what_happens_in_any_case_is_told_first_and_answers_are_told_with_what_they_lead_to():
    steps = told(
        Following(way=Way.END, name="Givet", branches=("Nødvendigt? nej", "Gives? ja")),
        Following(way=Way.WAIT, name="Ophør", branches=()),
    )

    assert steps.ways == (
        ("", "I alle tilfælde venter forløbet: »Ophør«."),
        ("Nødvendigt? nej · Gives? ja", "Så slutter forløbet: »Givet«."),
    )


def test_a_place_that_many_answers_lead_to_is_told_once_with_the_answer_that_decides():
    file = shipped_processes() / "familieteam_modtag.bpmn"
    [definition] = read_bpmn(file.read_bytes(), file.name).processes

    steps = told(*following(definition, "tildel"))

    assert steps.ways == (
        ("Forebyggende bliver på? nej", "Så går sagen videre til sagens rådgiver: »Beslut om undersøgelse«."),
        ("Forebyggende bliver på? ja", "Så går sagen videre til sagens rådgiver: »Afklar roller«."),
    )


def test_an_answer_that_leads_to_several_places_promises_none_of_them():
    steps = told(
        Following(way=Way.END, name="Givet", branches=("Nu? ja", "Gives? ja", "Alene? ja")),
        Following(way=Way.END, name="Givet", branches=("Nu? ja", "Gives? ja", "Alene? nej")),
        Following(way=Way.END, name="Afslået", branches=("Nu? ja", "Gives? ja", "Alene? måske")),
    )

    assert steps.ways == (
        ("Nu? ja · Gives? ja", "Alt efter svarene slutter forløbet: »Givet«."),
        ("Nu? ja · Gives? ja · Alene? måske", "Så slutter forløbet: »Afslået«."),
    )


def test_no_code_of_a_rule_or_a_table_is_told():
    steps = told(
        Following(way=Way.WAIT, name="T07: seks måneder gået", branches=("Institution: ja, T07",)),
        Following(way=Way.WAIT, name="Tid til planlægning (D-11)", branches=("Institution: nej",)),
    )

    assert steps.ways == (
        ("Institution: ja", "Så venter forløbet: »Seks måneder gået«."),
        ("Institution: nej", "Så venter forløbet: »Tid til planlægning«."),
    )


def test_what_follows_for_certain_is_told_once():
    same = Following(way=Way.WAIT, name="Næste opfølgning", branches=())

    assert told(same, same).sentence.count("Næste opfølgning") == 1
    assert told(same, same, waits_for_others=True).sentence.count("Næste opfølgning") == 1


def test_a_way_that_is_always_taken_is_told_without_an_answer():
    file = shipped_processes() / "foranstaltning.bpmn"
    [definition] = read_bpmn(file.read_bytes(), file.name).processes

    ways = {each.name: each.branches for each in following(definition, "paataenk")}

    assert ways["Træf afgørelse"] == ()
    assert ways["Det Kreative Råd"] == ("Hvad skal på plads? råd",)
