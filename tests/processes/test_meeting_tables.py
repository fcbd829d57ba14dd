"""The tables of conferences, decisions, confidentiality and network meetings say what SPEC section 4 says."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
NOW = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)
SETTINGS = yaml.safe_load((PROCESSES / "rulesets/standard.yaml").read_text("utf-8"))["settings"]


def ask(file: str, decision: str, **inputs: Any) -> Any:
    path = PROCESSES / "decisions" / f"{file}.dmn"
    return read_dmn(path.read_bytes(), path.name).evaluate(decision, inputs, now=NOW).value


def conference(topic: str, **flags: bool) -> list[dict[str, Any]]:
    unset = {"klub_enig": False, "dagtilbud_med": False, "identificerbart_barn": False, "har_sag": False}
    return ask("D-06_konference_deltagere", "konference_deltagere", emnetype=topic, **{**unset, **flags})


def invited(rows: list[dict[str, Any]]) -> set[str]:
    return {each for row in rows for each in row["deltagere"]}


@pytest.mark.parametrize(
    ("topic", "kind", "area", "convener"),
    [
        ("distriktsindsats", "strategisk", "tvaergaaende", "distriktsleder_skole"),
        ("sprogmiljoe", "operationel", "dagtilbud", "paedagogisk_leder"),
        ("klassemiljoe", "operationel", "skole", "distriktsleder_skole"),
        ("unge_faerdig_skole", "operationel", "klub", "distriktsleder_klub"),
        ("uddannelse_job", "ungerettet", "klub", "distriktsleder_klub"),
        ("unge_uden_institution", "ungerettet", "klub", "distriktsleder_klub"),
    ],
)
def test_a_topic_decides_on_one_of_three_types_and_apart_from_it_on_the_area(topic, kind, area, convener):
    """Proves R-060, R-071, D-06 and X-11."""
    [row] = conference(topic)

    assert (row["type"], row["omraade"]) == (kind, area)
    assert convener in row["indkaldere"]


def test_there_are_three_types_of_conferences_and_no_more():
    """Proves R-060."""
    table = (PROCESSES / "decisions/D-06_konference_deltagere.dmn").read_text("utf-8")
    topics = ["distriktsindsats", "sprogmiljoe", "klassemiljoe", "uddannelse_job", "aaben_skole", "andet"]

    kinds = {conference(topic)[0]["type"] for topic in topics}

    assert kinds == {"strategisk", "operationel", "ungerettet"}
    assert all(topic in table for topic in topics)


def test_only_those_are_invited_whom_the_topic_needs():
    """Proves X-08: attendance is a duty of the invited, and the topic says who that is."""
    language, youth = conference("sprogmiljoe"), conference("uddannelse_job")

    assert {"sprogpaedagog", "ppr", "sundhedspleje"} <= invited(language)
    assert invited(youth) == {"ssp", "uu", "ungeafsnit"}


def test_the_club_joins_when_school_and_club_agree():
    """Proves R-066."""
    assert "distriktsleder_klub" not in invited(conference("barn_skole_klub"))
    assert "distriktsleder_klub" in invited(conference("barn_skole_klub", klub_enig=True))


def test_day_care_joins_a_school_conference_by_invitation():
    """Proves R-074."""
    assert "distriktsleder_dagtilbud" not in invited(conference("klassemiljoe"))
    assert "distriktsleder_dagtilbud" in invited(conference("klassemiljoe", dagtilbud_med=True))


def test_special_provisions_and_specially_arranged_teaching_are_followed_up_with_a_consent_check():
    """Proves R-075 and R-078."""
    [arranged], [special] = conference("saerligt_tilrettelagt"), conference("specialtilbud")

    assert "specialtilbud" in arranged["deltagere"]
    assert arranged["samtykkekontrol"] is True
    assert special["deltagere"] == ["specialtilbud"]
    assert special["samtykkekontrol"] is True


def test_an_identifiable_child_asks_for_the_consent_check_and_its_caseworker():
    """Proves X-10."""
    rows = conference("klassemiljoe", identificerbart_barn=True, har_sag=True)

    assert any(row["samtykkekontrol"] for row in rows)
    assert "sagens_raadgiver" in invited(rows)
    assert not any(row["samtykkekontrol"] for row in conference("klassemiljoe"))


@pytest.mark.parametrize(("age", "rules"), [(13, ["R-071"]), (14, []), (24, []), (25, ["R-071"])])
def test_youths_outside_institutions_are_those_of_the_setting(age: int, rules: list[str]):
    """Proves R-071."""
    found = ask(
        "D-06_konference_deltagere",
        "gate_konferencepunkt",
        emnetype="unge_uden_institution",
        ung_alder=Decimal(age),
        identificerbart_barn=False,
        foraeldre_tilbudt=None,
        indstilling=SETTINGS,
    )

    assert [hit["regel"] for hit in found] == rules


@pytest.mark.parametrize(
    ("first", "reserved", "rules"),
    [
        ("2017-07-31", ["mandag"], ["R-069"]),
        ("2017-08-01", ["tirsdag"], []),
        ("2026-09-02", ["torsdag"], ["R-077"]),
        ("2026-09-02", [], []),
    ],
)
def test_a_calendar_warns_of_dates_before_the_conferences_began_and_off_the_reserved_weekday(
    first: str, reserved: list[str], rules: list[str]
):
    """Proves R-069 and R-077."""
    found = ask(
        "D-06_konference_deltagere",
        "varsel_kalender",
        foerste=dt.datetime.fromisoformat(f"{first}T14:00:00+02:00"),
        friholdt_ugedag=reserved,
        indstilling={**SETTINGS, "konference_drift_fra": "2017-08-01"},
    )

    assert [hit["regel"] for hit in found] == rules


@pytest.mark.parametrize(
    ("kind", "weekday", "rules"),
    [("familiemoede", "onsdag", ["R-077"]), ("familiemoede", "torsdag", []), ("kreativt_raad", "onsdag", [])],
)
def test_other_appointments_on_a_reserved_weekday_must_be_movable(kind: str, weekday: str, rules: list[str]):
    """Proves R-077."""
    found = ask(
        "D-06_konference_deltagere",
        "varsel_friholdt",
        slags=kind,
        distrikt="D2",
        moede_tid=dt.datetime.fromisoformat("2026-09-02T14:00:00+02:00"),
        indstilling={"friholdte_ugedage": {"D2": [weekday]}},
    )

    assert [hit["regel"] for hit in found] == rules


@pytest.mark.parametrize(
    ("matter", "disagree", "who"),
    [
        ("drift", False, "omraadets_leder"),
        ("social_lov", False, "sagsbehandler"),
        ("opgaveledelse", False, "opgavens_leder"),
        ("opgaveledelse", True, "enhederne_imellem"),
        ("ledelsesspoergsmaal", False, "enhederne_imellem"),
        ("uden_samtykke", False, "boerne_og_ungeudvalget"),
        ("kommissorium", False, "forvaltningsledelse"),
        ("politik", False, "politisk_myndighed"),
    ],
)
def test_d15_says_who_decides_and_settles_leadership_between_the_units(matter, disagree, who):
    """Proves R-037, R-076 and D-15."""
    found = ask("D-15_beslutningskompetence", "beslutningskompetence", anliggende=matter, uenighed=disagree)

    assert found == who


KINDS = {
    "familie": "K1",
    "oekonomi": "K1",
    "uddannelse": "K1",
    "foraeldres_arbejde": "K1",
    "bolig": "K1",
    "cpr": "K1",
    "race_religion": "K2",
    "politik_forening": "K2",
    "seksuelle_forhold": "K2",
    "strafbare_forhold": "K2",
    "helbred_misbrug": "K2",
    "sociale_problemer": "K2",
}


@pytest.mark.parametrize(("kind", "expected"), KINDS.items())
def test_d14_knows_the_twelve_confidential_kinds(kind: str, expected: str):
    """Proves R-101 and D-14."""
    assert len(KINDS) == 12
    assert ask("D-14_fortrolighed", "fortrolighed", art=kind, roeber=False) == expected


@pytest.mark.parametrize(("reveals", "expected"), [(False, "K0"), (True, "K2")])
def test_an_address_is_open_unless_it_reveals_what_lies_behind_it(reveals: bool, expected: str):
    """Proves R-101 and D-14: the list is not exhaustive, what nobody named is confidential."""
    assert ask("D-14_fortrolighed", "fortrolighed", art="adresse", roeber=reveals) == expected
    assert ask("D-14_fortrolighed", "fortrolighed", art="noget_nyt", roeber=False) == "K1"


@pytest.mark.parametrize(
    ("facts", "result"),
    [
        ({"tilbagekaldt": True, "formaal_ophoert": True}, "tilbagekaldt"),
        ({"formaal_ophoert": True}, "bortfaldet"),
        ({"sundhedsperson": True, "er_for_gammelt": True}, "udloebet"),
        ({"sundhedsperson": True}, "gyldigt"),
        ({"er_for_gammelt": True}, "gyldigt"),
    ],
)
def test_d12_ends_a_consent_when_withdrawn_reached_or_a_year_old_to_a_health_professional(facts, result):
    """Proves R-090, R-091, D-12 and X-20: by default whatever the purpose."""
    unset = {
        "tilbagekaldt": False,
        "formaal_ophoert": False,
        "sundhedsperson": False,
        "er_for_gammelt": False,
    }

    found = ask(
        "D-12_samtykke_gyldighed", "samtykke_gyldighed", **{**unset, "formaal_kode": "konference", **facts}
    )

    assert found == result


def ssd(**facts: Any) -> list[str]:
    usual = {
        "tidligt": True,
        "udsat": True,
        "intet_samtykke_fordi": "afviser",
        "holdt": Decimal(0),
        "saerlig_grund": None,
        "deltagere": ["skole"],
        "indstilling": SETTINGS,
    }
    return [hit["regel"] for hit in ask("D-13_ssd_adgang", "ssd_adgang", **{**usual, **facts})]


@pytest.mark.parametrize(
    ("facts", "rules"),
    [
        ({}, []),
        ({"tidligt": False}, ["R-096"]),
        ({"udsat": False}, ["R-096"]),
        ({"intet_samtykke_fordi": "ikke_spurgt"}, ["D-13"]),
        ({"holdt": Decimal(1)}, ["R-096"]),
        ({"holdt": Decimal(1), "saerlig_grund": "Nyt er kommet frem."}, []),
        ({"holdt": Decimal(2), "saerlig_grund": "Nyt er kommet frem."}, ["R-096"]),
        ({"deltagere": ["skole", "praktiserende_laege"]}, ["R-097"]),
        ({"deltagere": ["idraetsforening"]}, ["R-097"]),
    ],
)
def test_d13_holds_every_condition_of_an_ssd_meeting(facts: dict[str, Any], rules: list[str]):
    """Proves R-096, R-097, D-13 and X-21: the second meeting takes a special reason."""
    assert ssd(**facts) == rules


@pytest.mark.parametrize(
    ("exchange", "flags", "row"),
    [
        ("intern", {}, 1),
        ("anonym", {"anonymitet_reel": True}, 2),
        ("anonym", {"anonymitet_reel": False}, 7),
        ("underretning", {}, 3),
        ("politianmeldelse", {}, 3),
        ("cpr_sygehus", {}, 3),
        ("specialundervisning", {}, 4),
        ("ssd", {"ssd_adgang": True}, 5),
        ("ssd", {"ssd_adgang": False}, 7),
        ("hastende", {}, 6),
        ("ekstern", {}, 7),
    ],
)
def test_d03_lets_an_exchange_go_without_consent_only_where_the_law_says_so(exchange, flags, row):
    """Proves R-080, R-081, R-095, R-102 and D-03: whatever is not named needs consent."""
    unset = {"anonymitet_reel": None, "ssd_adgang": None}

    found = ask("D-03_samtykke_krav", "samtykke_undtagelse", udveksling=exchange, **{**unset, **flags})

    assert found["raekke"] == row
    assert found["uden_samtykke"] is (row != 7)


def test_supervision_from_outside_about_a_named_child_is_no_internal_consultation():
    """Proves R-102."""
    facts = {"oplysninger_om_mor": [], "oplysninger_om_far": [], "oplysningstyper": [], "svarfrist": None}

    def refused(purpose: str) -> list[str]:
        asked = {**facts, "formaal_kode": purpose, "udveksling": "intern"}
        return [hit["regel"] for hit in ask("gate_samtykke", "gate_samtykke_formaal", **asked)]

    assert refused("supervision") == ["R-102"]
    assert refused("konference") == []


@pytest.mark.parametrize(("areas", "rules"), [(2, ["R-118"]), (3, []), (4, ["R-118"])])
def test_another_number_of_areas_than_the_strategy_began_with_is_warned_of_and_never_barred(areas, rules):
    """Proves R-118."""
    found = ask(
        "gate_strategi",
        "varsel_strategi_omraader",
        omraader=[{"omraade": str(number)} for number in range(areas)],
        indstilling=SETTINGS,
    )

    assert [hit["regel"] for hit in found] == rules
