"""Meetings, agreements, boards and actions: sound, readable, and every end of the specification is drawn."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowcase.handlers import load_handlers
from flowcase.modeling import Catalogue, check_bpmn, read_bpmn, read_form
from flowcase.modeling.definition import ElementKind, ProcessDefinition
from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"
ENDS = {
    "moede": {"aftaler_indgaaet", "ingen_opgave", "aflyst"},
    "aftale": {"opfyldt", "bortfaldet"},
    "familiemoede": {"aftaler_indgaaet", "ingen_opgave", "aflyst_af_familien"},
    "netvaerksmoede": {"afsluttet", "justeret", "ny_handling"},
    "tvaerfaglig_handling": {"afsluttet", "justeret", "ny_handling"},
    "tvaerprofessionelt_forum": {"raad_givet", "raad_anonymt", "trukket"},
    "signs_of_safety": {"udfyldt"},
    "sos_udbredelse": {"forankret", "afsluttet"},
    "sos_nyansat": {"introduceret", "uddannelse_noteret"},
}


def definition(name: str) -> ProcessDefinition:
    [process] = read_bpmn((PROCESSES / f"{name}.bpmn").read_bytes(), f"{name}.bpmn").processes
    return process


def calls(name: str) -> set[str]:
    elements = definition(name).elements.values()
    return {str(element.call.process_id.text) for element in elements if element.call is not None}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return Catalogue(
        job_types=set(load_handlers()),
        forms={read_form(path.read_bytes(), path.name).id for path in (PROCESSES / "forms").glob("*.form")},
        decisions=[
            decision
            for path in (PROCESSES / "decisions").glob("*.dmn")
            for decision in read_dmn(path.read_bytes(), path.name).decisions
        ],
        processes={path.stem for path in PROCESSES.glob("*.bpmn")},
    )


@pytest.mark.parametrize("name", sorted(ENDS))
def test_a_diagram_of_meetings_has_no_finding(name: str, catalogue: Catalogue) -> None:
    file = PROCESSES / f"{name}.bpmn"

    found = check_bpmn(file.read_bytes(), file.name, catalogue)

    assert [str(each) for each in found] == []


@pytest.mark.parametrize("name", sorted(ENDS))
def test_the_ends_that_the_specification_names_are_drawn(name: str) -> None:
    elements = definition(name).elements

    ends = {id for id, element in elements.items() if element.kind is ElementKind.END_EVENT}

    assert ends >= ENDS[name]


@pytest.mark.parametrize("name", sorted(ENDS))
def test_every_way_out_of_a_choice_in_a_meeting_says_when_it_is_taken(name: str) -> None:
    process = definition(name)

    unnamed = [
        flow
        for element in process.elements.values()
        if element.kind is ElementKind.EXCLUSIVE_GATEWAY and len(element.outgoing) > 1
        for flow in element.outgoing
        if not process.flows[flow].name
    ]

    assert unnamed == []


def test_every_kind_of_meeting_is_held_by_the_one_shared_meeting() -> None:
    holding = ("familiemoede", "netvaerksmoede", "tvaerfaglig_handling", "tvaerprofessionelt_forum")

    assert [name for name in holding if "moede" not in calls(name)] == []
    assert {"samtykke", "anonym_droeftelse", "signs_of_safety"} <= calls("moede")


def test_examination_plan_and_follow_up_call_the_meetings_they_need() -> None:
    """Proves R-035: the follow-up calls the board, where the setting asks for it."""
    examined = {"tvaerprofessionelt_forum", "familiemoede", "netvaerksmoede", "signs_of_safety"}

    assert examined <= calls("boernefaglig_undersoegelse")
    assert "tvaerprofessionelt_forum" in calls("handleplan")
    assert "signs_of_safety" in calls("opfoelgning")
