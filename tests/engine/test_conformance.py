"""Every construct of the dialect by a small diagram of its own: what is drawn is what runs.

A construct is `conformance/<name>.bpmn` with `<name>.yaml` beside it: what goes in, who answers what, and the
trace that it must leave. Each is run straight through and saved and read back between all commands;
`flowcase run` runs the same files. docs/conformance.md lists them.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

from flowcase.engine.trace import Trace
from flowcase.modeling import Catalogue, Severity, check_bpmn, read_bpmn
from flowcase.modeling.definition import ElementKind, MultiInstance, StandardLoop, TimerKind
from flowcase.modeling.rules.event_position import ALLOWED

sys.path.insert(0, str(Path(__file__).parent))

from conformance_suite import PAGE, constructs, difference, page, played

CONSTRUCTS = {construct.name: construct for construct in constructs()}


@pytest.mark.parametrize("saved", [False, True], ids=["straight", "saved"])
@pytest.mark.parametrize("name", CONSTRUCTS)
def test_a_construct_runs_as_drawn(name, saved):
    construct = CONSTRUCTS[name]

    trace = played(construct, saved=saved)

    assert difference(construct, trace) == ""


@pytest.mark.parametrize("name", CONSTRUCTS)
def test_the_diagram_of_a_construct_deploys(name):
    construct = CONSTRUCTS[name]

    findings = check_bpmn(construct.content, f"{name}.bpmn", Catalogue(decisions={"D"}))

    assert [finding for finding in findings if finding.severity is Severity.ERROR] == []


def _elements():
    for construct in CONSTRUCTS.values():
        for process in read_bpmn(construct.content, construct.name).processes:
            for element in process.elements.values():
                yield process, element


def test_every_kind_of_element_has_a_diagram():
    assert {element.kind for _, element in _elements()} == set(ElementKind)


def test_every_kind_of_event_has_a_diagram_at_every_place_where_it_may_stand():
    drawn = set()
    for process, element in _elements():
        kind = "none" if element.event is None else type(element.event).__name__.removesuffix("Event").lower()
        around = process.elements[element.parent].kind if element.parent else None
        place = {
            ElementKind.START_EVENT: {
                None: "start of a process",
                ElementKind.SUB_PROCESS: "start of a sub-process",
                ElementKind.EVENT_SUB_PROCESS: "start of an event sub-process",
            }.get(around),
            ElementKind.END_EVENT: "end event",
            ElementKind.INTERMEDIATE_CATCH_EVENT: "intermediate catch event",
            ElementKind.INTERMEDIATE_THROW_EVENT: "intermediate throw event",
            ElementKind.BOUNDARY_EVENT: "boundary event",
        }.get(element.kind)
        if place:
            drawn.add((place, kind, element.is_interrupting))

    expected = {(place, kind, True) for place, kinds in ALLOWED.items() for kind in kinds}
    expected |= {
        (place, kind, False)
        for place in ("boundary event", "start of an event sub-process")
        for kind in ALLOWED[place] - {"error"}
    }
    assert expected - drawn == set()


def test_every_kind_of_timer_and_loop_has_a_diagram():
    timers = {element.event.kind for _, element in _elements() if hasattr(element.event, "catch_up")}
    loops = {
        (type(element.loop), getattr(element.loop, "is_sequential", None))
        for _, element in _elements()
        if element.loop
    }

    assert timers == set(TimerKind)
    assert loops == {(MultiInstance, True), (MultiInstance, False), (StandardLoop, None)}


def test_a_wrong_trace_is_told():
    construct = CONSTRUCTS["user-task"]

    assert "Expected" in difference(construct, Trace("user_task", "Europe/Copenhagen"))


def test_the_list_of_constructs_is_up_to_date():
    assert importlib.util.find_spec("conformance_suite")
    assert PAGE.read_text(encoding="utf-8") == page(), (
        "docs/conformance.md is out of date: run tests/engine/conformance_suite.py"
    )
