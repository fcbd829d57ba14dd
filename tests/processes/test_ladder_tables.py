"""The ladder's tables: which step, what it asks for, who is heard, who decides (D-04, D-05, D-09, D-10)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from flowcase.modeling.read_dmn import read_dmn

DECISIONS = Path(__file__).parents[2] / "processes" / "decisions"
NOW = dt.datetime(2026, 5, 4, 8, 0, tzinfo=dt.UTC)


def ask(file: str, decision: str, **inputs):
    model = read_dmn((DECISIONS / file).read_bytes(), file)
    return model.evaluate(decision, inputs, now=NOW).value


def bars(**inputs) -> list[str]:
    """Rule ids that stand against the decision F-F1."""
    known = {
        "fra_trin": None,
        "uden_for_kommunen": False,
        "raad_afholdt": False,
        "akut_grund": None,
        "slaegt_netvaerk": None,
        "samtykke_indehaver": "givet",
        "ung_samtykker": False,
        "samtykke_ung": None,
        "udvalg_afgoerelse": None,
        "ung_kraeves": None,
        "naeste_trin": None,
        "nedtrapning_dato": None,
        "konsulentstoette": None,
        "forsoegt_lavere": None,
        "visitation_udfald": None,
        "paataenkt": None,
        "sag": {"undersoegelse_afsluttet": dt.date(2026, 4, 30)},
        "indstilling": {"plan_timing": "within_3_months"},
    }
    found = ask("D-09_trappetrin.dmn", "gate_foranstaltning", **{**known, **inputs})
    return [hit["regel"] for hit in found]


@pytest.mark.parametrize(
    ("measure", "step"),
    [
        ("foraeldrekursus", 1),
        ("ungeraadgivning", 1),
        ("kontaktperson", 2),
        ("netvaerksindsats", 2),
        ("netvaerkspleje", 3),
        ("plejefamilie", 4),
        ("plejefamilie_konsulent", 4),
        ("institution", 5),
    ],
)
def test_every_measure_has_its_step_on_the_ladder(measure, step):
    """Proves R-040 and X-14."""
    assert ask("D-09_trappetrin.dmn", "trappetrin", type=measure) == Decimal(step)


def test_an_institution_asks_for_everything_that_a_placement_asks_for_and_for_t07():
    """Proves D-10 and R-046."""
    asked = ask(
        "D-09_trappetrin.dmn", "trin_krav", type="institution", uden_for_kommunen=False, fra_trin=Decimal(4)
    )

    assert set(asked) == {
        "raad",
        "undersoegelse",
        "samtykke",
        "maal_og_exit",
        "slaegt_netvaerk",
        "t07",
        "naeste_trin_og_dato",
        "begrundelse_opad",
    }


def test_a_kin_family_needs_no_search_among_kin():
    asked = ask(
        "D-09_trappetrin.dmn", "trin_krav", type="netvaerkspleje", uden_for_kommunen=False, fra_trin=None
    )

    assert "slaegt_netvaerk" not in asked
    assert "raad" in asked


@pytest.mark.parametrize(
    ("considered", "step", "outside", "early", "answer"),
    [
        ("plejefamilie", 4, False, False, "obligatorisk"),
        ("heldagstilbud", 2, True, False, "obligatorisk"),
        ("heldagstilbud", 2, False, True, "valgfri"),
        ("heldagstilbud", 2, False, False, "nej"),
        ("kontaktperson", 2, True, False, "nej"),
        ("kontaktperson", 2, True, True, "valgfri"),
    ],
)
def test_the_council_is_convened_when_placement_or_an_outside_full_day_offer_is_considered(
    considered, step, outside, early, answer
):
    """Proves R-047."""
    found = ask(
        "D-04_kreativt_raad.dmn",
        "kreativt_raad",
        paataenkt=considered,
        trin=Decimal(step),
        uden_for_kommunen=outside,
        tidlig_inddragelse=early,
    )

    assert found == answer


@pytest.mark.parametrize(
    ("offer", "track", "by"),
    [
        ("specialundervisning", 1, "visitation_central"),
        ("heldagstilbud", 2, "visitation_faelles"),
        ("institution", 2, "visitation_faelles"),
        ("ressourcepaedagog", 3, "ppr"),
        ("plejefamilie", 0, "sagsbehandler"),
    ],
)
def test_the_offer_decides_the_visitation_track(offer, track, by):
    """Proves R-049."""
    found = ask("D-05_visitationsspor.dmn", "visitationsspor", paataenkt=offer)

    assert found == {"spor": Decimal(track), "afgoer": by}


def test_a_foster_family_is_barred_while_council_and_kin_search_are_missing():
    # S-08: step 4 on Mon 2026-05-04
    assert sorted(bars(type="plejefamilie")) == ["R-043", "R-047"]


def test_a_placement_is_barred_without_the_young_person_s_consent():
    ready = {"type": "netvaerkspleje", "raad_afholdt": True, "ung_samtykker": True}

    assert bars(**ready, samtykke_ung="afslaaet") == ["R-051"]
    assert bars(**ready, samtykke_ung="givet") == []


def test_a_placement_is_barred_without_an_examination():
    assert bars(type="netvaerkspleje", raad_afholdt=True, sag={}) == ["R-051"]
    assert bars(type="netvaerkspleje", raad_afholdt=True, sag={"undersoegelse_i_gang": True}) == []


def test_an_acute_reason_stands_in_for_the_council():
    assert bars(type="netvaerkspleje", akut_grund="Kan ikke vente") == []


def test_bars_can_be_switched_off_by_settings():
    """Proves R-043 and X-15."""
    off = {"gate_raad": False, "gate_slaegt_netvaerk": False}

    assert bars(type="plejefamilie", indstilling=off) == []


def test_an_outside_full_day_offer_is_barred_without_the_council_and_an_inside_one_is_not():
    assert bars(type="heldagstilbud", uden_for_kommunen=True) == ["R-047"]
    assert bars(type="heldagstilbud", uden_for_kommunen=False) == []


def test_an_institution_is_barred_until_the_next_lower_step_and_its_date_are_planned():
    ready = {"type": "institution", "raad_afholdt": True, "slaegt_netvaerk": "Afsøgt"}

    assert bars(**ready) == ["R-041"]
    assert bars(**ready, naeste_trin="3") == ["R-041"]
    assert bars(**ready, naeste_trin="3", nedtrapning_dato=dt.date(2026, 11, 1)) == []


def test_an_external_foster_family_is_barred_without_consultant_support_in_the_contract():
    ready = {"type": "plejefamilie_konsulent", "raad_afholdt": True, "slaegt_netvaerk": "Afsøgt"}

    assert bars(**ready) == ["R-046"]
    assert bars(**ready, konsulentstoette=True) == []


def test_a_step_up_is_barred_until_it_says_what_was_tried_below():
    up = {"type": "netvaerkspleje", "raad_afholdt": True, "fra_trin": Decimal(2)}

    assert bars(**up) == ["D-10"]
    assert bars(**up, forsoegt_lavere="Familiebehandling i hjemmet") == []
    assert bars(**{**up, "fra_trin": Decimal(4)}) == []


def test_the_committees_decision_stands_in_for_consent():
    placed = {"type": "netvaerkspleje", "raad_afholdt": True, "samtykke_indehaver": "afslaaet"}

    assert bars(**placed) == ["R-051"]
    assert bars(**placed, udvalg_afgoerelse="ingen") == ["R-051"]
    assert bars(**placed, udvalg_afgoerelse="anbringelse") == []


def test_the_age_alone_can_ask_for_the_young_person_s_consent():
    placed = {"type": "netvaerkspleje", "raad_afholdt": True, "ung_kraeves": True}

    assert bars(**placed) == ["R-051"]
    assert bars(**placed, samtykke_ung="givet") == []


def test_a_measure_that_the_committee_refused_cannot_be_decided_but_another_can():
    refused = {"paataenkt": "heldagstilbud", "visitation_udfald": "afslag"}

    assert bars(**refused, type="heldagstilbud") == ["R-049"]
    assert bars(**refused, type="kontaktperson") == []


def test_goals_and_exit_strategy_come_first_where_the_plan_comes_before_the_decision():
    before = {"plan_timing": "before_decision"}
    placed = {"type": "netvaerkspleje", "raad_afholdt": True, "indstilling": before}
    examined = {"undersoegelse_afsluttet": dt.date(2026, 4, 30)}

    assert bars(**placed, sag=examined) == ["D-10"]
    assert bars(**placed, sag={**examined, "handleplan_godkendt": dt.date(2026, 5, 1)}) == []


def test_a_plan_is_barred_while_its_exit_strategy_is_empty():
    found = ask("gate_handleplan.dmn", "gate_handleplan", exit_udfyldt=False, indstilling={})
    switched_off = ask(
        "gate_handleplan.dmn",
        "gate_handleplan",
        exit_udfyldt=False,
        indstilling={"gate_exitstrategi": False},
    )

    assert [hit["regel"] for hit in found] == ["R-025"]
    assert switched_off == []


def test_a_meeting_cannot_end_without_agreements_or_an_explicit_no_task():
    def hits(**values):
        return [hit["regel"] for hit in ask("gate_moede.dmn", "gate_moede", **values)]

    assert hits(aftaler=[], ingen_opgave=None) == ["R-064"]
    assert hits(aftaler=None, ingen_opgave=True) == []
    assert hits(aftaler=[{"hvad": "x"}], ingen_opgave=None) == []


def test_a_step_up_asks_what_was_tried_below_and_an_extension_asks_for_a_date():
    def hits(**values):
        return [hit["regel"] for hit in ask("gate_trinskift.dmn", "gate_trinskift", **values)]

    assert hits(trin=Decimal(2), til=Decimal(4), forsoegt_lavere=None, forlaenget_til=None) == ["D-10"]
    assert hits(trin=Decimal(5), til=Decimal(5), forsoegt_lavere=None, forlaenget_til=None) == ["R-042"]
    assert hits(trin=Decimal(5), til=Decimal(2), forsoegt_lavere=None, forlaenget_til=None) == []
    assert hits(trin=Decimal(5), til=Decimal(7), forsoegt_lavere="x", forlaenget_til=None) == ["R-040"]


def test_a_decided_next_follow_up_needs_a_date_and_its_reason():
    def hits(**values):
        known = {"naeste_kraeves": True, "beslutning": "fortsaet", "afholdt": dt.date(2026, 4, 10)}
        known |= {"naeste": None, "naeste_begrundelse": None}
        found = ask("gate_opfoelgning.dmn", "gate_opfoelgning", **{**known, **values})
        return [hit["regel"] for hit in found]

    assert hits() == ["R-034", "R-034"]
    assert hits(naeste=dt.date(2026, 7, 1)) == ["R-034"]
    assert hits(naeste=dt.date(2026, 7, 1), naeste_begrundelse="Ro om skoleskiftet") == []
    assert hits(beslutning="ophoer") == []
    assert hits(naeste_kraeves=False) == []
    assert hits(naeste=dt.date(2026, 4, 1), naeste_begrundelse="x") == ["C4"]
    assert hits(naeste_kraeves=False, afholdt=dt.date(2026, 5, 5)) == ["C4"]
