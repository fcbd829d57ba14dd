"""A mapping says from where and to which variable.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements><zeebe:ioMapping>
        <zeebe:output source="=svar" target="mit svar"/>
      </zeebe:ioMapping></extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements><zeebe:ioMapping>
        <zeebe:output source="=svar" target="mit_svar"/>
      </zeebe:ioMapping></extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

import re

from lxml import etree

from flowcase.modeling.document import Document, Node, local, zeebe_child, zeebe_children
from flowcase.modeling.report import Report

_TARGET = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)*\Z")
_FEEL_WORDS = frozenset(
    {
        "null",
        "true",
        "false",
        "and",
        "or",
        "not",
        "in",
        "if",
        "then",
        "else",
        "for",
        "return",
        "some",
        "every",
        "satisfies",
        "between",
        "function",
    }
)
_REMEDY = "Use letters, digits and '_', beginning with a letter; a dot leads into a context."


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        for mapping in zeebe_children(node.xml, "ioMapping"):
            for item in mapping:
                side = local(item)
                if not (item.get("source") or "").strip():
                    report(item, f"This {side} mapping has no source.", "Write what the variable is to get.")
                _check_name(item, item.get("target"), f"target of this {side} mapping", report)
        _check_results(node, report)


def _check_results(node: Node, report: Report) -> None:
    for name in ("script", "calledDecision"):
        xml = zeebe_child(node.xml, name)
        if xml is not None and xml.get("resultVariable"):
            _check_name(xml, xml.get("resultVariable"), "result variable", report)
    loop = node.loop_characteristics()
    xml = zeebe_child(loop, "loopCharacteristics") if loop is not None else None
    for attribute, what in (("inputElement", "input element"), ("outputCollection", "output collection")):
        if xml is not None and xml.get(attribute):
            _check_name(xml, xml.get(attribute), what, report)


def _check_name(xml: etree._Element, text: str | None, what: str, report: Report) -> None:
    name = (text or "").strip()
    if not name:
        report(xml, f"The {what} is missing.", "Name the variable.")
    elif not _TARGET.match(name) or name in _FEEL_WORDS:
        report(xml, f"The {what} '{name[:80]}' is no name of a variable.", _REMEDY)
