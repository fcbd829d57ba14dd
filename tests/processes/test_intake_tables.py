"""The decision tables of notification, daily meeting and allocation say what SPEC section 4 says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flowcase.modeling.read_dmn import read_dmn

DECISIONS = Path(__file__).parents[2] / "processes" / "decisions"
NOW = dt.datetime(2026, 3, 27, 17, tzinfo=dt.UTC)
LIMIT = Decimal(20)


def ask(file: str, decision: str, **inputs: Any) -> Any:
    path = DECISIONS / f"{file}.dmn"
    return read_dmn(path.read_bytes(), path.name).evaluate(decision, inputs, now=NOW).value


def gate(decision: str, **inputs: Any) -> list[str]:
    return [hit["regel"] for hit in ask(decision, decision, **inputs)]


@pytest.mark.parametrize(
    ("facts", "team"),
    [
        ({"aaben_sag": True, "omraade": "nord", "nuvaerende_team": "familieteam_syd"}, "familieteam_syd"),
        ({"funktionsnedsaettelse": True, "omraade": "nord"}, "handicapteam"),
        ({"omraade": "handicap"}, "handicapteam"),
        ({"ungekriterier": True, "omraade": "nord"}, "ungeafsnit"),
        ({"omraade": "nord"}, "familieteam_nord"),
        ({"omraade": "midt"}, "familieteam_midt"),
        ({"omraade": "syd"}, "familieteam_syd"),
        ({"omraade": None}, None),
        ({"direkte_team": "sverigesteam", "omraade": "nord"}, "sverigesteam"),
    ],
)
def test_d01_gives_an_open_case_its_own_team_and_others_the_team_of_their_area(facts, team):
    """Proves R-024."""
    unset = {"aaben_sag": False, "funktionsnedsaettelse": False, "ungekriterier": False, "direkte_team": None}

    found = ask("D-01_team_tildeling", "team_tildeling", **{**unset, "nuvaerende_team": None, **facts})

    assert found["team"] == team
    assert found["samme_sagsbehandler"] is bool(facts.get("aaben_sag"))


@pytest.mark.parametrize(
    ("after", "colour", "needs_reason"),
    [(17, "groen", False), (18, "gul", False), (19, "gul", False), (20, "fuld", False), (21, "roed", True)],
)
def test_d07_colours_a_load_by_its_distance_from_the_limit(after, colour, needs_reason):
    """Proves R-023."""
    found = ask("D-07_sagstal", "sagstal", sagstal_efter=Decimal(after), sagstal_graense=LIMIT)

    assert (found["farve"], found["kraever_begrundelse"]) == (colour, needs_reason)
    assert found["orienter_leder"] is (after >= LIMIT)


def test_d07_has_no_colour_where_a_rule_set_has_no_limit():
    found = ask("D-07_sagstal", "sagstal", sagstal_efter=Decimal(99), sagstal_graense=None)

    assert found["farve"] == "uden_graense"


@pytest.mark.parametrize(
    ("danger", "abuse", "is_open", "honour", "result"),
    [
        (True, False, False, False, "akut"),
        (True, True, True, True, "akut"),
        (False, True, True, True, "akut_vurder"),
        (False, False, True, True, "vurdering_foer_inddragelse"),
        (False, False, True, False, "sagsbehandler_og_dagsmoede"),
        (False, False, False, False, "dagsmoede"),
    ],
)
def test_d08_names_what_follows_and_never_forgets_the_flags(danger, abuse, is_open, honour, result):
    found = ask(
        "D-08_risikovurdering",
        "risikovurdering",
        umiddelbar_fare=danger,
        mistanke_overgreb=abuse,
        aaben_sag=is_open,
        aeresrelateret=honour,
    )

    assert found["resultat"] == result
    assert found["anden_vurderer"] is is_open
    assert found["foer_inddragelse"] is honour
    assert found["leder_samme_dag"] is abuse
    assert found["foraeldre_automatisk"] is (not abuse and not honour)


@pytest.mark.parametrize(
    ("chosen", "rule_set", "mode"),
    [
        ("fronten", "STANDARD", "fronten"),
        ("direct", "STANDARD", "direct"),
        (None, "HERNING", "direct"),
        ("fronten", "HERNING", "fronten"),
        (None, None, "fronten"),
    ],
)
def test_d18_lets_the_setting_go_before_the_rule_set(chosen, rule_set, mode):
    """Proves R-009, X-02 and X-04."""
    found = ask("D-18_intake_mode", "intake_mode", valgt_tilstand=chosen, regelsaet=rule_set)

    assert found["tilstand"] == mode


LOADS = [
    {"person": "CW-03", "antal": Decimal(14), "efter": Decimal(15)},
    {"person": "CW-11", "antal": Decimal(17), "efter": Decimal(18)},
    {"person": "CW-07", "antal": Decimal(20), "efter": Decimal(21)},
]


def allocation(person: str, reason: str | None) -> list[dict[str, str]]:
    return ask(
        "gate_tildeling",
        "gate_tildeling",
        belastning=LOADS,
        sagsbehandler=person,
        godkendelse_over_graense=reason,
        indstilling={"sagstal_graense": LIMIT},
    )


def test_an_allocation_over_the_limit_is_refused_and_the_alternatives_are_named():
    [refusal] = allocation("CW-07", None)

    assert refusal["regel"] == "R-023"
    assert "CW-03 (14), CW-11 (17)" in refusal["besked"]


@pytest.mark.parametrize(("person", "reason"), [("CW-07", "Kender familien"), ("CW-03", None), ("NY", None)])
def test_an_allocation_within_the_limit_or_with_a_reason_passes(person, reason):
    assert allocation(person, reason) == []


def test_the_case_s_own_worker_may_not_assess_and_no_one_in_the_future_or_before_the_receipt():
    received = NOW - dt.timedelta(hours=1)

    def refused(by: str, own: str | None, at: dt.datetime) -> list[str]:
        return gate("gate_vurdering", vurderet_af=by, sagens_raadgiver=own, vurderet=at, modtaget=received)

    assert refused("CW-1", "CW-1", NOW) == ["D-08"]
    assert refused("CW-2", "CW-1", NOW) == []
    assert refused("CW-2", None, NOW) == []
    assert refused("CW-2", None, received - dt.timedelta(minutes=1)) == ["R-001"]
    assert refused("CW-2", None, NOW + dt.timedelta(minutes=1)) == ["R-001"]


def test_a_date_of_knowledge_in_the_future_is_refused_and_a_late_one_warned_of():
    proposed, today = dt.date(2026, 3, 26), dt.date(2026, 3, 27)
    decision = {"udfald": "til_familieteam", "omraade": "syd", "foreslaaet_kendskabsdato": proposed}

    assert gate("gate_beslutning", kendskabsdato=today, **decision) == []
    assert gate("gate_beslutning", kendskabsdato=today + dt.timedelta(days=1), **decision) == ["R-020"]
    assert gate("varsel_beslutning", kendskabsdato=today, **decision) == ["R-020"]
    assert gate("varsel_beslutning", kendskabsdato=proposed, **decision) == []


def test_a_missing_function_at_the_daily_meeting_is_a_warning():
    settings = {"frontpersonale_antal": Decimal(2)}

    def warned(front: list[str], preventive: list[str] | None, stand_in: str | None) -> list[str]:
        return gate(
            "varsel_fremmoede",
            frontpersonale=front,
            forebyggende=preventive,
            familieteam=["FT-1"],
            vikar=stand_in,
            indstilling=settings,
        )

    assert warned(["FP-1", "FP-2"], ["FR-1"], None) == []
    assert warned(["FP-1"], ["FR-1"], None) == ["R-003"]
    assert warned(["FP-1", "FP-2"], None, "En anden") == ["R-005", "R-005"]


def test_a_change_to_the_same_caseworker_is_no_change():
    assert gate("gate_skift", ny="CW-1", sagsbehandler="CW-1") == ["R-022"]
    assert gate("gate_skift", ny="CW-2", sagsbehandler="CW-1") == []
