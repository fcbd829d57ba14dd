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
