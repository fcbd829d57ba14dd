"""Compensation is refused.

Undoing finished work in reverse order is not run here: neither the compensation event, nor the
association to its handler, nor `isForCompensation`. It would be drawn and never happen.

Wrong (fortryd)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="betal"/>
    <userTask id="betal"/>
    <boundaryEvent id="fortryd" attachedToRef="betal"><compensateEventDefinition id="c1"/></boundaryEvent>
    <sequenceFlow id="f2" sourceRef="betal" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <error id="fejl" name="Fortrudt" errorCode="fortrudt"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="betal"/>
    <subProcess id="betal">
      <startEvent id="s1"/>
      <sequenceFlow id="g1" sourceRef="s1" targetRef="s2"/>
      <endEvent id="s2"/>
    </subProcess>
    <boundaryEvent id="fortryd" attachedToRef="betal">
      <errorEventDefinition id="e1" errorRef="fejl"/>
    </boundaryEvent>
    <sequenceFlow id="f3" sourceRef="fortryd" targetRef="tilbagebetal"/>
    <userTask id="tilbagebetal"/>
    <sequenceFlow id="f4" sourceRef="tilbagebetal" targetRef="slut2"/>
    <endEvent id="slut2"/>
    <sequenceFlow id="f2" sourceRef="betal" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, is_true
from flowcase.modeling.refusal import refuse_elements
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = {"compensateEventDefinition": "Compensation is not run: this event would do nothing."}
_REMEDY = "Draw the undoing as tasks of their own, reached by an error event or a gateway."


def check(document: Document, report: Report) -> None:
    refuse_elements(document, report, REFUSES, _REMEDY)
    for node in document.relevant_nodes():
        if is_true(node.xml.get("isForCompensation")):
            report(node, "Compensation is not run: this activity would never be entered.", _REMEDY)
