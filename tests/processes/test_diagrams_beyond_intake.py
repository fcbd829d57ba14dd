"""The diagrams from examination to follow-up are sound, complete and readable, and their tokens go right."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from flowcase.cases.entities import targets
from flowcase.engine.play import play
from flowcase.engine.trace import Trace
from flowcase.handlers import load_handlers
from flowcase.modeling import Catalogue, read_bpmn
from flowcase.modeling.check_bundle import check_bundle
from flowcase.modeling.definition import ElementKind, ProcessDefinition
from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
DIAGRAMS = ("boernefaglig_undersoegelse", "handleplan", "foranstaltning", "opfoelgning")
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
DUE = dt.datetime(2026, 2, 28, 22, 59, 59, tzinfo=dt.UTC)
FACTS = {
    "sag": {"sagsbehandler": "mette", "team": "familieteam_syd"},
    "indstilling": {
        "plan_timing": "within_3_months",
        "paamindelse_kl": "08:00",
        "teamledere": {"familieteam_syd": ["teamleder_syd"]},
    },
    "frist": {"T04": DUE, "T05": DUE, "T06": DUE, "T07": DUE, "T17": DUE},
    "frist_paamindelser": {"T07": [DUE - dt.timedelta(days=60), DUE - dt.timedelta(days=28)]},
}


def definition(name: str) -> ProcessDefinition:
    [process] = read_bpmn((PROCESSES / f"{name}.bpmn").read_bytes(), f"{name}.bpmn").processes
    return process


def decide(decision: str, inputs: Any) -> Any:
    for path in (PROCESSES / "decisions").glob("*.dmn"):
        model = read_dmn(path.read_bytes(), path.name)
        if decision in model.decisions:
            return model.evaluate(decision, inputs, now=DUE).value
    raise AssertionError(f"no table {decision}")


def run(process: str, *, start: str, answers: dict[str, Any], **variables: Any) -> Trace:
    return play(
        {name: definition(name) for name in (*DIAGRAMS, "kreativt_raad", "visitation")},
        process,
        answers=answers,
        start=dt.datetime.fromisoformat(start),
        variables={"sag_id": "SAG-1", **variables},
        decide=decide,
        facts=FACTS,
        save_and_restore=True,
    )


def date(text: str) -> dict[str, str]:
    return {"$": "date", "v": text}


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_has_no_finding_and_every_reference_leads_somewhere(name):
    files = {
        str(path.relative_to(PROCESSES)): path.read_bytes()
        for pattern in ("*.bpmn", "decisions/*.dmn", "forms/*.form")
        for path in PROCESSES.glob(pattern)
    }
    known = Catalogue(job_types=set(load_handlers()), entities=set(targets()))

    findings = [str(found) for found in check_bundle(files, known) if found.file == f"{name}.bpmn"]

    assert findings == []


@pytest.mark.parametrize("name", DIAGRAMS)
def test_every_way_out_of_a_choice_says_when_it_is_taken(name):
    process = definition(name)
    choices = {ElementKind.EXCLUSIVE_GATEWAY, ElementKind.INCLUSIVE_GATEWAY}

    unnamed = [
        flow
        for element in process.elements.values()
        if element.kind in choices and len(element.outgoing) > 1
        for flow in element.outgoing
        if not process.flows[flow].name
    ]

    assert unnamed == []


@pytest.mark.parametrize("name", DIAGRAMS)
def test_everything_is_drawn(name):
    process = definition(name)
    root = etree.fromstring((PROCESSES / f"{name}.bpmn").read_bytes())
    drawn = {
        shape.get("bpmnElement") for kind in ("BPMNShape", "BPMNEdge") for shape in root.iter(f"{DI}{kind}")
    }

    assert set(process.elements) | set(process.flows) <= drawn


def test_the_end_states_of_the_specification_are_there():
    ends = {
        name: {
            element.id
            for element in definition(name).elements.values()
            if element.kind is ElementKind.END_EVENT and element.parent is None
        }
        for name in DIAGRAMS
    }

    assert ends["boernefaglig_undersoegelse"] >= {"foranstaltning", "forebyggende", "ingen"}
    assert "godkendt" in ends["handleplan"]
    assert ends["foranstaltning"] >= {
        "nedtrappet_til_trin_n",
        "ophoert_almen",
        "udloebet_alder",
        "flyttet",
        "afbrudt",
    }
    assert ends["opfoelgning"] == {"slut"}


def test_an_overrun_asks_for_a_provisional_assessment_and_reminds_until_the_examination_ends():
    trace = run(
        "boernefaglig_undersoegelse",
        undersoegelse_id="U-1",
        start="2025-11-03T10:00:00+01:00",
        answers={
            "kilder": {"variables": {"kilder": [{"nr": 1, "gruppe": "skole"}, {"nr": 2, "gruppe": None}]}},
            "se_samtykke": {"variables": {"daekket": True}},
            "indhent_udtalelse": {"after": "P10D"},
            "analyse": {
                "after": "P130D",
                "variables": {"konklusion": "forebyggende", "afsluttet": date("2026-03-23")},
            },
            "foreloebig_vurdering": {"open": True},
            "messages": [{"name": "udtalelse_modtaget", "key": "SAG-1/2", "after": "P7D"}],
        },
    )

    entered, cancelled = trace.elements(), trace.elements("cancelled")
    assert trace.state == "completed"
    assert cancelled == ["indhent_udtalelse", "foreloebig_vurdering"]  # one statement came as a message
    assert entered.count("paamind_leder") == 3  # 7, 14 and 21 March
    assert entered.index("undersoegelse_afsluttet") < entered.index("bortfaldet")
    assert entered[-1] == "forebyggende"


def test_a_withdrawn_consent_ends_the_statement_that_it_covered_and_nothing_else():
    trace = run(
        "boernefaglig_undersoegelse",
        undersoegelse_id="U-1",
        start="2025-11-03T10:00:00+01:00",
        answers={
            "kilder": {"variables": {"kilder": [{"nr": 1, "gruppe": "skole"}]}},
            "se_samtykke": {"variables": {"daekket": True}},
            "stadig_1": {"variables": {"daekket": False}},
            "indhent_udtalelse": {"open": True},
            "boernesamtale": {"after": "P2D"},
            "analyse": {"variables": {"konklusion": "ingen", "afsluttet": date("2025-11-10")}},
            "signals": [{"name": "samtykke_tilbagekaldt", "after": "P7D"}],
        },
    )

    assert trace.state == "completed"
    assert "indhent_udtalelse" in trace.elements("cancelled")
    assert "udtalelse_uden_samtykke" in trace.elements()
    assert trace.elements()[-1] == "ingen"


def test_a_withdrawn_consent_that_concerns_others_leaves_the_statement_alone():
    trace = run(
        "boernefaglig_undersoegelse",
        start="2025-11-03T10:00:00+01:00",
        answers={
            "kilder": {"variables": {"kilder": [{"nr": 1, "gruppe": "skole"}]}},
            "se_samtykke": {"variables": {"daekket": True}},
            "stadig_1": {"variables": {"daekket": True}},
            "indhent_udtalelse": {"after": "P10D"},
            "boernesamtale": {"after": "P2D"},
            "analyse": {"variables": {"konklusion": "ingen", "afsluttet": date("2025-11-13")}},
            "signals": [{"name": "samtykke_tilbagekaldt", "after": "P7D"}],
        },
    )

    assert "indhent_udtalelse" not in trace.elements("cancelled")
    assert "udtalelse_slut" in trace.elements()
    assert "udtalelse_uden_samtykke" not in trace.elements()


def test_a_source_that_no_consent_covers_is_left_out_when_the_family_says_no():
    trace = run(
        "boernefaglig_undersoegelse",
        start="2025-11-03T10:00:00+01:00",
        answers={
            "kilder": {"variables": {"kilder": [{"nr": 1, "gruppe": "skole"}]}},
            "se_samtykke": {"variables": {"daekket": False}},
            "indhent_samtykke": {"variables": {"samtykke_udfald": "afslaaet"}},
            "analyse": {"variables": {"konklusion": "ingen", "afsluttet": date("2025-11-13")}},
        },
    )

    assert "indhent_udtalelse" not in trace.elements()
    assert "udtalelse_uden_samtykke" in trace.elements()


def test_a_plan_that_was_approved_closes_what_is_left_of_it():
    trace = run(
        "handleplan",
        start="2026-01-05T10:00:00+01:00",
        answers={"aabn_plan": {"variables": {"handleplan_id": "H"}}, "exitstrategi": {"open": True}},
    )

    assert trace.state == "completed"
    assert trace.elements("cancelled") == ["exitstrategi"]


def test_a_round_ends_with_its_record_and_a_contact_changes_nothing():
    trace = run(
        "opfoelgning",
        start="2025-12-01T10:00:00+01:00",
        foranstaltning_id="F",
        answers={
            "aabn_opfoelgning": {
                "variables": {"sag_id": "SAG-1", "foranstaltning_id": "F", "art": "forebyggende"}
            },
            "naeste_frist": [{"variables": {"nr": nr, "frist_id": f"X{nr}"}} for nr in (1, 2, 3)],
            "indkald": {"open": True},
            "opfoelg": [
                {"after": "P30D", "variables": {"afholdt": date("2026-02-24"), "beslutning": "fortsaet"}},
                {"open": True},
            ],
            "messages": [
                {"name": "kontakt", "key": "F", "after": "P10D"},
                {"name": "kontakt", "key": "F", "after": "P11D"},
                {"name": "foranstaltning_ophoert", "key": "F", "after": "P80D"},
            ],
        },
    )

    entered = trace.elements()
    assert trace.state == "completed"
    assert entered.count("kontaktnotat") == 2
    assert entered.count("naeste_frist") == 2
    assert trace.elements("cancelled").count("indkald") == 2
    assert entered[-3:] == ["annuller_frist", "foranstaltning_slut", "slut"]


def test_a_step_down_ends_the_measure_and_opens_another_on_the_new_step():
    trace = run(
        "foranstaltning",
        start="2025-08-27T10:00:00+02:00",
        answers={
            "opret_foranstaltning": [
                {"variables": {"foranstaltning_id": "F1"}},
                {"variables": {"foranstaltning_id": "F2"}},
            ],
            "paataenk": [
                {"variables": {"paataenkt": "institution", "uden_for_kommunen": False}},
                {"open": True},
            ],
            "aabn_raad": {"variables": {"raad_id": "M1", "akut": False}},
            "saml_deltagere": {"open": True},
            "aabn": {"variables": {"visitation_id": "V1"}},
            "henvis": {"open": True},
            "afgoer": {
                "after": "P4D",
                "variables": {"type": "institution", "uden_for_kommunen": False, "regelsaet": []},
            },
            "registrer_afgoerelse": {"variables": {"plan_mangler": False, "akut_uden_raad": False}},
            "bekraeft_start": {"variables": {"start": date("2025-08-31")}},
            "registrer_start": {"variables": {"start": date("2025-08-31"), "t07_id": "D7"}},
            "tag_stilling": {"open": True},
            "aabn_opfoelgning": {
                "variables": {"sag_id": "SAG-1", "foranstaltning_id": "F1", "art": "anbringelse"}
            },
            "naeste_frist": {"variables": {"nr": 1, "frist_id": "X"}},
            "opfoelg": {"open": True},
            "begrund_skift": {"variables": {"til": 2}},
            "registrer_ophoer": {"variables": {"slut": "nedtrappet", "nyt_trin": True}},
            "messages": [
                {"name": "raad_afholdt", "key": "SAG-1", "after": "P3D"},
                {"name": "skift_trin", "key": "F1", "after": "P195D"},
            ],
        },
    )

    entered = trace.elements()
    assert "over_maksimum" in entered
    assert entered.count("planlaeg_nedtrapning") == 2
    assert "tag_stilling" in trace.elements("cancelled")
    assert "nedtrappet_til_trin_n" in entered
    assert trace.elements(process="opfoelgning")[-1] == "slut"
    assert [place["element"] for place in trace.waiting if place["process"] == "foranstaltning"] == [
        "paataenk"
    ]
