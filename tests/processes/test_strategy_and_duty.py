"""Learning environment, strategy, advice, policy and duty: what their tables refuse and what is drawn."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import yaml

from flowcase.modeling.definition import ElementKind
from flowcase.modeling.read_bpmn import read_bpmn
from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
NOW = dt.datetime(2026, 9, 1, 8, 0, tzinfo=dt.UTC)
SETTINGS = yaml.safe_load((PROCESSES / "rulesets" / "standard.yaml").read_text())["settings"]


def bars(file: str, decision: str, **inputs) -> list[str]:
    model = read_dmn((PROCESSES / "decisions" / file).read_bytes(), file)
    return [hit["regel"] for hit in model.evaluate(decision, inputs, now=NOW).value]


def drawn(process: str):
    file = PROCESSES / f"{process}.bpmn"
    [found] = read_bpmn(file.read_bytes(), file.name).processes
    return found


ENDS = {
    "bal_analyse": {"gennemfoert", "aflyst"},
    "forebyggelsesstrategi": {"afloest"},
    "aaben_raadgivning": {"lukket", "til_forebyggende", "underrettet"},
    "politik_og_rapportering": {"afloest"},
    "akut_vagt": {"plan_lagt", "taget", "vurderet"},
    "projektevaluering": {"forankret", "ikke_forankret"},
}


@pytest.mark.parametrize("process", ENDS)
def test_every_exit_is_drawn_and_every_branch_is_named(process):
    found = drawn(process)

    unnamed = [
        flow
        for element in found.elements.values()
        if element.kind is ElementKind.EXCLUSIVE_GATEWAY and len(element.outgoing) > 1
        for flow in element.outgoing
        if not found.flows[flow].name
    ]

    assert ENDS[process] <= set(found.elements)
    assert unnamed == []


def test_the_six_steps_have_titles_and_the_four_perspectives_names_that_are_settings():
    assert [each["value"] for each in SETTINGS["bal_trin"]] == ["1", "2", "3", "4", "5", "6"]
    assert len(SETTINGS["bal_perspektiver"]) == 4


def test_the_second_perspectives_close_only_when_all_were_looked_through():
    """Proves R-145."""
    known = {
        "boernenes_perspektiv_noteret": True,
        "fakta_adskilt": True,
        "perspektiver_set": ["barn", "gruppe"],
        "indstilling": SETTINGS,
    }
    rest = [{"perspektiv": "voksne"}, {"perspektiv": "rammer"}]

    assert bars("gate_bal.dmn", "gate_bal_perspektiv_2", **known, perspektiver_2=rest) == []
    assert bars("gate_bal.dmn", "gate_bal_perspektiv_2", **known, perspektiver_2=rest[:1]) == ["R-145"]
    assert bars("gate_bal.dmn", "gate_bal_perspektiv_2", **known, perspektiver_2=None) == ["R-145"]


def test_a_municipality_with_more_perspectives_is_asked_for_all_of_them():
    more = {"bal_perspektiver": [*SETTINGS["bal_perspektiver"], {"value": "foraeldre", "label": "Forældre"}]}
    known = {
        "boernenes_perspektiv_noteret": True,
        "fakta_adskilt": True,
        "perspektiver_set": ["barn", "gruppe", "voksne", "rammer"],
        "perspektiver_2": [],
        "indstilling": more,
    }

    assert bars("gate_bal.dmn", "gate_bal_perspektiv_2", **known) == ["R-145"]


@pytest.mark.parametrize(
    ("figure", "value", "refused"),
    [
        ("anbragte", 4, True),
        ("anbragte", 5, False),
        ("anbragte", 0, False),
        ("anbringelser_uden_samtykke", 1, True),
        ("udgift_anbringelser", 4, False),
        ("enlige", 3, False),
    ],
)
def test_a_small_number_of_children_is_not_shown_while_costs_and_shares_are(figure, value, refused):
    rows = [{"noegletal": figure, "vaerdi": Decimal(value)}]

    hits = bars("gate_strategi.dmn", "gate_strategi_profil", noegletal=rows, indstilling=SETTINGS)

    assert hits == (["5.3"] if refused else [])


def test_the_three_political_aims_and_two_aspects_are_settings():
    """Proves R-125 and R-126."""
    assert len(SETTINGS["strategi_maal"]) == 3
    assert len(SETTINGS["strategi_aspekter"]) == 2


@pytest.mark.parametrize("text", ["Barnet 010115-1234", "0101151234", "om 010115 1234 i går"])
def test_open_advice_takes_no_cpr_number(text):
    assert bars("gate_raadgivning.dmn", "gate_raadgivning", raad=text, uden_navne=True) == ["2.v"]


def test_open_advice_is_confirmed_to_be_without_names():
    assert bars("gate_raadgivning.dmn", "gate_raadgivning", raad="Sov godt i 2026.", uden_navne=True) == []
    assert bars("gate_raadgivning.dmn", "gate_raadgivning", raad="Sov godt.", uden_navne=False) == ["2.v"]


def test_the_note_of_an_open_advice_has_no_field_for_who_asked():
    form = (PROCESSES / "forms" / "F-V1.form").read_text()

    keys = {part.split('"')[1] for part in form.split('"key": ')[1:]}

    assert keys == {"tema", "raad", "uden_navne", "udfald"}


@pytest.mark.parametrize("process", ["akut_vagt", "projektevaluering", "bal_analyse", "aaben_raadgivning"])
def test_caseless_flows_begin_with_a_none_start_event_that_people_may_use(process):
    [start] = [
        element
        for element in drawn(process).children(None)
        if element.kind is ElementKind.START_EVENT and element.event is None
    ]

    assert start.properties["flowcase.starters"]
    assert start.properties["flowcase.case"] == "none"
