"""Link events are refused.

A link event jumps to the event of the same name. It is not run here; a token would end at it.

Wrong (hop)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="hop"/>
    <intermediateThrowEvent id="hop"><linkEventDefinition id="l1" name="A"/></intermediateThrowEvent>
    <intermediateCatchEvent id="land"><linkEventDefinition id="l2" name="A"/></intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="land" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.refusal import refuse_elements
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = {"linkEventDefinition": "Link events are not run: a token would end here."}


def check(document: Document, report: Report) -> None:
    refuse_elements(
        document,
        report,
        REFUSES,
        "Draw a sequence flow, or move the part into a process of its own and call it.",
    )
