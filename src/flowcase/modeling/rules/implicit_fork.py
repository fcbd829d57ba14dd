"""Only gateways split the way.

Two flows out of a task or event would start two branches, or be taken by their conditions, without a
symbol that says which. Whoever reads the diagram cannot see that both run.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut1"/>
    <sequenceFlow id="f3" sourceRef="vurder" targetRef="slut2"/>
    <endEvent id="slut1"/>
    <endEvent id="slut2"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="del"/>
    <parallelGateway id="del"/>
    <sequenceFlow id="f3" sourceRef="del" targetRef="slut1"/>
    <sequenceFlow id="f4" sourceRef="del" targetRef="slut2"/>
    <endEvent id="slut1"/>
    <endEvent id="slut2"/>
"""

from __future__ import annotations

from flowcase.modeling.document import GATEWAYS, Document
from flowcase.modeling.report import Report


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.tag in GATEWAYS or node.tag == "endEvent":
            continue
        conditional = [flow for flow in node.outgoing if flow.condition is not None]
        if conditional:
            for flow in conditional:
                report(
                    flow,
                    f"This flow out of the {node.tag} '{node.called}' has a condition; only gateways decide.",
                    "Draw an exclusive or inclusive gateway behind it and put the conditions there.",
                )
        elif len(node.outgoing) > 1:
            report(
                node,
                f"{len(node.outgoing)} flows leave this {node.tag} without a gateway.",
                "Draw a parallel gateway behind it if all of them run, or an exclusive one if one does.",
            )
