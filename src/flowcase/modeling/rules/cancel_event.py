"""Cancel events are refused.

They belong to BPMN transactions, which are not run here.

Wrong (afbrudt)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="afbrudt"/>
    <endEvent id="afbrudt"><cancelEventDefinition id="c1"/></endEvent>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="afbrudt"/>
    <endEvent id="afbrudt"><terminateEventDefinition id="c1"/></endEvent>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.refusal import refuse_elements
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = {"cancelEventDefinition": "Cancel events are not run."}


def check(document: Document, report: Report) -> None:
    refuse_elements(
        document,
        report,
        REFUSES,
        "Use an error end event with an error boundary event, or a terminate end event.",
    )
