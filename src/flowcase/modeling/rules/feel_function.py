"""Expressions call functions that FEEL has, with arguments that they take, and compare like with like.

A call of an unknown function gives null, and so a condition that is never true. So does a comparison of a
text with a number.

Wrong (f2)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=cuont(boern) &gt; 1</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut">
      <conditionExpression>=count(boern) &gt; 1</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.feel import FeelSyntaxError
from flowcase.feel import check as problems_of
from flowcase.modeling.document import Document
from flowcase.modeling.expressions import parse, written_in_process
from flowcase.modeling.report import Report


def check(document: Document, report: Report) -> None:
    for written in written_in_process(document):
        found = parse(written.feel) if written.is_feel and written.feel else None
        if found is None or isinstance(found, FeelSyntaxError):
            continue
        for problem in problems_of(found, names=()):
            if problem.kind in {"unknown function", "wrong arguments"}:
                hint = f"Did you mean '{problem.suggestion}'? " if problem.suggestion else ""
                what = "calls the unknown function" if problem.kind == "unknown function" else "calls wrongly"
                report(
                    written.xml,
                    f"The {written.field} '{written.text[:80]}' {what} '{problem.name}'.",
                    f"{hint}Correct the call.",
                )
            elif problem.kind == "wrong types":
                report(
                    written.xml,
                    f"The {written.field} '{written.text[:80]}' can only be null: {problem.name}.",
                    "Use values of one type, or convert them with number() or string().",
                )
