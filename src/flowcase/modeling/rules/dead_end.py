"""Every way ends in an end event.

A task or gateway without a way on lets its branch end silently; the reader cannot tell whether that was
meant.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f2"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut">
      <conditionExpression>=afvist</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f2"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f4" sourceRef="vurder" targetRef="slut"/>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut">
      <conditionExpression>=afvist</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, is_true
from flowcase.modeling.report import Report

_MAY_END = frozenset({"endEvent", "boundaryEvent"})  # boundary events have a rule of their own


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.outgoing or node.tag in _MAY_END or node.is_event_sub_process:
            continue
        if node.scope.tag == "adHocSubProcess" or is_true(node.xml.get("isForCompensation")):
            continue
        report(
            node,
            f"No flow leaves this {node.tag}.",
            "Lead it to what follows, or to an end event.",
        )
