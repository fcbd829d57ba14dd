"""What is an expression begins with `=`.

Text without it is taken as the value itself, so that a condition or a collection would never be computed.
Expressions of other engines (`${...}`, `#{...}`) are not read.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>${akut}</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=akut</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

import re

from flowcase.modeling.document import Document
from flowcase.modeling.expressions import written_in_process
from flowcase.modeling.report import Report

_OTHER_ENGINE = re.compile(r"[$#]\{")


def check(document: Document, report: Report) -> None:
    for written in written_in_process(document):
        if written.is_feel:
            continue
        if _OTHER_ENGINE.search(written.text):
            report(
                written.xml,
                f"The {written.field} '{written.text[:80]}' is another engine's expression.",
                "Write it in FEEL, beginning with '='.",
            )
        elif written.is_feel_only:
            report(
                written.xml,
                f"The {written.field} '{written.text[:80]}' is plain text, but an expression is expected.",
                "Put '=' before it if it is FEEL.",
            )
