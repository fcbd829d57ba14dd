"""Why an instance stands still is told in Danish wherever the sentence is the product's own."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from tests.house.test_findings_in_danish import sentences

from flowcase.web.incidents_in_danish import CATALOGUE

SOURCE = Path(__file__).parents[2] / "src/flowcase"
MODULES = sorted(
    [
        *(
            SOURCE / "engine" / f"{name}.py"
            for name in ("commands", "mappings", "step", "stuck", "subscriptions")
        ),
        *(SOURCE / "engine/nodes").glob("*.py"),
        SOURCE / "services/answering.py",
        SOURCE / "services/jobs.py",
    ]
)
BUILT = "Expected to evaluate {}, but {}"  # of a sentence of FEEL's: those that can come have their own


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_sentence_of_an_incident_has_its_danish(module):
    said = {each.replace("{}{}", "{}") for each in sentences(ast.parse(module.read_text("utf-8")))}
    told = {each for each in said if each.startswith("Expected ")} - {BUILT}

    assert sorted(told - set(CATALOGUE.sentences)) == []


def test_every_place_that_an_incident_names_has_its_danish():
    named = {
        text
        for module in MODULES
        for node in ast.walk(ast.parse(module.read_text("utf-8")))
        if isinstance(node, ast.JoinedStr)
        and (text := _text(node)).startswith("the ")
        and not text.startswith("the {}")
    }

    assert len(named) > 15
    assert sorted(named - set(CATALOGUE.sentences)) == []


def _text(node: ast.JoinedStr) -> str:
    return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)


def test_the_danish_takes_in_as_much_as_the_english():
    assert all(CATALOGUE.sentences.values())
    assert {e for e, d in CATALOGUE.sentences.items() if e.count("{}") != d.count("{}")} == set()


@pytest.mark.parametrize(
    ("english", "danish"),
    [
        (
            "Expected the timer of 'vent' to be a timeDuration, but 'x' gave null; not defined: x.",
            "Timeren »vent« skal være et tidsrum, men »x« gav ingenting (null). Ikke sat: »x«.",
        ),
        (
            "Expected the condition of flow 'ja' to be true or false, but 'alder' gave a number.",
            "Betingelsen på flowet »ja« skal være sand eller falsk, men »alder« gav et tal.",
        ),
        (
            "Expected the timer of 'vent' to be a timeCycle, but 'x' repeats faster than once a second.",
            "Timeren »vent« skal være en gentagelse, men »x« gentages hurtigere end hvert sekund.",
        ),
        (
            "Expected handler 'frist.aabn' to finish, but it failed with KeyError.",
            "Handleren »frist.aabn« gik i stykker undervejs med fejlen »KeyError«.",
        ),
        ("Expected the supplier to answer, but the line was busy.", None),
    ],
)
def test_what_a_person_reads(english, danish):
    assert CATALOGUE.danish(english) == danish
