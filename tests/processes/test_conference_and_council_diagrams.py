"""Conferences, council, visitation and changes of a measure: complete, readable, and ended as specified."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from flowcase.modeling import read_bpmn
from flowcase.modeling.definition import ElementKind, ProcessDefinition

PROCESSES = Path(__file__).parents[2] / "processes"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
ENDS = {
    "kreativt_raad": {"anbefaling_givet", "udsat", "akut_efterbehandlet"},
    "visitation": {"visiteret", "afslag", "delvist", "tildelt"},
    "koordineringskonference": {"aftaler_indgaaet", "ingen_opgave", "aflyst", "sprunget_over"},
    "konferencekalender": {"serie_slut", "serie_lukket"},
    "konferencepunkt": {"droeftet", "afvist_af_leder", "afvist_genkendeligt", "trukket"},
    "ungesamarbejde": {"droeftet", "ikke_droeftet", "uden_for_klubomraadet"},
    "foranstaltning_aendring": {"skift", "sammenbrud", "ophoer"},
}


def definition(name: str) -> ProcessDefinition:
    [process] = read_bpmn((PROCESSES / f"{name}.bpmn").read_bytes(), f"{name}.bpmn").processes
    return process


@pytest.mark.parametrize(("name", "ends"), ENDS.items())
def test_the_end_states_are_there(name, ends):
    process = definition(name)

    found = {
        element.id
        for element in process.elements.values()
        if element.kind is ElementKind.END_EVENT and element.parent is None
    }

    assert ends <= found


@pytest.mark.parametrize("name", ENDS)
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


@pytest.mark.parametrize("name", ENDS)
def test_everything_is_drawn(name):
    process = definition(name)
    root = etree.fromstring((PROCESSES / f"{name}.bpmn").read_bytes())

    drawn = {
        shape.get("bpmnElement") for kind in ("BPMNShape", "BPMNEdge") for shape in root.iter(f"{DI}{kind}")
    }

    assert set(process.elements) | set(process.flows) <= drawn


@pytest.mark.parametrize("name", ["konferencekalender", "koordineringskonference"])
def test_a_conference_belongs_to_no_case_and_an_item_may(name):
    starts = [each for each in definition(name).elements.values() if each.kind is ElementKind.START_EVENT]
    items = definition("konferencepunkt").elements["begynd"]

    assert {each.properties.get("flowcase.case") for each in starts} == {"none"}
    assert items.properties["flowcase.case"] == "optional"
