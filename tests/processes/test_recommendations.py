"""What guidance only recommends can be switched off by the municipality; what is not consistent cannot."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
SETTINGS = yaml.safe_load((PROCESSES / "rulesets/standard.yaml").read_text("utf-8"))["settings"]
CONTRACT = {
    "maal": [{"maal": "Mæt"}],
    "pris": Decimal(1),
    "indsatstype": "andet",
    "konsulentstoette": False,
    "start": None,
    "varighed": None,
    "opfoelgning_maaneder": None,
}
TERMS = {"koordinationsgrupper": ["boern"], "evaluering_maaneder": Decimal(12)}


def refused(gate: str, facts: dict[str, Any], **settings: bool) -> list[str]:
    path = PROCESSES / "decisions" / f"{gate}.dmn"
    inputs = {**facts, "indstilling": {**SETTINGS, **settings}}
    return [hit["regel"] for hit in read_dmn(path.read_bytes(), path.name).evaluate(gate, inputs).value]


@pytest.mark.parametrize(
    ("gate", "facts", "rule", "setting"),
    [
        ("gate_individuel_kontrakt", {**CONTRACT, "maal": []}, "R-111", "kontrakt_kraever_maal_og_pris"),
        ("gate_individuel_kontrakt", {**CONTRACT, "pris": None}, "R-111", "kontrakt_kraever_maal_og_pris"),
        (
            "gate_kommissorium",
            {**TERMS, "evaluering_maaneder": None},
            "R-115",
            "kommissorium_kraever_evaluering",
        ),
        (
            "gate_kommissorium",
            {**TERMS, "koordinationsgrupper": []},
            "R-116",
            "kommissorium_kraever_koordinationsgruppe",
        ),
    ],
)
def test_a_recommendation_bars_until_it_is_switched_off(gate, facts, rule, setting):
    """Proves R-111, R-115 and R-116."""
    assert refused(gate, facts) == [rule]
    assert refused(gate, facts, **{setting: False}) == []


def test_a_price_below_nothing_is_refused_whatever_is_switched_off():
    facts = {**CONTRACT, "pris": Decimal(-1)}

    assert refused("gate_individuel_kontrakt", facts, kontrakt_kraever_maal_og_pris=False) == ["R-111"]
