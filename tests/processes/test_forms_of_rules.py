"""Rules that live in a form: what must be said, and what never stands in the way."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from flowcase.cases.entities import DataClass, entity
from flowcase.errors import InvalidValues
from flowcase.modeling import read_form
from flowcase.services.forms.form_values import validate

PROCESSES = Path(__file__).parents[2] / "processes"
SETTINGS = yaml.safe_load((PROCESSES / "rulesets/standard.yaml").read_text("utf-8"))["settings"]
NOW = dt.datetime(2026, 3, 27, 17, tzinfo=dt.UTC)


def wrong(form: str, **values: Any) -> set[str]:
    """The keys that the form refuses."""
    path = PROCESSES / "forms" / f"{form}.form"
    try:
        validate(read_form(path.read_bytes(), path.name), values, facts={"indstilling": SETTINGS}, now=NOW)
    except InvalidValues as error:
        return set(error.errors)
    return set()


@pytest.mark.parametrize("told", ["enig", "ikke_enig", "ikke_orienteret", "ved_ikke"])
def test_what_the_family_thinks_of_a_notification_is_asked_and_never_stands_in_its_way(told: str):
    """Proves R-008 and X-13."""
    notification = wrong("F-A1", aftalt_med_familien=told, begrundelse_ikke_orienteret="Fare ved at spørge.")
    passed_on = wrong("F-L3", udfald="underrettes", aftalt_med_familien=told)

    assert "aftalt_med_familien" in wrong("F-A1")
    assert not {"aftalt_med_familien", "begrundelse_ikke_orienteret"} & notification
    assert "aftalt_med_familien" not in passed_on


@pytest.mark.parametrize(
    ("form", "asked"),
    [
        pytest.param("F-E1", {"formaal"}, id="a plan says the purpose of its measures: R-026"),
        pytest.param("F-E2", {"uden_hjaelp", "overtager"}, id="and its exit strategy: R-025"),
        pytest.param(
            "F-C2",
            {"rolle_familieteam", "rolle_forebyggende", "familien_kender_roller"},
            id="two workers write down their roles: R-036",
        ),
        pytest.param(
            "F-N4", {"pris", "tidshorisont", "metode", "personale"}, id="what a supplier makes public: R-121"
        ),
        pytest.param(
            "F-N1",
            {
                "underretningspligt",
                "tavshedspligt",
                "aabningstider",
                "personale",
                "prisen_daekker",
                "forlaengelse",
            },
            id="what a standard contract names: R-122",
        ),
    ],
)
def test_a_form_asks_for_what_the_rule_wants_said(form: str, asked: set[str]):
    """Proves R-025, R-026, R-036, R-121 and R-122."""
    assert asked <= wrong(form, udloeb="2027-01-31") if form == "F-N1" else asked <= wrong(form)


def test_the_next_lower_step_can_be_named_at_each_follow_up():
    """Proves R-041."""
    path = PROCESSES / "forms/F-G2.form"
    [field] = [each for each in read_form(path.read_bytes(), path.name).walk() if each.key == "naeste_trin"]

    assert [option.value for option in field.options] == ["almen", "1", "2", "3", "4"]


def test_the_words_of_a_consent_stay_in_the_file_of_the_unit_that_asked():
    """Proves R-093: the journal gets that there is one, the words belong to the school or institution."""
    allowed = SETTINGS["journal_dokumenter"]["samtykke"]
    words = [entity("Samtykke").attribute(name) for name in ("formaal", "modtagere", "afgiver", "svar")]

    assert (allowed["entitet"], allowed["hoejeste_klasse"]) == ("Samtykke", "K0")
    assert all(each.data_class is not DataClass.K0 for each in words)
    assert "Samtykke" in SETTINGS["egne_poster"]


def test_the_cooperation_model_for_the_young_is_kept_with_its_ages_as_data():
    """Proves R-072 and X-12: it has reserved days as conferences have; the older model is nowhere."""
    calendar = (PROCESSES / "forms/F-I1.form").read_text("utf-8")

    assert SETTINGS["samarbejdsmodel_alder"] == [0, 25]
    assert "samarbejdsmodel" in json.dumps(json.loads(calendar), ensure_ascii=False)
    assert [name for name in SETTINGS if "samarbejdsmodel" in name] == ["samarbejdsmodel_alder"]
