"""Nothing leads into a start or boundary event, out of an end event, or to and from an event sub-process.

Such a flow has no meaning in BPMN.

Wrong (start)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <sequenceFlow id="f4" sourceRef="valg" targetRef="start">
      <conditionExpression>=igen</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <sequenceFlow id="f4" sourceRef="valg" targetRef="vurder">
      <conditionExpression>=igen</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.report import Report


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.incoming and node.tag in {"startEvent", "boundaryEvent"}:
            report(
                node,
                f"The flow '{node.incoming[0].called}' leads into this {node.tag}, which nothing can enter.",
                "Lead it to the node that follows.",
            )
        if node.outgoing and node.tag == "endEvent":
            report(
                node,
                f"The flow '{node.outgoing[0].called}' leads out of this end event.",
                "Make it an intermediate event, or remove the flow.",
            )
        if node.is_event_sub_process and (node.incoming or node.outgoing):
            report(
                node,
                "A flow is connected to this event sub-process, which only its start event can enter.",
                "Remove the flow, or make it an ordinary sub-process.",
            )
