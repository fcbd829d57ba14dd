"""Every sequence flow leads from one node to another of the same level.

A flow whose source or target is missing, lies in another pool, or on the other side of a sub-process
border has no meaning in BPMN: between pools a message flow is drawn, and a sub-process is entered and
left through itself.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <sequenceFlow id="f2" sourceRef="start" targetRef="forsvundet"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.report import Report

BLOCKS_READING = True


def check(document: Document, report: Report) -> None:
    for flow in document.relevant_flows():
        ends = (("source", flow.source_ref, flow.source), ("target", flow.target_ref, flow.target))
        for end, ref, node in ends:
            if not ref:
                report(flow, f"This sequence flow has no {end}.", "Connect both of its ends, or remove it.")
            elif node is None:
                report(
                    flow,
                    f"The {end} of this sequence flow is '{ref[:80]}', which is no node of this file.",
                    "Connect it to a node, or remove it.",
                )
            elif node.scope.process is not flow.scope.process:
                report(
                    flow,
                    f"The {end} '{ref}' of this sequence flow lies in another pool.",
                    "Draw a message flow between pools, with a message event at either end.",
                )
            elif node.scope is not flow.scope:
                report(
                    flow,
                    f"The {end} '{ref}' of this flow lies on the other side of a sub-process border.",
                    "Lead the flow to the sub-process itself, or use an event at its border.",
                )
