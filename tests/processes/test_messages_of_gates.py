"""What a gate refuses or warns with is whole sentences: several stand one after the other on the page."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from flowcase.services.rule_hits import Hit
from flowcase.services.rule_hits import refused as refusal

PROCESSES = Path(__file__).parents[2] / "processes"


def _messages() -> list[str]:
    found = []
    for file in sorted(PROCESSES.rglob("*.dmn")):
        for table in etree.parse(file).iter("{*}decisionTable"):
            names = [output.get("name") for output in table.iterchildren("{*}output")]
            if {"regel", "besked"} <= set(names):
                found += [
                    "".join(list(rule.iterchildren("{*}outputEntry"))[names.index("besked")].itertext())
                    for rule in table.iterchildren("{*}rule")
                ]
    return [text.strip() for text in found]


def test_every_message_of_a_gate_is_a_sentence():
    messages = _messages()

    assert len(messages) > 100
    assert [text for text in messages if not text.endswith(('."', '?"'))] == []


def test_several_refusals_are_read_one_after_the_other():
    refused = refusal(
        "1", [Hit("R-047", "Rådet skal have holdt møde."), Hit("R-043", "Netværk skal beskrives.")]
    )

    assert refused.because == "Rådet skal have holdt møde. Netværk skal beskrives."
    assert refused.rules == ("R-047", "R-043")
