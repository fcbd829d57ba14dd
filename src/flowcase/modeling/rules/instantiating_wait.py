"""Only start events start a process.

A receive task or event-based gateway with `instantiate="true"`, or `eventGatewayType="Parallel"`, is not
run.

Wrong (modtag)::

    <message id="m" name="besked"/>
    <receiveTask id="modtag" instantiate="true" messageRef="m"/>
    <sequenceFlow id="f2" sourceRef="modtag" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <message id="m" name="besked"/>
    <startEvent id="modtag"><messageEventDefinition id="d1" messageRef="m"/></startEvent>
    <sequenceFlow id="f2" sourceRef="modtag" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, is_true
from flowcase.modeling.report import Report

BLOCKS_READING = True


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if is_true(node.xml.get("instantiate")):
            report(
                node,
                f"This {node.tag} is to start the process, which only start events do.",
                "Draw message start events instead.",
            )
        if node.tag == "eventBasedGateway" and node.xml.get("eventGatewayType") == "Parallel":
            report(
                node,
                "A parallel event-based gateway waits for all of its events, which is not run.",
                "Draw a parallel gateway with one catching event on each branch.",
            )
