"""An activity takes one token and gives one.

`startQuantity` and `completionQuantity` other than 1 are not run.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder" startQuantity="2"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.report import Report


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        for attribute in ("startQuantity", "completionQuantity"):
            if node.xml.get(attribute, "1").strip() != "1":
                report(
                    node,
                    f"The attribute {attribute} of this activity is not run.",
                    "Remove it, and draw a parallel gateway or a multi-instance.",
                )
