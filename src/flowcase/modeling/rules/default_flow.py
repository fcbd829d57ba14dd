"""A default flow leaves its own gateway, has no condition, and is not the only way.

Wrong (valg)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f1"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f2"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut"/>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut">
      <conditionExpression>=afvist</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import ACTIVITIES, Document
from flowcase.modeling.report import Report

_MAY_HAVE_DEFAULT = frozenset({"exclusiveGateway", "inclusiveGateway", "complexGateway"})


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        default = node.default_flow
        if not default:
            continue
        flow = next((flow for flow in node.outgoing if flow.id == default), None)
        if node.tag not in _MAY_HAVE_DEFAULT:
            what = "an activity" if node.tag in ACTIVITIES else f"a {node.tag}"
            report(
                node,
                f"The default flow '{default}' of {what} has no meaning without conditions.",
                "Draw an exclusive or inclusive gateway, and set the default there.",
            )
        elif flow is None:
            report(
                node,
                f"The default flow '{default}' does not leave this gateway.",
                "Choose one of the flows that leave it.",
            )
        elif flow.condition is not None:
            report(
                flow,
                "This is a default flow, and so its condition would never be read.",
                "Remove the condition, or make another flow the default.",
            )
