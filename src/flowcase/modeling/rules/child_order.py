"""Children stand in the order that BPMN 2.0 demands (warning).

It runs all the same, but a tool that checks files against the schema refuses it. An editor that saves the
file puts it right.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <outgoing>f2</outgoing>
      <incoming>f1</incoming>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <incoming>f1</incoming>
      <outgoing>f2</outgoing>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.document import Document, local
from flowcase.modeling.report import Report
from flowcase.modeling.schema_reading import bpmn_children_of, placed

SEVERITY = Severity.WARNING


def check(document: Document, report: Report) -> None:
    for each in placed(document):
        before, name_before = -1, ""
        for child in bpmn_children_of(each.xml):
            found = each.content.children.get(local(child))
            if found is None:
                continue
            if found.position < before:
                report(
                    child,
                    f"In a {each.name} the {local(child)} stands before the {name_before}.",
                    "Save the file in an editor, or exchange the two.",
                )
                break
            before, name_before = found.position, local(child)
