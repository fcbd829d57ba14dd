"""What a case carries ends when the case closes, or its diagram says why it goes on.

A task in a closed case is nobody's, and a timer in one reminds people of what no longer is. So every place
where a flow of a case can wait hears that the case closes, and nothing that follows from hearing it waits
again. What rightly goes on says so in its documentation, in the words of `GOES_ON` and then the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from flowcase.config import shipped_processes
from flowcase.modeling import read_bpmn
from flowcase.modeling.definition import Element, ElementKind, ProcessDefinition, SignalEvent

CLOSED = "sag_afsluttet"
GOES_ON = re.compile(r"Går videre, når sagen lukkes: \w+ \w+")
BEGUN_IN_A_CASE = {"akut_vagt"}  # runs in whatever case it is called from, and reads nothing of it
WATCHED_BY_ITS_DEADLINE = {"frist"}  # ends when its deadline is met or cancelled, by whoever opened that

_WAITS = {
    ElementKind.USER_TASK,
    ElementKind.MANUAL_TASK,
    ElementKind.RECEIVE_TASK,
    ElementKind.CALL_ACTIVITY,
    ElementKind.INTERMEDIATE_CATCH_EVENT,
}
# What only hands a case on to another flow, as `sag_id` of a call, is no flow of a case.
_OF_A_CASE = re.compile(r'(?<!target=")\bsag_id\b|\bsag\.\w|\bsagens_')

_EXAMPLE = """<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
             xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="defs" targetNamespace="t">
  <process id="p" name="P" isExecutable="true">
    <documentation>{documentation}</documentation>
    <startEvent id="s"><outgoing>a</outgoing></startEvent>
    <userTask id="u" name="U"><extensionElements><zeebe:userTask/></extensionElements>
      <incoming>a</incoming><outgoing>b</outgoing></userTask>
    <boundaryEvent id="l" attachedToRef="u"><outgoing>c</outgoing>
      <signalEventDefinition id="ld" signalRef="g"/></boundaryEvent>
    <userTask id="v" name="V"><extensionElements><zeebe:userTask/></extensionElements>
      <incoming>{after}</incoming><outgoing>d</outgoing></userTask>
    <endEvent id="e"><incoming>d</incoming></endEvent>
    <endEvent id="f"><incoming>{else_}</incoming></endEvent>
    <sequenceFlow id="a" sourceRef="s" targetRef="u"/>
    <sequenceFlow id="b" sourceRef="u" targetRef="{next}"/>
    <sequenceFlow id="c" sourceRef="l" targetRef="{closed}"/>
    <sequenceFlow id="d" sourceRef="v" targetRef="e"/>
  </process>
  <signal id="g" name="sag_afsluttet"/>
