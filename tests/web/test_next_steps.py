"""What completing does next is told once, also where branches side by side lead to the same."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from flowcase.config import shipped_processes
from flowcase.modeling import read_bpmn
from flowcase.services.running.what_follows import Following, Way, following
from flowcase.web.words.next_steps import next_steps


@pytest.fixture(autouse=True)
def danish(app):
    with app.test_request_context("/"):
        yield


def told(*follows, waits_for_others=False, of_case="SAG-2588"):
    task = SimpleNamespace(follows=follows, waits_for_others=waits_for_others, of_case=of_case)
    return next_steps(task)


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
        Following(way=Way.WAIT, name="Svar", branches=("Nu? ja", "Gives? ja", "Alene? ja", "Hos os")),
        Following(way=Way.WAIT, name="Svar", branches=("Nu? ja", "Gives? ja", "Alene? nej", "Hos dem")),
    )

    assert steps.ways == (
        ("Nu? ja · Gives? ja", "Alt efter svarene slutter forløbet: »Givet« eller venter forløbet: »Svar«."),
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


def test_answers_that_lead_to_two_places_at_once_are_told_once_with_both():
    file = shipped_processes() / "standardkontrakt.bpmn"
    [definition] = read_bpmn(file.read_bytes(), file.name).processes

    steps = told(*following(definition, "forhandl"), of_case=None)

    assert [what for label, what in steps.ways if label == "Enige: enige"] == [
        "Så går forløbet videre til Leverandøransvarlig: »Leverandøren underskriver« "
        "og går forløbet videre til Myndighedsansvarlig: »Myndigheden underskriver«."
    ]


def test_what_waits_for_work_beside_it_is_not_promised_at_once():
    """The sub-process of a follow-up goes on when all three of its user tasks are done."""
    file = shipped_processes() / "opfoelgning.bpmn"
    [definition] = read_bpmn(file.read_bytes(), file.name).processes

    steps = told(*following(definition, "samtale"))

    assert steps.sentence == (
        "Når du gør opgaven færdig, er din del gjort. Hvad der sker, når resten også er færdigt, "
        "afhænger af svarene og sagens oplysninger:"
    )
    assert ("Hvad er besluttet? ophør", "Så slutter forløbet: »Opfølgning slut«.") in steps.ways


def test_what_a_join_waits_for_is_told_in_one_sentence():
    file = shipped_processes() / "boernefaglig_undersoegelse.bpmn"
    [definition] = read_bpmn(file.read_bytes(), file.name).processes

    steps = told(*following(definition, "boernesamtale"))

    assert steps.sentence == (
        "Når du gør opgaven færdig, er din del gjort. Når resten også er færdigt: "
        "går sagen videre til sagens rådgiver: »Analysér og konkludér«."
    )


def test_where_one_answer_leads_on_at_once_and_another_waits_each_is_told():
    file = shipped_processes() / "foranstaltning.bpmn"
    [definition] = read_bpmn(file.read_bytes(), file.name).processes

    steps = told(*following(definition, "tag_stilling"))

    assert steps.sentence.endswith("afhænger af svarene og sagens oplysninger:")
    assert ("Forlænges: ja", "Så venter forløbet: »Seks måneder gået«.") in steps.ways
    [waiting] = [what for label, what in steps.ways if label == "Forlænges: nej"]
    assert waiting.startswith("Når resten også er færdigt, ")


def test_the_end_of_one_branch_is_not_told_as_the_end_of_the_flow():
    file = shipped_processes() / "underretning.bpmn"
    [definition] = read_bpmn(file.read_bytes(), file.name).processes

    assert told(*following(definition, "soeskende")).sentence == (
        "Når du gør opgaven færdig, slutter denne del af forløbet: »Søskende afklaret«."
    )


def test_a_user_task_before_a_split_behind_a_join_or_alone_waits_for_nobody():
    file = shipped_processes() / "opfoelgning.bpmn"
    [definition] = read_bpmn(file.read_bytes(), file.name).processes
    [examination] = read_bpmn(
        (shipped_processes() / "boernefaglig_undersoegelse.bpmn").read_bytes(), "u.bpmn"
    ).processes

    assert not any(each.is_after_others for each in following(definition, "indkald"))
    assert not any(each.is_after_others for each in following(definition, "kontaktnotat"))
    assert not any(each.is_after_others for each in following(examination, "analyse"))


def test_no_label_of_answers_stands_twice_in_any_shipped_flow():
    looked = 0
    for file in sorted(shipped_processes().glob("*.bpmn")):
        for definition in read_bpmn(file.read_bytes(), file.name).processes:
            for id, element in definition.elements.items():
                steps = told(*following(definition, id)) if element.user_task is not None else None
                ways = steps.ways if steps else ()
                looked += len(ways)
                assert len({label for label, _ in ways}) == len(ways), (file.name, id, ways)
    assert looked > 100


def test_a_flow_without_a_case_is_told_as_a_flow():
    next_one = Following(way=Way.USER_TASK, name="Underskriv", groups=("fronten",))
    by_answer = Following(way=Way.END, name="Afslået", branches=("Enige? nej",))

    assert told(next_one).sentence == "Når du gør opgaven færdig, går sagen videre til Fronten: »Underskriv«."
    without = told(next_one, of_case=None)
    assert without.sentence == "Når du gør opgaven færdig, går forløbet videre til Fronten: »Underskriv«."
    assert "sagen" not in told(next_one, by_answer, of_case=None).sentence
