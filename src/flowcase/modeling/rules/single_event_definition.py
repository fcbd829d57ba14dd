"""An event has at most one event definition.

Multiple and parallel multiple events are not run, nor are event definitions that are shared by
reference.

Wrong (vent)::

    <signal id="klar" name="klar"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <intermediateCatchEvent id="vent">
      <signalEventDefinition id="d1" signalRef="klar"/>
      <timerEventDefinition id="d2"><timeDuration>PT1H</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <signal id="klar" name="klar"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <eventBasedGateway id="vent"/>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="signal"/>
    <intermediateCatchEvent id="signal">
      <signalEventDefinition id="d1" signalRef="klar"/>
    </intermediateCatchEvent>
    <sequenceFlow id="f3" sourceRef="signal" targetRef="slut"/>
    <sequenceFlow id="f4" sourceRef="vent" targetRef="time"/>
    <intermediateCatchEvent id="time">
      <timerEventDefinition id="d2"><timeDuration>PT1H</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f5" sourceRef="time" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import EVENTS, Document, bpmn_child, is_true
from flowcase.modeling.report import Report

BLOCKS_READING = True
_REMEDY = "Draw one event for each, behind an event-based gateway or as boundary events."


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.tag not in EVENTS:
            continue
        if len(node.event_definitions()) > 1 or is_true(node.xml.get("parallelMultiple")):
            report(node, "This event has several event definitions; only one of them would run.", _REMEDY)
        elif bpmn_child(node.xml, "eventDefinitionRef") is not None:
            report(
                node,
                "This event refers to an event definition elsewhere in the file, which is not read.",
                "Define the event at the event itself.",
            )
