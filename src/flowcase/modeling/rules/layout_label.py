"""Branches of a gateway, and user tasks, have a label (warning).

A reader sees from the label what was asked and which answer leads where, without opening a condition.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" name="Akut?" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut1">
      <conditionExpression>=akut</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut2"/>
    <endEvent id="slut1"/>
    <endEvent id="slut2"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" name="Akut?" default="f3"/>
    <sequenceFlow id="f2" name="Ja" sourceRef="valg" targetRef="slut1">
      <conditionExpression>=akut</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" name="Nej" sourceRef="valg" targetRef="slut2"/>
    <endEvent id="slut1"/>
    <endEvent id="slut2"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.document import Document
from flowcase.modeling.report import Report

SEVERITY = Severity.WARNING


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.tag in {"exclusiveGateway", "inclusiveGateway"} and len(node.outgoing) > 1:
            for flow in node.outgoing:
                if not flow.name.strip():
                    report(
                        flow,
                        f"This branch of the gateway '{node.called}' has no label.",
                        "Write the answer that leads this way.",
                    )
        elif node.tag == "userTask" and not node.name.strip():
            report(node, "This user task has no name, which people would see in their list.", "Name it.")
