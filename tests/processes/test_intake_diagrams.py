"""The diagrams of notification, daily meeting and allocation are sound, complete and readable."""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from flowcase.bootstrap import known
from flowcase.modeling import Catalogue, check_bpmn, read_bpmn
from flowcase.modeling.check_bundle import catalogue_of
from flowcase.modeling.definition import ElementKind

PROCESSES = Path(__file__).parents[2] / "processes"
DIAGRAMS = ("underretning", "fronten_dagsmoede", "familieteam_modtag")
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"


def diagram(name: str) -> bytes:
    return (PROCESSES / f"{name}.bpmn").read_bytes()


def catalogue() -> Catalogue:
    files = {
        path.relative_to(PROCESSES).as_posix(): path.read_bytes()
        for kind in ("*.bpmn", "decisions/*.dmn", "forms/*.form")
        for path in PROCESSES.glob(kind)
    }
    return catalogue_of(files).joined_with(known())


# The acute branch may begin before the assessment ends; `akut_i_gang` keeps the second token out.
ACCEPTED = {("double-run", "akut_forloeb")}


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_diagram_has_no_finding_and_every_reference_leads_somewhere(name):
    findings = check_bpmn(diagram(name), f"{name}.bpmn", catalogue())

    assert [str(found) for found in findings if (found.rule, found.element) not in ACCEPTED] == []


@pytest.mark.parametrize("name", DIAGRAMS)
def test_every_way_out_of_a_choice_says_when_it_is_taken(name):
    [process] = read_bpmn(diagram(name), f"{name}.bpmn").processes
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
    [process] = read_bpmn(diagram(name), f"{name}.bpmn").processes
    drawn = {
        shape.get("bpmnElement")
        for kind in ("BPMNShape", "BPMNEdge")
        for shape in etree.fromstring(diagram(name)).iter(f"{DI}{kind}")
    }

    assert set(process.elements) | set(process.flows) <= drawn


def test_the_end_states_of_the_specification_are_there():
    ends = {
        name: {
            element.id
            for element in read_bpmn(diagram(name), f"{name}.bpmn").processes[0].elements.values()
            if element.kind is ElementKind.END_EVENT
        }
        for name in DIAGRAMS
    }

    assert {"til_fronten", "akut_ivaerksat", "videresendt_kommune", "registreret_dublet"} <= ends[
        "underretning"
    ]
    assert {"dagsorden_tom", "dagsorden_overfoert"} <= ends["fronten_dagsmoede"]
    assert {"undersoegelse", "forebyggende", "raadgivning_kort", "afsluttet"} <= ends["familieteam_modtag"]


@pytest.mark.parametrize("name", DIAGRAMS)
def test_no_number_of_the_domain_is_drawn(name):
    """Hours, days and limits are settings or rows of tables; a diagram only reads them."""
    [process] = read_bpmn(diagram(name), f"{name}.bpmn").processes
    timers = [e.event.expression for e in process.elements.values() if hasattr(e.event, "catch_up")]

    assert timers or name == "underretning"
    assert all(not timer.is_static for timer in timers)
