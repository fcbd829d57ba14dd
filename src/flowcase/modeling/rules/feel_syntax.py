"""Every expression is FEEL that can be read.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=alder &gt; and akut</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=alder &gt; 15 and akut</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.feel import FeelSyntaxError
from flowcase.modeling.document import Document
from flowcase.modeling.expressions import parse, written_in_process
from flowcase.modeling.report import Report


def check(document: Document, report: Report) -> None:
    for written in written_in_process(document):
        if not written.is_feel:
            continue
        if not written.feel:
            report(
                written.xml,
                f"The {written.field} is an empty expression.",
                "Write the expression, or remove it.",
            )
            continue
        found = parse(written.feel)
        if isinstance(found, FeelSyntaxError):
            report(
                written.xml,
                f"The {written.field} '{written.text[:80]}' is no FEEL: {found.message} "
                f"(line {found.line}, column {found.column}).",
                "Correct the expression.",
            )
