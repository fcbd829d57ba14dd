"""A variable that an expression reads is set somewhere.

Variables may come with the start, so this only warns: when nothing in the diagram sets the name, or when a
name that is set is spelt almost alike.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements><zeebe:script expression="=1 + 1" resultVariable="antal_boern"/></extensionElements>
    </scriptTask>
    <sequenceFlow id="f0" sourceRef="regn" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=antal_born &gt; 1</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements><zeebe:script expression="=1 + 1" resultVariable="antal_boern"/></extensionElements>
    </scriptTask>
    <sequenceFlow id="f0" sourceRef="regn" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=antal_boern &gt; 1</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.feel import FeelSyntaxError
from flowcase.feel import check as problems_of
from flowcase.finding import Severity
from flowcase.modeling.document import Document
from flowcase.modeling.expressions import parse, written_in_process
from flowcase.modeling.report import Report
from flowcase.modeling.variables import FACTS, set_in

SEVERITY = Severity.WARNING


def check(document: Document, report: Report) -> None:
    known, anything = set_in(document)
    known |= FACTS
    told: set[str] = set()
    for written in written_in_process(document):
        found = parse(written.feel) if written.is_feel and written.feel else None
        if found is None or isinstance(found, FeelSyntaxError) or found.names <= known | told:
            continue
        for problem in problems_of(found, names=known):
            name = problem.name
            if problem.kind != "unknown variable" or name in told:
                continue
            told.add(name)
            if problem.suggestion in known:
                report(
                    written.xml,
                    f"The {written.field} reads '{name}', which nothing sets; '{problem.suggestion}' is set.",
                    f"Write '{problem.suggestion}' if that is meant.",
                )
            elif not anything:
                report(
                    written.xml,
                    f"The {written.field} reads '{name}', which nothing in this diagram sets.",
                    "Set it before, or see to it that it comes with the start.",
                )
