"""What is wrong with a simulation's YAML is told in Danish, whatever the check has to say."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from flowcase.services.simulation import reading, rules
from flowcase.web.studio.simulation_fields import CATALOGUE

SOURCE = Path(__file__).parents[2] / "src/flowcase/services/simulation"
LIBRARYS = "{}: {}."  # of a rule that the schema does not use


@pytest.mark.parametrize("module", ["reading", "rules"])
def test_every_sentence_of_the_check_has_its_danish(module):
    tree = ast.parse((SOURCE / f"{module}.py").read_text("utf-8"))
    built = {
        "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
        for node in ast.walk(tree)
        if isinstance(node, ast.JoinedStr)
    }
    said = {each for each in built if each.endswith(".")}

    assert len(said) > 5
    assert said - set(CATALOGUE.sentences) - {LIBRARYS} == set()


def test_every_word_that_is_put_in_has_its_danish():
    words = {*rules._KINDS.values(), *rules._PATTERNS.values(), "letters, digits, dots and dashes"}

    assert words <= set(CATALOGUE.sentences)


def test_the_danish_takes_in_as_much_as_the_english():
    found = CATALOGUE.sentences.items()

    assert {english for english, danish in found if english.count("{}") != danish.count("{}")} == set()


@pytest.mark.parametrize(
    ("text", "danish"),
    [
        ("weeks: mange\n", '»weeks«: skriv et helt tal i stedet for "mange".'),
        ("weeks: 0\n", "»weeks«: skriv mindst 1 i stedet for 0."),
        ("work: {from: nine}\n", '»work.from«: skriv et klokkeslæt som 08:00 i stedet for "nine".'),
        ("work: {share: 0}\n", "»work.share«: skriv mere end 0 i stedet for 0."),
        ("stock: [{cases: 3}]\n", "»stock.0« mangler message."),
        ("begin: x\n", '»begin«: skriv en dato som 2026-01-05 i stedet for "x".'),
        ("- 1\n", "Her skal stå en simulering med id og title, men der er ingen."),
        ("staff: {skole: [\n", "Det kan ikke læses som YAML: der mangler en værdi før tekstens slutning."),
    ],
)
def test_a_mistake_in_yaml_is_told_as_a_person_would(text, danish):
    with pytest.raises(reading.SimulationError) as refused:
        reading.typed(text, "YAML")

    assert [CATALOGUE.danish(sentence) for _, _, sentence in refused.value.problems] == [danish]
