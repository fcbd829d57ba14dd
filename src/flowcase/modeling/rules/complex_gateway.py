"""Complex gateways are refused.

Their activation condition has no agreed meaning between tools.

Wrong (valg)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <complexGateway id="valg"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <inclusiveGateway id="valg"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.refusal import refuse_elements
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = {
    "complexGateway": "Complex gateways are not run.",
    "activationCondition": "The activation condition of a complex gateway is not run.",
}


def check(document: Document, report: Report) -> None:
    refuse_elements(
        document,
        report,
        REFUSES,
        "Use exclusive, inclusive or parallel gateways, or a multi-instance with a completion condition.",
    )
