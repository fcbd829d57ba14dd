"""What a gate refuses or warns with is whole sentences: several stand one after the other on the page."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from flowcase.services.choosing.rule_hits import Hit
from flowcase.services.choosing.rule_hits import refused as refusal
from flowcase.services.forms.form_sentences import WithEnglish

PROCESSES = Path(__file__).parents[2] / "processes"


def _messages(column: str = "besked") -> list[str]:
    found = []
    for file in sorted(PROCESSES.rglob("*.dmn")):
        for table in etree.parse(file).iter("{*}decisionTable"):
            names = [output.get("name") for output in table.iterchildren("{*}output")]
            if {"regel", "besked"} <= set(names):
                assert column in names, f"{file.name}: {table.get('id')}"
                found += [
                    "".join(list(rule.iterchildren("{*}outputEntry"))[names.index(column)].itertext())
                    for rule in table.iterchildren("{*}rule")
                ]
    return [text.strip() for text in found]


def test_every_message_of_a_gate_is_a_sentence():
    messages = _messages()

    assert len(messages) > 100
    assert [text for text in messages if not text.endswith(('."', '?"'))] == []


def test_every_message_of_a_gate_is_a_sentence_in_english_too():
    danish, english = _messages(), _messages("besked_en")

    assert len(english) == len(danish)
    assert [text for text in english if not text.endswith(('."', '?"'))] == []
    assert [text for text in english if set(text.split('"')[1]) & set("æøåÆØÅ«»")] == []
    assert [text for text, other in zip(english, danish, strict=True) if text == other] == []


def test_several_refusals_are_read_one_after_the_other():
    refused = refusal(
        "1", [Hit("R-047", "Rådet skal have holdt møde."), Hit("R-043", "Netværk skal beskrives.")]
    )

    assert refused.because == "Rådet skal have holdt møde. Netværk skal beskrives."
    assert refused.rules == ("R-047", "R-043")


def test_what_is_refused_is_english_where_every_sentence_of_it_is():
    both = [Hit("R-1", WithEnglish("Ret det.", "Correct it.")), Hit("R-2", WithEnglish("Vent.", "Wait."))]
    half = [*both, Hit("R-3", WithEnglish("Skriv.", ""))]

    assert refusal("1", both).because.english == "Correct it. Wait."
    assert refusal("1", half).because.english == ""
    assert refusal("1", half).because == "Ret det. Vent. Skriv."
