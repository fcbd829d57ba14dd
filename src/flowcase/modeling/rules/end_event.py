"""A process or sub-process has an end event.

Without one nobody can say when, and with which result, a case is through.

Wrong (p)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="vurder"/>

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
    for scope in document.relevant_scopes():
        if scope.tag in {"process", "subProcess"} and not any(n.tag == "endEvent" for n in scope.nodes):
            what = "process" if scope.tag == "process" else "sub-process"
            report(
                scope, f"This {what} has no end event.", "Draw an end event for each way in which it can end."
            )
