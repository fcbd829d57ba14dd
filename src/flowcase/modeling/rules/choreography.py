"""Choreographies are refused.

They describe what partners exchange and are not run.

Wrong (samtale)::

    <choreography id="samtale"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import BPMN, Document, local
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = dict.fromkeys(
    (
        "choreography",
        "globalChoreographyTask",
        "choreographyTask",
        "subChoreography",
        "callChoreography",
    ),
    "Choreographies are not run.",
)


def check(document: Document, report: Report) -> None:
    for xml in document.root.iter(*(f"{{{BPMN}}}{name}" for name in REFUSES)):
        parent = xml.getparent()
        if parent is None or local(parent) not in REFUSES:
            report(
                xml,
                REFUSES[local(xml)],
                "Draw each partner's part as a process, and message flows between them.",
            )