</definitions>"""


def _hears(element: Element) -> bool:
    return isinstance(element.event, SignalEvent) and element.event.name.text == CLOSED


def _scopes(process: ProcessDefinition, element: Element) -> Iterator[Element]:
    """The element and the sub-processes around it, from within."""
    at: Element | None = element
    while at is not None:
        yield at
        at = None if at.parent is None else process.elements[at.parent]


def _goes_on(process: ProcessDefinition, element: Element) -> bool:
    told = [process.documentation, *(each.documentation for each in _scopes(process, element))]
    return any(GOES_ON.search(each) for each in told)


def _ends_within(process: ProcessDefinition, scope: str | None) -> bool:
    """Whether an interrupting event sub-process directly inside this scope hears that the case closes."""
    return any(
        start.kind is ElementKind.START_EVENT and _hears(start) and start.is_interrupting
        for sub in process.children(scope)
        if sub.kind is ElementKind.EVENT_SUB_PROCESS
        for start in process.children(sub.id)
    )


def _is_cut_short(process: ProcessDefinition, element: Element) -> bool:
    """Whether what waits here stops at once when the case closes."""
    for scope in _scopes(process, element):
        if _ends_within(process, scope.parent):
            return True
        borders = [each for each in process.elements.values() if each.attached_to == scope.id]
        if any(_hears(each) and each.is_interrupting for each in borders):
            return True
    gateways = [
        process.elements[process.flows[flow].source]
        for flow in element.incoming
        if process.elements[process.flows[flow].source].kind is ElementKind.EVENT_BASED_GATEWAY
    ]
    branches = [process.elements[process.flows[flow].target] for each in gateways for flow in each.outgoing]
    return any(_hears(each) for each in branches)


def _after(process: ProcessDefinition, element: Element) -> list[Element]:
    """What can be reached from an element along the lines, also out of and into sub-processes."""
    found: dict[str, Element] = {}
    ahead = [element]
    left: set[str] = set()
    while ahead:
        at = ahead.pop()
        for flow in at.outgoing:
            each = process.elements[process.flows[flow].target]
            if each.id not in found:
                found[each.id] = each
                ahead.append(each)
                if each.kind is ElementKind.SUB_PROCESS:
                    ahead += [it for it in process.children(each.id) if it.kind is ElementKind.START_EVENT]
        if not at.outgoing and at.parent is not None and at.parent not in left:
            left.add(at.parent)
            ahead.append(process.elements[at.parent])
    return list(found.values())


def _places_that_outlive(process: ProcessDefinition, ending: set[str]) -> list[str]:
    """Where an instance still waits after its case was closed. `ending`: processes that end with a case."""
    waits = [each for each in process.elements.values() if each.kind in _WAITS]
    open_ended = {each.id for each in waits if not _goes_on(process, each)}
    found = []
    for each in waits:
        if each.id not in open_ended or _is_cut_short(process, each):
            continue
        called = each.call.process_id.text if each.call is not None else None
        # What is called ends by itself; then its caller must not wait for anything more.
        if called in ending and not any(after.id in open_ended for after in _after(process, each)):
            continue
        found.append(each.id)
    for each in process.elements.values():
        if _hears(each):
            found += [after.id for after in _after(process, each) if after.id in open_ended]
    return sorted(set(found))


def _of_cases() -> dict[str, ProcessDefinition]:
    found = {}
    for file in sorted(shipped_processes().glob("*.bpmn")):
        content = file.read_bytes()
        if file.stem in BEGUN_IN_A_CASE or _OF_A_CASE.search(content.decode()):
            found.update({each.id: each for each in read_bpmn(content, file.name).processes})
    return found


def test_every_flow_of_a_case_ends_with_it_or_says_why_it_goes_on() -> None:
    processes = _of_cases()
    ending: set[str] = set()
    while True:  # who calls only what ends with the case may end with it, too
        more = {id for id, each in processes.items() if not _places_that_outlive(each, ending)} - ending
        if not more:
            break
        ending |= more

    outliving = {
        id: _places_that_outlive(each, ending)
        for id, each in processes.items()
        if id not in WATCHED_BY_ITS_DEADLINE
    }

    assert len(processes) > 30
    assert {id: places for id, places in outliving.items() if places} == {}


@pytest.mark.parametrize(
    ("drawn", "outliving"),
    [
        ({"next": "v", "after": "b", "else_": "c", "closed": "f"}, ["v"]),
        ({"next": "f", "after": "c", "else_": "b", "closed": "v"}, ["v"]),
        ({"next": "v", "after": "b", "else_": "c", "closed": "f", "documentation": "Går videre."}, ["v"]),
        (
            {
                "next": "v",
                "after": "b",
                "else_": "c",
                "closed": "f",
                "documentation": "Går videre, når sagen lukkes: det er godt.",
            },
            [],
        ),
    ],
    ids=["deaf", "waits again", "no reason", "a reason"],
)
def test_a_flow_that_would_outlive_its_case_is_found(drawn: dict[str, str], outliving: list[str]) -> None:
    content = _EXAMPLE.format(**{"documentation": "", **drawn})

    (process,) = read_bpmn(content.encode(), "p.bpmn").processes

    assert _places_that_outlive(process, set()) == outliving
