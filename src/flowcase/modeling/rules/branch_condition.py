"""Each flow out of an exclusive or inclusive gateway has a condition, or is the default; elsewhere none has.

A flow without a condition would be taken always, or never, depending on the tool. A condition at a
parallel or event-based gateway would not be read.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut1"/>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut2">
      <conditionExpression>=afvist</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut1"/>
    <endEvent id="slut2"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f2"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut1"/>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut2">
      <conditionExpression>=afvist</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut1"/>
    <endEvent id="slut2"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, text_of
from flowcase.modeling.report import Report

_DECIDING = frozenset({"exclusiveGateway", "inclusiveGateway"})


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.tag in _DECIDING and len(node.outgoing) > 1:
            for flow in node.outgoing:
                if not flow.is_default and not text_of(flow.condition):
                    report(
                        flow,
                        f"This flow out of the gateway '{node.called}' has no condition "
                        "and is not the default.",
                        "Give it a condition, or make it the default flow of the gateway.",
                    )
        elif node.tag in {"parallelGateway", "eventBasedGateway", "complexGateway"}:
            for flow in node.outgoing:
                if flow.condition is not None:
                    report(
                        flow,
                        f"The condition of this flow is not read, because a {node.tag} decides nothing.",
                        "Remove the condition, or use an exclusive or inclusive gateway.",
                    )
