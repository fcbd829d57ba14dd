"""A multi-instance names the list that it runs over.

The collection stands in `zeebe:loopCharacteristics`. A number (`loopCardinality`) and behaviours by event
are not run.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <multiInstanceLoopCharacteristics>
        <extensionElements>
          <zeebe:loopCharacteristics inputCollection="=boern" inputElement="barn"/>
        </extensionElements>
      </multiInstanceLoopCharacteristics>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from lxml import etree

from flowcase.modeling.document import Document, Node, bpmn_child, bpmn_children, local, zeebe_child
from flowcase.modeling.report import Report

REFUSES = {
    "loopCardinality": "A fixed number of instances is not run; a list is.",
    "complexBehaviorDefinition": "Events thrown by a multi-instance are not run.",
}


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        found = list(
            bpmn_children(node.xml, "standardLoopCharacteristics", "multiInstanceLoopCharacteristics")
        )
        if len(found) > 1:
            report(node, "This activity has two kinds of loop at once.", "Keep one of them.")
        for xml in found:
            if local(xml) == "multiInstanceLoopCharacteristics":
                _check(node, xml, report)


def _check(node: Node, xml: etree._Element, report: Report) -> None:
    zeebe = zeebe_child(xml, "loopCharacteristics")
    collection = (zeebe.get("inputCollection") or "").strip() if zeebe is not None else ""
    if bpmn_child(xml, "loopCardinality") is not None:
        report(
            node,
            "This multi-instance has a fixed number of instances, which is not run.",
            "Set an input collection; for three instances: =for i in 1..3 return i.",
        )
    elif not collection:
        report(
            node,
            "This multi-instance has no list to run over.",
            "Set its input collection, for example =boern.",
        )
    behaves = bpmn_child(xml, "complexBehaviorDefinition") is not None
    if behaves or (xml.get("behavior") or "All") != "All":
        report(
            node,
            "Events thrown by a multi-instance are not run.",
            "Remove the behaviour, and use a completion condition.",
        )
    if zeebe is not None and bool(zeebe.get("outputElement")) != bool(zeebe.get("outputCollection")):
        report(
            node,
            "This multi-instance has an output element without an output collection, or the reverse.",
            "Set both, or neither.",
        )
