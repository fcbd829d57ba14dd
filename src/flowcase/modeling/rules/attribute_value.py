"""Attributes are those that BPMN 2.0 has, with values that they may have.

Others are kept and not read, so this only warns. Attributes of other tools have a namespace of their own.

Wrong (valg)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" gatewayDirection="Sideways" default="f2"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" gatewayDirection="Diverging" default="f2"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

import difflib
import re

from flowcase.finding import Severity
from flowcase.modeling.bpmn_schema import KINDS
from flowcase.modeling.document import Document
from flowcase.modeling.report import Report
from flowcase.modeling.schema_reading import Placed, placed

SEVERITY = Severity.WARNING

_INTEGER = re.compile(r"\s*[+-]?\d{1,18}\s*\Z")


def check(document: Document, report: Report) -> None:
    for each in placed(document):
        for attribute, value in each.xml.attrib.items():
            name = str(attribute)
            if not name.startswith("{"):
                _check(each, name, str(value), report)


def _check(each: Placed, name: str, value: str, report: Report) -> None:
    kind = each.content.attributes.get(name)
    if kind is None:
        close = difflib.get_close_matches(name[:60], each.content.attributes, 1, 0.75)
        hint = f"Did you mean '{close[0]}'? " if close else ""
        report(
            each.xml,
            f"A {each.name} has no attribute '{name[:60]}', so it is not read.",
            hint + "Correct its name, or remove it.",
        )
    elif kind == "integer" and not _INTEGER.match(value) and value.strip() != "*":
        report(
            each.xml,
            f"The attribute {name} of this {each.name} is '{value[:40]}', which is no number.",
            "Write a whole number.",
        )
    elif kind in KINDS and kind != "boolean" and value.strip() not in KINDS[kind]:
        report(  # known-element tells of what is neither true nor false
            each.xml,
            f"The attribute {name} of this {each.name} is '{value[:40]}', which it cannot be.",
            f"Write one of: {', '.join(sorted(KINDS[kind]))}.",
        )
