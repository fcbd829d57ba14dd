"""The way back to the district: sound, readable, and every message that leads to it is received."""

from __future__ import annotations

from pathlib import Path

from flowcase.handlers import load_handlers
from flowcase.modeling import Catalogue, check_bpmn, read_bpmn, read_form
from flowcase.modeling.definition import ElementKind
from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
FILE = PROCESSES / "forebyggende_distrikt.bpmn"


def test_the_diagram_has_no_finding_and_every_reference_leads_somewhere():
    catalogue = Catalogue(
        job_types=set(load_handlers()),
        forms={read_form(path.read_bytes(), path.name).id for path in (PROCESSES / "forms").glob("*.form")},
        decisions=[
            decision
            for path in (PROCESSES / "decisions").glob("*.dmn")
            for decision in read_dmn(path.read_bytes(), path.name).decisions
        ],
        processes={"forebyggende_distrikt", "samtykke"},
    )

    assert [str(found) for found in check_bpmn(FILE.read_bytes(), FILE.name, catalogue)] == []


def test_every_way_out_of_the_review_says_when_it_is_taken():
    [process] = read_bpmn(FILE.read_bytes(), FILE.name).processes

    unnamed = [
        flow
        for element in process.elements.values()
        if element.kind is ElementKind.EXCLUSIVE_GATEWAY and len(element.outgoing) > 1
        for flow in element.outgoing
        if not process.flows[flow].name
    ]

    assert "hvad_nu" in process.elements
    assert unnamed == []
