"""The tables of meetings: who convenes, who is outside, what is refused and what is only warned of."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from flowcase.modeling.read_dmn import read_dmn

DECISIONS = Path(__file__).parents[2] / "processes" / "decisions"
NOW = dt.datetime(2026, 5, 4, 8, 0, tzinfo=dt.UTC)
TOMORROW, YESTERDAY = dt.date(2026, 5, 5), dt.date(2026, 5, 3)
TOMORROW_AT_NINE, YESTERDAY_AT_NINE = NOW + dt.timedelta(days=1), NOW - dt.timedelta(days=1)
SETTINGS = {"sos_noeglepersoner_pr_enhed": Decimal(1)}


def ask(file: str, decision: str, **inputs: Any) -> Any:
    model = read_dmn((DECISIONS / f"{file}.dmn").read_bytes(), f"{file}.dmn")
    return model.evaluate(decision, inputs, now=NOW).value


def said(file: str, decision: str, **inputs: Any) -> list[str]:
    return [hit["besked"] for hit in ask(file, decision, **inputs)]


@pytest.mark.parametrize(
    ("kind", "without_cover"),
    [
        ("familiemoede", "ikke_inviteret"),
        ("netvaerksmoede", "ikke_inviteret"),
        ("forum", "vaelg"),
        ("koordineringskonference", "vaelg"),
        ("kreativt_raad", "vaelg"),
    ],
)
def test_what_an_uncovered_external_leads_to_depends_on_the_kind_of_meeting(
    kind: str, without_cover: str
) -> None:
    row = ask("moede", "moede_slags", slags=kind)

    assert row["uden_daekning"] == without_cover
    assert row["indkaldere"]
    assert "samtykke" in row["mangler"]


@pytest.mark.parametrize(
    ("role", "of_the_unit", "outside"),
    [
        ("barn", False, False),
        ("foraelder", False, False),
        ("netvaerk", True, True),
        ("forening", False, True),
        ("medarbejder", True, False),
        ("medarbejder", False, True),
        ("fagperson", False, True),
        ("gruppe", True, False),
    ],
)
def test_the_family_and_colleagues_are_not_outside_and_everybody_else_is(
    role: str, of_the_unit: bool, outside: bool
) -> None:
    """Proves R-067 as far as the family's own people are concerned."""
    assert ask("moede", "moede_ekstern", slags=role, i_enheden=of_the_unit) is outside


def test_one_person_may_chair_and_write_but_is_warned() -> None:
    """Proves R-070."""
    assert len(said("varsel_moede", "varsel_moede", moedeleder="CW-1", referent="CW-1")) == 1
    assert said("varsel_moede", "varsel_moede", moedeleder="CW-1", referent="CW-2") == []
    assert said("varsel_moede", "varsel_moede", moedeleder=None, referent=None) == []


def test_agreements_and_no_task_exclude_each_other_and_a_due_day_lies_ahead() -> None:
    """Proves R-064."""
    ahead, passed = [{"frist": TOMORROW}], [{"frist": YESTERDAY}]

    assert len(said("gate_moede", "gate_moede", aftaler=[], ingen_opgave=False)) == 1
    assert said("gate_moede", "gate_moede", aftaler=None, ingen_opgave=True) == []
    assert said("gate_moede", "gate_moede", aftaler=ahead, ingen_opgave=None) == []
    assert len(said("gate_moede", "gate_moede", aftaler=ahead, ingen_opgave=True)) == 1
    assert len(said("gate_moede", "gate_moede", aftaler=passed, ingen_opgave=False)) == 1


def test_a_new_date_of_an_agreement_lies_ahead() -> None:
    """Proves R-065."""
    assert len(said("gate_aftale", "gate_aftale", aftale_status="ny_frist", ny_frist=YESTERDAY)) == 1
    assert said("gate_aftale", "gate_aftale", aftale_status="ny_frist", ny_frist=TOMORROW) == []
    assert said("gate_aftale", "gate_aftale", aftale_status="opfyldt", ny_frist=None) == []


def test_a_network_meeting_needs_a_reason_to_meet_and_other_actions_do_not() -> None:
    asked = {"frist": TOMORROW, "tid": NOW}

    without = said("gate_handling", "gate_handling", slags="netvaerksmoede", behov_for_moede=None, **asked)
    with_one = said("gate_handling", "gate_handling", slags="netvaerksmoede", behov_for_moede="x", **asked)
    action = said(
        "gate_handling", "gate_handling", slags="afproevning", behov_for_moede=None, frist=TOMORROW, tid=None
    )

    assert ["nødvendigt at mødes" in each for each in without] == [True]
    assert with_one == []
    assert action == []


def test_every_line_of_the_board_has_a_speaker() -> None:
    silent = {"bekymringer": [{"hvad": "x"}], "fungerer": None, "vil_se_ske": []}
    spoken = {"bekymringer": [{"hvem": "Mor", "hvad": "x"}], "fungerer": [{"stemme": "barn", "hvad": "y"}]}

    assert len(said("tavle", "gate_tavle", tavle=silent)) == 1
    assert said("tavle", "gate_tavle", tavle=spoken) == []


