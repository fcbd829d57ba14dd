"""A timer can be read, and has one date, duration or cycle that fits its place.

Wrong (vent)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <intermediateCatchEvent id="vent">
      <timerEventDefinition id="t1"><timeDuration>24 timer</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <intermediateCatchEvent id="vent">
      <timerEventDefinition id="t1"><timeDuration>PT24H</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from lxml import etree

from flowcase.modeling.document import Document, Node, bpmn_children, local, text_of
from flowcase.modeling.report import Report
from flowcase.modeling.timer_text import problem_of_cycle, problem_of_date, problem_of_duration

_PROBLEM = {
    "timeDate": problem_of_date,
    "timeDuration": problem_of_duration,
    "timeCycle": problem_of_cycle,
}
_REMEDY = {
    "timeDate": "Write an instant such as 2026-04-01T09:00:00+02:00, or FEEL that gives one (=frist.T04).",
    "timeDuration": "Write an ISO 8601 duration such as PT24H, or FEEL that gives one.",
    "timeCycle": "Write a repetition such as R/P1D, cron such as 0 0 9 * * MON-FRI, or FEEL that gives one.",
}


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        for definition in node.event_definitions():
            if local(definition) == "timerEventDefinition":
                _check(node, definition, report)


def _check(node: Node, definition: etree._Element, report: Report) -> None:
    timings = list(bpmn_children(definition, *_PROBLEM))
    if len(timings) != 1 or not text_of(timings[0]):
        report(
            node,
            "This timer has several times." if len(timings) > 1 else "This timer has no time.",
            "Give it one date, duration or cycle.",
        )
        return
    kind, text = local(timings[0]), text_of(timings[0])
    if kind == "timeCycle" and not _may_repeat(node):
        report(
            timings[0],
            "A cycle cannot repeat here: the event happens once.",
            "Use a duration or a date, or a non-interrupting boundary event.",
        )
    if text.startswith("="):
        return
    problem = _PROBLEM[kind](text)
    if problem:
        report(timings[0], f"The timer '{text[:80]}' {problem}.", _REMEDY[kind])


def _may_repeat(node: Node) -> bool:
    if node.tag == "boundaryEvent":
        return not node.is_interrupting
    if node.tag == "startEvent":
        return node.scope.node is None or not node.is_interrupting
    return False
