"""The element template that an element was made from is known (warning).

A template that is not known cannot be brought up to date in the editor; the element runs as it is drawn.

Wrong (send)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send" zeebe:modelerTemplate="io.eksempel.post.v1">
      <extensionElements><zeebe:taskDefinition type="kvittering.send"/></extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send" zeebe:modelerTemplate="flowcase.kvittering.send">
      <extensionElements><zeebe:taskDefinition type="kvittering.send"/></extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import ZEEBE, Document
from flowcase.modeling.references import report_missing
from flowcase.modeling.report import Report

SEVERITY = Severity.WARNING


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    if catalogue.templates is None:
        return
    for node in document.relevant_nodes():
        name = node.xml.get(f"{{{ZEEBE}}}modelerTemplate")
        if name and name not in catalogue.templates:
            report_missing(
                report, node, "element template", name, catalogue.templates, "Apply a template that exists."
            )
