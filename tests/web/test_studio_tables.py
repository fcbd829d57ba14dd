"""Scenarios and rule sets as tables: what is typed is in the file, and everything else stands as it stood."""

from __future__ import annotations

import json

import pytest

from flowcase.errors import InvalidDefinition
from flowcase.services.studio.reviews import NotApproved
from flowcase.services.studio.studio import Studio
from flowcase.services.studio.studio_files import ShippedScenarios

STORY = "scenarios/S-07_tilbage_til_distriktet.yaml"
RULES = "rulesets/HERNING.yaml"
SHORT = """id: KORT
title: Kort # en bemærkning
source: test
people:
  - {id: FP-1, groups: [fronten, frontpersonale]}
steps:
  - id: begyndt
    at: 2026-03-27T09:00+01:00
    do: advance the clock
  # slut
  - {id: slut, at: 2026-03-28T09:00+01:00, do: advance the clock}
"""


@pytest.fixture
def jens(sign_in):
    return sign_in("jens.proces")


@pytest.fixture
def actor(world):
    return world.flow.people.actor("jens.proces")


@pytest.fixture
def ask(jens):
    begun = json.loads(jens.get(f"/studie/{RULES}").one("//script[@id='begyndelse']").text)

    def asked(content, path=STORY, action="table", **fields):
        body = {"file": path, "content": content, "fields": fields}
        answer = jens.client.post(f"/api/studio/{action}", json=body, headers={"X-CSRFToken": begun["csrf"]})
        assert answer.status_code == 200, answer.get_data(as_text=True)[:500]
        return answer.get_json()

    return asked


def test_a_step_shows_its_weekday_and_takes_a_danish_date(ask):
    opened = ask(SHORT, handling="ret:steps.0")
    typed = {"aaben": "steps.0", "trin.do": "advance the clock", "trin.id": "begyndt"}

    changed = ask(SHORT, **typed, **{"trin.dag": "30. marts 2026", "trin.kl": "kl. 8.15"})
    refused = ask(SHORT, **typed, **{"trin.dag": "31.02.2026", "trin.kl": "8.15"})

    assert "fre. 27. mar. 2026 kl. 09.00" in opened["html"] and 'value="27.03.2026"' in opened["html"]
    assert changed["content"] == SHORT.replace("2026-03-27T09:00+01:00", "2026-03-30T08:15+02:00")
    assert refused["content"] == SHORT and "trin.dag" in refused["errors"]


def test_steps_are_put_in_copied_moved_and_taken_away(ask):
    put_in = ask(SHORT, handling="ind:steps.0")
    copied = ask(SHORT, handling="kopi:steps.0")
    moved = ask(SHORT, handling="op:steps.1")
    gone = ask(SHORT, handling="slet:steps.0")

    assert put_in["opened"] == "steps.1" and put_in["content"].count("advance the clock") == 3
    assert "id: begyndt_2" in copied["content"] and copied["content"].count("# slut") == 1
    assert moved["content"].index("# slut") < moved["content"].index("id: begyndt")
    assert "begyndt" not in gone["content"] and "# en bemærkning" in gone["content"]


def test_answers_and_expectations_are_fields(ask):
    typed = {"aaben": "steps.0", "trin.do": "complete", "trin.as": "FP-1", "trin.process": "underretning"}
    typed |= {"trin.element": "vurder", "svar.0.noegle": "vurderet", "svar.0.vaerdi": "27.03.2026 kl. 9.00"}
    typed |= {"svar.1.noegle": "akut", "svar.1.vaerdi": "nej", "svar.2.noegle": "tal", "svar.2.vaerdi": "3"}

    step = ask(SHORT, **typed)
    expecting = ask(step["content"], **typed, handling="forvent:steps.0", **{"ny.slags": "deadlines"})
    told = {"vent.expect.deadlines.0.timer": "T01", "vent.expect.deadlines.0.due": "9.4.2026"}
    done = ask(expecting["content"], **typed, **told)
    without = ask(done["content"], **typed, **told, handling="slet:steps.0.expect.deadlines.0")

    values = "values: {vurderet: 2026-03-27T09:00+01:00, akut: nej, tal: 3}"
    assert values in " ".join(step["content"].split())
    assert 'due: "2026-04-09"' in done["content"] and "timer: T01" in done["content"]
    assert "expect" not in without["content"] and "# slut" in without["content"]
    assert "Vurdering af underretning" in done["html"] and 'value="underretning"' in done["html"]


@pytest.mark.parametrize("broken", ["id: [", "steps: 7\n", "", "a: &a [*a]\n"])
def test_what_is_no_table_says_why_and_keeps_its_text(ask, broken):
    answer = ask(broken)

    assert answer["trouble"] and not answer["html"] and answer["content"] == broken


