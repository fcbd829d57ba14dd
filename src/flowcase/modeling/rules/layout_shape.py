"""Every element has a shape (warning).

What is not drawn still runs. A reader of the picture would not know of it.

Wrong (slut)::

    <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plan" bpmnElement="p">
      <bpmndi:BPMNShape id="start_di" bpmnElement="start">
        <dc:Bounds x="0" y="0" width="36" height="36"/>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="f1_di" bpmnElement="f1">
        <di:waypoint x="36" y="18"/><di:waypoint x="90" y="18"/>
      </bpmndi:BPMNEdge>
    </bpmndi:BPMNPlane>
    </bpmndi:BPMNDiagram>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <bpmndi:BPMNDiagram id="diagram"><bpmndi:BPMNPlane id="plan" bpmnElement="p">
      <bpmndi:BPMNShape id="start_di" bpmnElement="start">
        <dc:Bounds x="0" y="0" width="36" height="36"/>
      </bpmndi:BPMNShape>
      <bpmndi:BPMNEdge id="f1_di" bpmnElement="f1">
        <di:waypoint x="36" y="18"/><di:waypoint x="90" y="18"/>
      </bpmndi:BPMNEdge>
      <bpmndi:BPMNShape id="slut_di" bpmnElement="slut">
        <dc:Bounds x="90" y="0" width="36" height="36"/>
      </bpmndi:BPMNShape>
    </bpmndi:BPMNPlane>
    </bpmndi:BPMNDiagram>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.document import BPMN_DI, Document, local, reference
from flowcase.modeling.report import Report

SEVERITY = Severity.WARNING


def check(document: Document, report: Report) -> None:
    if not document.is_bpmn or not document.processes:
        return
    drawn = {
        reference(xml.get("bpmnElement"))
        for name in ("BPMNShape", "BPMNEdge")
        for xml in document.root.iter(f"{{{BPMN_DI}}}{name}")
    }
    if not drawn:
        report(
            document.relevant_processes()[0],
            "The file has no drawing: none of its elements has a shape.",
            "Draw it with an editor, so that people can read it.",
        )
        return
    for process in document.relevant_processes():
        for item in process.named_items():
            if item is not process and item.id not in drawn:
                report(
                    item,
                    f"This {local(item.xml)} is not drawn: it has no shape.",
                    "Draw it with an editor, or remove it.",
                )
