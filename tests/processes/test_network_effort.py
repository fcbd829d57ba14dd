"""The network effort: who gets it (D-16), how often they meet (R-132), what stands against a decision."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from flowcase.modeling.definition import ElementKind
from flowcase.modeling.read_bpmn import read_bpmn
from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
NOW = dt.datetime(2026, 1, 23, 8, 0, tzinfo=dt.UTC)
CLOSE = [dt.date(2025, 10, 2), dt.date(2026, 1, 10)]
APART = [dt.date(2025, 1, 2), dt.date(2026, 1, 10)]


def ask(file: str, decision: str, **inputs):
    model = read_dmn((PROCESSES / "decisions" / file).read_bytes(), file)
    return model.evaluate(decision, inputs, now=NOW).value


def access(**known):
    young = {
        "alder": Decimal(17),
        "lovovertraedelser": CLOSE,
        "tidligere_dom": False,
        "staerkt_truet": False,
        "naevn": "nej",
        "maalgruppe": "udvidet",
        "oevre_alder_med": True,
    }
    return ask("D-16_netvaerksindsats_adgang.dmn", "netvaerksindsats_adgang", **{**young, **known})


@pytest.mark.parametrize(
    ("known", "answer"),
    [
        ({}, "kerne"),
        ({"naevn": "ja"}, "naevn"),
        ({"naevn": "uafklaret"}, "kerne"),
        ({"tidligere_dom": True}, "afvist"),
        ({"tidligere_dom": True, "staerkt_truet": True}, "udvidet"),
        ({"lovovertraedelser": CLOSE[:1]}, "afvist"),
        ({"lovovertraedelser": []}, "afvist"),
        ({"lovovertraedelser": APART}, "afvist"),
        ({"lovovertraedelser": [dt.date(2024, 1, 1), *CLOSE]}, "kerne"),
        ({"lovovertraedelser": [], "staerkt_truet": True}, "udvidet"),
        ({"lovovertraedelser": [], "staerkt_truet": True, "maalgruppe": "kerne"}, "afvist"),
        ({"alder": Decimal(15)}, "kerne"),
        ({"alder": Decimal(14), "staerkt_truet": True}, "leder_afgoer"),
        ({"alder": Decimal(13), "staerkt_truet": True}, "leder_afgoer"),
        ({"alder": Decimal(14)}, "afvist"),
        ({"alder": Decimal(12), "staerkt_truet": True}, "afvist"),
        ({"alder": Decimal(18)}, "kerne"),
        ({"alder": Decimal(18), "oevre_alder_med": False}, "afvist"),
        ({"alder": Decimal(19), "staerkt_truet": True}, "afvist"),
    ],
)
def test_d16_answers_by_age_offences_sentence_and_risk_and_the_board_comes_first(known, answer):
    """Proves D-16, R-133, R-134, R-135 and X-16."""
    assert access(**known) == answer


def test_two_offences_exactly_nine_months_apart_still_belong_together():
    nine = [dt.date(2025, 4, 30), dt.date(2026, 1, 30)]
    a_day_more = [dt.date(2025, 4, 30), dt.date(2026, 1, 31)]

    assert access(lovovertraedelser=nine) == "kerne"
    assert access(lovovertraedelser=a_day_more) == "afvist"


@pytest.mark.parametrize(("since", "days"), [(0, 3), (27, 3), (28, 7), (55, 7), (56, 14), (400, 14)])
def test_meetings_are_close_at_first_and_then_fewer(since, days):
    """Proves R-132."""
    asked = ask("D-16_netvaerksindsats_adgang.dmn", "netvaerk_intensitet", dage_siden_start=Decimal(since))

    assert asked == Decimal(days)


def bars(**inputs) -> list[str]:
    known = {
        "beslutning": "forlaeng",
        "aarsag": "venter_tilbud",
        "laengde_ende": "lang",
        "forlaenget_til": dt.date(2026, 8, 31),
        "slut": None,
        "start": dt.date(2025, 8, 30),
    }
    found = ask("gate_netvaerk.dmn", "gate_netvaerk_laengde", **{**known, **inputs})
    return [hit["besked"] for hit in found]


def test_extending_beyond_five_months_takes_a_reason_and_a_date_to_come():
    """Proves R-130."""
    assert bars() == []
    assert "kræver en årsag" in bars(aarsag=None)[0]
    assert "kræver en ny dato" in bars(forlaenget_til=None)[0]
    assert "allerede passeret" in bars(forlaenget_til=dt.date(2026, 1, 22))[0]


def test_going_on_at_three_months_takes_a_reason_but_no_date():
    assert bars(laengde_ende="kort", forlaenget_til=None) == []
    assert "kræver en årsag" in bars(laengde_ende="kort", forlaenget_til=None, aarsag=None)[0]


def test_an_effort_ends_neither_in_the_future_nor_before_it_began():
    ended = {"beslutning": "afslut", "aarsag": None, "forlaenget_til": None}

    assert bars(**ended, slut=dt.date(2026, 1, 23)) == []
    assert "i fremtiden" in bars(**ended, slut=dt.date(2026, 1, 24))[0]
    assert "før den begyndte" in bars(**ended, slut=dt.date(2025, 8, 29))[0]


def test_a_plan_of_more_than_five_months_is_only_warned_about():
    planned = {"start": dt.date(2026, 1, 30), "forventet_slut": dt.date(2026, 7, 1)}

    assert ask("gate_netvaerk.dmn", "gate_netvaerk_start", **planned) == []
    assert [hit["regel"] for hit in ask("gate_netvaerk.dmn", "varsel_netvaerk_start", **planned)] == ["R-130"]


def test_every_end_of_the_specification_is_drawn_and_every_branch_is_named():
    file = PROCESSES / "netvaerksindsats.bpmn"
    [process] = read_bpmn(file.read_bytes(), file.name).processes

    unnamed = [
        flow
        for element in process.elements.values()
        if element.kind is ElementKind.EXCLUSIVE_GATEWAY and len(element.outgoing) > 1
        for flow in element.outgoing
        if not process.flows[flow].name
    ]

    assert {"afsluttet", "forlaenget", "anbragt", "overdraget"} <= set(process.elements)
    assert unnamed == []