def test_the_loaders_own_mistakes_stand_at_their_lines(ask):
    wrong = SHORT.replace("do: advance the clock\n", "do: complete\n").replace("FP-1,", "FP-2,")
    unknown = SHORT.replace("do: advance the clock\n", "do: start\n    process: findes_ikke\n    as: FP-1\n")

    found = ask(wrong, action="check")
    warned = ask(unknown, action="check")

    assert {(each["line"], each["rule"]) for each in found["findings"]} == {(7, "scenario-file")}
    assert [(each["rule"], each["severity"]) for each in warned["findings"]] == [
        ("scenario-reference", "warning")
    ]


def test_a_shipped_scenario_opens_and_its_draft_is_what_is_played(world, actor, jens):
    studio, trials = world.flow.studio, world.flow.scenario_trials
    opened = studio.open(STORY, actor=actor)
    assert opened.is_shipped and opened.in_force is None

    mine = opened.content.replace(b"title:", b"# mit\ntitle:", 1)
    world.flow.kept_drafts.save(STORY, mine, seen=None, based_on=None, actor=actor)

    told = {story.id: story for story in trials.beside("forebyggende_distrikt.bpmn", actor=actor).stories}
    assert told["S-07_tilbage_til_distriktet"].content == mine
    assert jens.get(f"/studie/{STORY}").status == 200
    assert "Scenarie" in jens.get(f"/studie/{STORY}").source


def test_a_scenario_goes_into_force_by_the_same_door(world, actor):
    strict = Studio(
        world.flow.studio._transactions,
        world.flow.deployments,
        ShippedScenarios(None),
        has_four_eyes=True,
    )
    path = "scenarios/KORT.yaml"

    with pytest.raises(NotApproved):
        strict.deploy(path, SHORT.encode(), note="ny", replaces=None, actor=actor)
    with pytest.raises(InvalidDefinition):
        world.flow.studio.deploy(path, b"id: KORT\n", note="ny", replaces=None, actor=actor)
    world.flow.studio.deploy(path, SHORT.encode(), note="ny", replaces=None, actor=actor)

    [version] = world.flow.file_versions.versions(path, actor=actor)
    assert version.row.names == ("KORT:1",)


def test_a_setting_is_changed_with_its_source_and_nothing_else(ask, world, actor):
    content = world.flow.studio.in_force(RULES, actor=actor).decode()

    opened = ask(content, RULES, handling="ret:settings.sagstal_graense")
    changed = ask(
        content,
        RULES,
        aaben="settings.sagstal_graense",
        **{"indstilling.vaerdi": "18", "indstilling.kilde": "R-023, rådets beslutning"},
    )

    assert "Grænse for sagstal" in opened["html"] and "R-023" in opened["html"]
    wanted = content.replace("sagstal_graense: 20 # R-023", "sagstal_graense: 18 # R-023, rådets beslutning")
    assert changed["content"] == wanted


def test_a_new_version_has_its_number_and_its_day(ask, world, actor):
    content = world.flow.studio.in_force(RULES, actor=actor).decode()

    refused = ask(content, RULES, handling="version", **{"ny.dato": "i morgen eller så"})
    made = ask(content, RULES, handling="version", **{"ny.dato": "1.6.2026"})

    assert "ny.dato" in refused["errors"] and refused["content"] == content
    wanted = content.replace('version: "1"', 'version: "2"').replace("2016-01-01", "2026-06-01")
    assert made["content"] == wanted and "man. 1. jun. 2026" in made["words"]


def test_a_rule_set_says_what_is_wrong_with_it(ask, world, actor):
    content = world.flow.studio.in_force(RULES, actor=actor).decode()
    wrong = content.replace(
        "sagstal_graense: 20", "sagstal_graense: [20]\n  varsel_dage: snart\n  moede_kl: 99"
    )
    wrong = wrong.replace(', kilde: "000 p. 7"', "")

    found = ask(wrong, RULES, action="check")["findings"]
    early = ask(content.replace('"1"', '"2"').replace("2016-01-01", "2015-01-01"), RULES, action="check")[
        "findings"
    ]

    assert sorted(each["rule"] for each in found) == [
        "rule-set-source",
        *["rule-set-value"] * 3,
        "rule-set-version",
    ]
    assert all(each["line"] for each in found)
    assert [each["rule"] for each in early] == ["rule-set-version"]


def test_the_table_works_without_a_program_in_the_browser(jens, world, actor):
    page = jens.get(f"/studie/tabel/{RULES}")

    token, seen = page.value("csrf_token"), page.value("set")
    sent = {"csrf_token": token, "kopi": "0", "set": seen, "aaben": "settings.sagstal_graense"}
    sent |= {"indstilling.vaerdi": "19", "indstilling.kilde": "R-023", "handling": "luk"}
    answer = jens.client.post(f"/studie/tabel/{RULES}", data=sent)

    assert answer.status_code == 200
    draft = world.flow.studio.open(RULES, actor=actor)
    assert draft.draft and b"sagstal_graense: 19 # R-023" in draft.content


def test_tables_are_for_process_owners(sign_in):
    karen = sign_in("karen.fp")

    assert karen.get(f"/studie/tabel/{RULES}").status == 403
