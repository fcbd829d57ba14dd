"""A `.bpmn` file holds BPMN 2.0.

The root element is `definitions` in the namespace `http://www.omg.org/spec/BPMN/20100524/MODEL`. Drawings
in BPMN 1.x, XPDL, DMN or a tool's own format cannot be deployed as a process.

Wrong ()::

    <definitions xmlns="http://example.com/another-notation" id="tegning"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, local, namespace
from flowcase.modeling.report import Report

BLOCKS_READING = True


def check(document: Document, report: Report) -> None:
    if not document.is_bpmn:
        found = local(document.root)
        space = namespace(document.root)
        hint = " It is a DMN file: give it the ending .dmn." if "DMN" in space else ""
        report(
            document.root,
            f"The root element is '{found}' of the namespace '{space[:100]}', which is no BPMN 2.0.",
            "Save the diagram as BPMN 2.0 XML and upload that file." + hint,
        )