def test_a_board_without_the_child_s_or_the_parents_words_is_only_warned_of() -> None:
    child = [{"stemme": "barn", "hvad": "x"}]
    parent = [{"stemme": "foraelder", "hvad": "y"}]
    unmarked = [{"hvem": "Mor", "hvad": "z"}]

    assert said("tavle", "varsel_tavle", tavle={"vil_se_ske": [*child, *parent]}) == []
    assert said("tavle", "varsel_tavle", tavle={"vil_se_ske": parent}) == [
        "Barnets egne ord står ikke på tavlen."
    ]
    assert said("tavle", "varsel_tavle", tavle={"vil_se_ske": child}) == [
        "Forældrenes egne ord står ikke på tavlen."
    ]
    assert said("tavle", "varsel_tavle", tavle={"vil_se_ske": unmarked}) == []
    assert said("tavle", "varsel_tavle", tavle={"fungerer": unmarked, "vil_se_ske": []}) == [
        "Tavlen siger ikke, hvad der konkret skal ske."
    ]


def test_every_unit_has_a_key_person_and_stands_once() -> None:
    """Proves R-144 and X-17: the rule is one per unit, whatever the total."""
    one, none = {"enhed": "a", "noeglepersoner": ["NP-1"]}, {"enhed": "b", "noeglepersoner": None}

    def refusals(*units: dict[str, Any]) -> list[str]:
        return said("sos_udbredelse", "gate_sos", enhedsliste=list(units), indstilling=SETTINGS)

    assert refusals(one) == []
    assert len(refusals(one, none)) == 1
    assert len(refusals(one, one)) == 1


@pytest.mark.parametrize(
    ("answers", "using", "lifted", "without_key", "trained", "standing"),
    [
        (0, 0, 0, 0, 100, "ingen_svar"),
        (4, 74, 80, 0, 100, "brug"),
        (4, 75, 74, 0, 100, "nytte"),
        (4, 75, 75, 1, 100, "noeglepersoner"),
        (4, 75, 75, 0, 99, "uddannelse"),
        (4, 75, 75, 0, 100, "naaet"),
    ],
)
def test_the_goals_are_reached_at_75_per_cent_with_key_persons_and_everybody_trained(
    answers: int, using: int, lifted: int, without_key: int, trained: int, standing: str
) -> None:
    """Proves R-142, R-143 and R-144."""
    found = ask(
        "sos_udbredelse",
        "sos_stilling",
        svar=Decimal(answers),
        bruger_andel=Decimal(using),
        nytte_andel=Decimal(lifted),
        enheder_uden_noegleperson=Decimal(without_key),
        uddannet_andel=Decimal(trained),
        bruger_maal=Decimal(75),
        nytte_maal=Decimal(75),
        uddannet_maal=Decimal(100),
    )

    assert found == standing


@pytest.mark.parametrize(
    ("table", "field", "answers"),
    [
        ("gate_moede_holdt", "holdt", {"forloeb": "afholdt", "holdt": TOMORROW_AT_NINE}),
        ("gate_kontakt_holdt", "tid", {"tid": TOMORROW_AT_NINE}),
        ("gate_samtale_holdt", "dato", {"gennemfoert": True, "dato": TOMORROW}),
        ("gate_kursus_holdt", "dato", {"dato": TOMORROW}),
        ("gate_bal_gennemfoert", "gennemfoert", {"gennemfoert": TOMORROW}),
    ],
)
def test_what_is_yet_to_come_has_not_been_held_and_its_field_is_named(
    table: str, field: str, answers: dict[str, Any]
) -> None:
    [hit] = ask("gate_holdt", table, **answers)
    before = YESTERDAY_AT_NINE if isinstance(answers[field], dt.datetime) else YESTERDAY

    assert hit["felt"] == field
    assert said("gate_holdt", table, **{**answers, field: before}) == []
    assert said("gate_holdt", table, **{**answers, field: None}) == []


@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("gate_moede_planlagt", "tid"),
        ("gate_moede_ny_tid", "ny_tid"),
        ("gate_familiemoede_planlagt", "sted_tid"),
        ("gate_konference_saerskilt", "saerskilt_tid"),
        ("gate_konferencer_planlagt", "foerste"),
    ],
)
def test_a_meeting_is_planned_for_a_time_to_come_and_its_field_is_named(table: str, field: str) -> None:
    [hit] = ask("gate_planlagt", table, **{field: YESTERDAY_AT_NINE})

    assert hit["felt"] == field
    assert said("gate_planlagt", table, **{field: TOMORROW_AT_NINE}) == []
    assert said("gate_planlagt", table, **{field: None}) == []


def test_the_minute_that_is_running_has_not_passed() -> None:
    begun = NOW.replace(second=0)
    just_over = begun - dt.timedelta(minutes=1)

    assert said("gate_planlagt", "gate_moede_planlagt", tid=begun) == []
    assert said("gate_planlagt", "gate_moede_planlagt", tid=just_over) != []


def test_a_plan_for_the_year_holds_no_day_that_has_passed() -> None:
    coming = [{"tid": TOMORROW_AT_NINE}, {"tid": TOMORROW_AT_NINE + dt.timedelta(days=30)}]

    [hit] = ask("gate_planlagt", "gate_aarsplan", moededatoer=[{"tid": YESTERDAY_AT_NINE}, *coming])

    assert hit["felt"] == "moededatoer"
    assert said("gate_planlagt", "gate_aarsplan", moededatoer=coming) == []


def test_a_meeting_that_moves_and_a_talk_that_was_not_had_may_lie_ahead() -> None:
    assert said("gate_holdt", "gate_moede_holdt", forloeb="flyttet", holdt=TOMORROW_AT_NINE) == []
    assert said("gate_holdt", "gate_samtale_holdt", gennemfoert=False, dato=TOMORROW) == []
