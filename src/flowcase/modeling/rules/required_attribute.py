"""Elements have the attributes that BPMN 2.0 demands (warning).

Without them the file is no valid BPMN, and other tools may refuse it. What runs without them deploys.

Wrong (a1)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>
    <textAnnotation id="note"><text>Husk</text></textAnnotation>
    <association id="a1" sourceRef="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>
    <textAnnotation id="note"><text>Husk</text></textAnnotation>
    <association id="a1" sourceRef="slut" targetRef="note"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.document import Document
from flowcase.modeling.report import Report
from flowcase.modeling.schema_reading import placed

SEVERITY = Severity.WARNING


def check(document: Document, report: Report) -> None:
    for each in placed(document):
        for name in sorted(each.content.required):
            if not (each.xml.get(name) or "").strip():
                report(each.xml, f"This {each.name} has no {name}.", "Draw it anew, or add the attribute.")
