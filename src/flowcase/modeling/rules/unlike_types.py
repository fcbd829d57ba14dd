"""Operations get values that go together.

A date is never less than a number, and a date plus a text is nothing: the result is null, and a condition
that is null stops the process. The types come from the forms, tables, handlers and mappings that set the
variables. Where something else may set them too, such as a message, this only warns.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements>
        <zeebe:script expression="=today() + @&quot;P14D&quot;" resultVariable="svarfrist"/>
      </extensionElements>
    </scriptTask>
    <sequenceFlow id="f0" sourceRef="regn" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=svarfrist &lt; 14</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements>
        <zeebe:script expression="=today() + @&quot;P14D&quot;" resultVariable="svarfrist"/>
      </extensionElements>
    </scriptTask>
    <sequenceFlow id="f0" sourceRef="regn" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=svarfrist &lt; today()</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.feel.static_types import clashes
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document
from flowcase.modeling.report import Report
from flowcase.modeling.variable_types import expression_of, severity_of, written_with_types


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    for written, _, names, types in written_with_types(document, catalogue):
        expression = expression_of(written)
        if expression is None:
            continue
        plain = set(clashes(expression.tree))  # feel-function tells what literals alone show
        for _, what in sorted(set(clashes(expression.tree, names)) - plain):
            report(
                written.xml,
                f"The {written.field} '{written.text[:80]}' can only be null: {what}.",
                "Use values of one type, or convert them, for example with date(), number() or string().",
                severity=severity_of(expression, types),
            )
