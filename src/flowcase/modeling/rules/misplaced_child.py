"""Every element stands where BPMN 2.0 has a place for it.

An editor and an engine pass over what stands elsewhere, so it would be drawn and never run. An element that
may stand once and stands twice only warns: the last one counts.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <timerEventDefinition id="t"><timeDuration>PT24H</timeDuration></timerEventDefinition>
      <conditionExpression>=haster</conditionExpression>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from collections import Counter

from flowcase.finding import Severity
from flowcase.modeling.dialect import is_known
from flowcase.modeling.document import EVENT_DEFINITIONS, FLOW_NODES, Document, local
from flowcase.modeling.report import Report
from flowcase.modeling.schema_reading import bpmn_children_of, placed

# Rule known-element tells of these, and of elements that BPMN does not have.
_TOLD_ELSEWHERE = (
    FLOW_NODES
    | EVENT_DEFINITIONS
    | {"sequenceFlow", "process", "message", "signal", "error", "escalation", "collaboration"}
)


def check(document: Document, report: Report) -> None:
    for each in placed(document):
        counted: Counter[str] = Counter()
        for child in bpmn_children_of(each.xml):
            name = local(child)
            found = each.content.children.get(name)
            if found is None:
                if name not in _TOLD_ELSEWHERE and is_known(name):
                    report(
                        child,
                        f"A {name} cannot stand inside a {each.name}, where it would be passed over.",
                        "Remove it, or draw what was meant at the element that it belongs to.",
                        severity=Severity.ERROR if each.runs else Severity.WARNING,
                    )
                continue
            counted[name] += 1
            if counted[name] == 2 and not found.is_many:
                report(
                    child,
                    f"A {each.name} has one {name} at most, and this one has several.",
                    "Keep the one that is meant.",
                    severity=Severity.WARNING,
                )
