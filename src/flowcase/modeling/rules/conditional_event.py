"""Conditional events are refused.

Nothing watches variables for a condition that becomes true.

Wrong (vent)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <intermediateCatchEvent id="vent">
      <conditionalEventDefinition id="c1"><condition>=klar</condition></conditionalEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <signal id="klar" name="klar"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <intermediateCatchEvent id="vent">
      <signalEventDefinition id="c1" signalRef="klar"/>
    </intermediateCatchEvent>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.refusal import refuse_elements
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = {
    "conditionalEventDefinition": "Conditional events are not run: nothing watches the condition.",
    "condition": "The condition of a conditional event is not run.",
}


def check(document: Document, report: Report) -> None:
    refuse_elements(
        document,
        report,
        {"conditionalEventDefinition": REFUSES["conditionalEventDefinition"]},
        "Send a message or signal where the condition comes true, and catch that.",
    )
