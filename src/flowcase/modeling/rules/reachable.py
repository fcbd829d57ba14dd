"""Every element can be reached from a start.

What no flow leads to never runs, although it is drawn.

Wrong (glemt)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <userTask id="glemt"/>
    <sequenceFlow id="f2" sourceRef="glemt" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="glemt"/>
    <userTask id="glemt"/>
    <sequenceFlow id="f2" sourceRef="glemt" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, is_true
from flowcase.modeling.paths import entries, reachable
from flowcase.modeling.report import Report

_NO_FLOW_OF_ITS_OWN = frozenset({"startEvent", "boundaryEvent"})


def check(document: Document, report: Report) -> None:
    for scope in document.relevant_scopes():
        if scope.tag == "adHocSubProcess" or not scope.start_events():
            continue  # the missing start event is said once
        seen = reachable(entries(scope))
        for node in scope.nodes:
            if node in seen or is_true(node.xml.get("isForCompensation")):
                continue
            if node.tag == "boundaryEvent":
                continue  # said at the activity that it is attached to
            if not node.incoming and node.tag not in _NO_FLOW_OF_ITS_OWN:
                report(
                    node,
                    f"No flow leads to this {node.tag}, so it never runs.",
                    "Connect it, or remove it.",
                )
            else:
                report(
                    node,
                    f"No way from a start event leads to this {node.tag}, so it never runs.",
                    "Connect what comes before it, or remove it.",
                )
