"""A condition is true or false.

A number, a text or a date in its place stops the process when the token comes by.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements><zeebe:script expression="=2 + 2" resultVariable="antal"/></extensionElements>
    </scriptTask>
    <sequenceFlow id="f0" sourceRef="regn" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=antal</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements><zeebe:script expression="=2 + 2" resultVariable="antal"/></extensionElements>
    </scriptTask>
    <sequenceFlow id="f0" sourceRef="regn" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=antal &gt; 3</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.feel.static_operators import is_unknown, name_of
from flowcase.feel.static_types import type_of
from flowcase.feel.types import BOOLEAN
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document
from flowcase.modeling.report import Report
from flowcase.modeling.variable_types import expression_of, severity_of, written_with_types

_CONDITIONS = frozenset({"condition", "loop condition", "completion condition"})


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    for written, _, names, types in written_with_types(document, catalogue):
        expression = expression_of(written) if written.field in _CONDITIONS else None
        if expression is None:
            continue
        found = type_of(expression.tree, names)
        if not is_unknown(found) and found != BOOLEAN:
            report(
                written.xml,
                f"The {written.field} '{written.text[:80]}' is a {name_of(found)}, not true or false.",
                "Compare it with something, so that it is true or false.",
                severity=severity_of(expression, types),
            )
