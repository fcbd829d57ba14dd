"""A play by hand: acts on the real engine, the way back, and the scenario that comes of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from flowcase.scenarios import play_looks, play_writing
from flowcase.scenarios.playing import Play
from flowcase.services.studio import play_scenes

PROCESSES = Path("processes")
STORIES = PROCESSES / "scenarios"
HELD = {
    "afholdt": "2026-02-24",
    "maalstatus": [{"maal": "Kommer i skole", "status": "paa_vej"}],
    "nedtrapning": "nej",
    "barnets_ord": "Det går bedre.",
    "exit": "Uændret.",
    "beslutning": "fortsaet",
}


@pytest.fixture
def play(tmp_path):
    """Begins a play; ended when the test is."""
    begun = []

    def begin(scenario, number=0):
        scene, acts = play_scenes.scene_and_acts(STORIES, scenario, number)
        made = Play(tmp_path / f"play-{len(begun)}", PROCESSES, scene)
        begun.append(made)
        assert made.bring_to(acts).is_done
        return made

    yield begin
    for each in begun:
        each.close()


def task(look, element):
    return next(each for each in look["tasks"] if each["element"] == element)


def done(play, act):
    outcome = play.do(act)
    assert outcome.is_done, outcome
    return play_looks.look(play, "da")


def test_a_follow_up_is_played_to_its_end_and_the_saved_scenario_comes_as_it_says(play):
    played = play("S-06_opfoelgningskadencer", 1)
    look = play_looks.look(played, "da")
    assert set(look["here"]["opfoelgning"]) >= {"indkald", "opfoelg", "samtale"}
    follow_up = task(look, "opfoelg")
    assert follow_up["who"] == ["CW-07"]

    look = done(played, {"do": "advance the clock", "at": "2026-02-24T10:00:00+01:00"})
    assert any(mail["to"].startswith("cw-07@") for mail in look["mails"])
    look = done(played, {"do": "complete", "as": "CW-07", "task": follow_up["id"], "values": HELD})
    assert {(each["timer"], each["state"]) for each in look["deadlines"]} == {("T05", "met"), ("T06", "open")}
    assert any(line["is_new"] for line in look["story"])
    asked, gate = look["decisions"]
    assert f"Tabellen »{asked['called']}« svarede: {asked['result']} (tabellens række 1)." in {
        line["text"] for line in look["story"]
    }
    assert asked["asked"] == [{"column": "trin på indsatstrappen", "said": "2"}]
    assert {"column": "næste kræves", "said": "nej"} in gate["asked"]
    ended = next(each for each in look["messages"] if each["name"] == "foranstaltning_ophoert")
    look = done(
        played,
        {"do": "message", "name": ended["name"], "case": ended["case"], "key": ended["key"], "values": {}},
    )

    assert "opfoelgning" in look["ended"]
    assert look["here"].get("opfoelgning", []) == []
    text = play_writing.written(played, id="SPIL-1", title="Opfølgning til ende", source="spillet")
    assert "record: Foranstaltning" in text
    assert play_writing.tried(text, PROCESSES) == {"passed": True, "differences": []}


def test_one_goes_back_any_number_of_acts_and_another_way_from_there(play):
    played = play("S-06_opfoelgningskadencer", 1)
    first = play_looks.look(played, "da")
    acts = [each.act for each in played.done]
    for hour in range(10, 24):
        assert played.do({"do": "advance the clock", "at": f"2026-02-24T{hour}:00:00+01:00"}).is_done
    follow_up = task(play_looks.look(played, "da"), "opfoelg")
    done(played, {"do": "complete", "as": "CW-07", "task": follow_up["id"], "values": HELD})

    assert played.bring_to([each.act for each in played.done][:4]).is_done
    assert play_looks.look(played, "da")["now"] == "2026-02-24T11:00:00+00:00"
    assert played.bring_to(acts).is_done

    again = play_looks.look(played, "da")
    ids = dict.fromkeys(("tasks", "messages", "instances", "facts"))  # another try has other ids
    assert {**again, **ids} == {**first, **ids}
    assert [each["element"] for each in again["tasks"]] == [each["element"] for each in first["tasks"]]
    look = done(played, {"do": "advance the clock", "at": first["timers"][0]["due"]})
    assert look["now"] == first["timers"][0]["due"]
    assert [each["state"] for each in look["deadlines"]] == ["open"]


def test_a_gate_refuses_as_for_real_and_the_refusal_can_be_kept_as_a_step(play):
    _, acts = play_scenes.scene_and_acts(STORIES, "K-01_visitation", 99)
    refused = next(number for number, act in enumerate(acts) if act.get("refused"))
    played = play("K-01_visitation", refused)
    asked = {key: value for key, value in acts[refused].items() if key != "refused"}
    before = play_looks.look(played, "da")

    outcome = played.do(asked)

    assert outcome.refusals and outcome.refusals[0].rules
    assert len(played.done) == refused
    after = play_looks.look(played, "da")
    assert (after["tasks"], after["facts"]) == (before["tasks"], before["facts"])
    assert played.do({**asked, "refused": True}).refusals == outcome.refusals
    text = play_writing.written(played, id="SPIL-2", title="Afvist", source="spillet")
    assert outcome.refusals[0].rules[0] in text
    assert play_writing.tried(text, PROCESSES)["passed"]


def test_a_notification_is_played_and_wrong_values_are_told_by_field(play):
    played = play("S-01_akut_underretning")
    outcome = played.do(
        {"do": "notify", "as": played.scene["people"][0]["id"], "notification": "UND-1", "values": {}}
    )
    assert "kanal" in outcome.refusals[0].fields
    _, acts = play_scenes.scene_and_acts(STORIES, "S-01_akut_underretning", 1)

    look = done(played, acts[0])

    assert look["tasks"]
    assert look["elements"]["underretning"]
    assert any(each["timer"] == "T01" and each["state"] == "open" for each in look["deadlines"])
    text = play_writing.written(played, id="SPIL-3", title="Underretning", source="spillet")
    assert play_writing.tried(text, PROCESSES) == {"passed": True, "differences": []}


def test_a_job_fails_on_purpose_and_going_back_takes_that_away_too(play):
    played = play("S-06_opfoelgningskadencer")
    played.do({"do": "answer jobs", "type": "journal.eksporter", "answer": {"fails": True}})

    assert played.replies.ahead("journal.eksporter") == {"fails": True}
    text = play_writing.written(played, id="SPIL-4", title="Fejl", source="spillet")
    assert "fails: true" in text
    played.bring_to([])
    assert played.replies.ahead("journal.eksporter") == {}


def test_an_act_that_cannot_be_done_leaves_everything_as_it_was(play):
    played = play("S-06_opfoelgningskadencer", 1)
    before = play_looks.look(played, "da")

    for act in (
        {"do": "complete", "as": "CW-07", "task": "findes-ikke", "values": {}},
        {"do": "start", "process": "findes-ikke"},
        {"do": "advance the clock", "at": "i morgen"},
        {"do": "complete", "as": "ingen", "task": before["tasks"][0]["id"], "values": {}},
    ):
        outcome = played.do(act)
        assert outcome.trouble or outcome.refusals, act

    assert play_looks.look(played, "da") == before
    assert len(played.done) == 1


def test_the_empty_beginning_has_a_person_in_every_group_and_a_child(tmp_path):
    scene = play_scenes.empty(dt.datetime(2026, 3, 27, 23, 30, tzinfo=dt.UTC))

    played = Play(tmp_path / "play", PROCESSES, scene)

    try:
        look = play_looks.look(played, "da")
        assert scene["start"] == "2026-03-29T08:00:00+02:00"
        assert look["now"] == "2026-03-29T06:00:00+00:00"
        assert look["facts"]["SAG-0001"]["status"] == "aaben"
        assert {each["process"] for each in look["startable"] if each["case"] == "SAG-0001"} >= {
            "samtykke",
            "moede",
        }
        assert len(played.variant.people) > 30
    finally:
        played.close()
