"""A parallel gateway is not the place that a loop goes back to.

It waits for all of its flows. Of a flow that only the gateway itself can bring a token to, none ever
comes: the case would stand still.

Wrong (del)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="del"/>
    <parallelGateway id="del"/>
    <sequenceFlow id="f2" sourceRef="del" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f3" sourceRef="vurder" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f4"/>
    <sequenceFlow id="f4" sourceRef="valg" targetRef="slut"/>
    <sequenceFlow id="f5" sourceRef="valg" targetRef="del">
      <conditionExpression>=igen</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="saml"/>
    <exclusiveGateway id="saml"/>
    <sequenceFlow id="f2" sourceRef="saml" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f3" sourceRef="vurder" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f4"/>
    <sequenceFlow id="f4" sourceRef="valg" targetRef="slut"/>
    <sequenceFlow id="f5" sourceRef="valg" targetRef="saml">
      <conditionExpression>=igen</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, Flow, Node
from flowcase.modeling.paths import entries, reachable
from flowcase.modeling.report import Report

_MAX_JOINS = 200  # each is looked at by one walk through its scope


def check(document: Document, report: Report) -> None:
    looked_at = 0
    for node in document.relevant_nodes():
        if node.tag == "parallelGateway" and len(node.incoming) > 1 and looked_at < _MAX_JOINS:
            looked_at += 1
            for flow in loop_backs(node):
                report(
                    node,
                    f"The flow '{flow.called}' comes back to this parallel gateway, "
                    "which waits for it for ever.",
                    "Draw an exclusive gateway before it and lead the loop back to that.",
                )


def loop_backs(join: Node) -> list[Flow]:
    """The incoming flows that a token can take only after it has passed the join itself."""
    before = reachable(entries(join.scope), without=join)
    behind = reachable([join])
    return [flow for flow in join.incoming if flow.source not in before and flow.source in behind]
