"""The file uses elements that BPMN 2.0 has, where they belong.

A misspelt element, or one in the wrong place, would be passed over: the diagram would run without it.

Wrong (p)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <usertask id="vurder"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from lxml import etree

from flowcase.finding import Severity
from flowcase.modeling.dialect import is_known
from flowcase.modeling.document import (
    BPMN,
    EVENT_DEFINITIONS,
    EVENTS,
    FLOW_NODES,
    SUB_PROCESSES,
    Document,
    local,
    namespace,
)
from flowcase.modeling.report import Report

_HOLDERS = SUB_PROCESSES | {"process", "choreography", "globalChoreographyTask", "subChoreography"}
_ROOT_ONLY = frozenset({"process", "message", "signal", "error", "escalation", "collaboration"})
_BOOLEANS = (
    "isExecutable",
    "cancelActivity",
    "isInterrupting",
    "triggeredByEvent",
    "isSequential",
    "testBefore",
)


def check(document: Document, report: Report) -> None:
    if not document.is_bpmn:
        return
    told: set[str] = set()
    for xml in document.root.iter(f"{{{BPMN}}}*"):
        name = local(xml)
        if not is_known(name):
            if _in_extension(xml):
                if name not in told:
                    told.add(name)
                    report(
                        xml,
                        f"The extension '{name[:60]}' has no namespace of its own and is not read.",
                        "Remove it, or leave it if it only serves the tool that wrote it.",
                        severity=Severity.WARNING,
                    )
                continue
            report(xml, f"BPMN 2.0 has no element '{name}'.", "Remove it, or draw what was meant anew.")
            continue
        _check_place(xml, name, report)
        for attribute in _BOOLEANS:
            value = xml.get(attribute)
            if value is not None and value.strip() not in {"true", "false", "1", "0"}:
                report(
                    xml,
                    f"The attribute {attribute} of this {name} is '{value[:40]}', neither true nor false.",
                    "Write true or false.",
                )


def _in_extension(xml: etree._Element) -> bool:
    around = xml.getparent()
    while around is not None and local(around) != "extensionElements":
        around = around.getparent()
    return around is not None


def _check_place(xml: etree._Element, name: str, report: Report) -> None:
    parent = xml.getparent()
    holder = local(parent) if parent is not None and namespace(parent) == BPMN else ""
    if name in FLOW_NODES or name == "sequenceFlow":
        misplaced = holder not in _HOLDERS
    elif name in EVENT_DEFINITIONS:
        misplaced = holder not in EVENTS and holder != "definitions"
    elif name in _ROOT_ONLY:
        misplaced = holder != "definitions"
    else:
        misplaced = False
    if misplaced:
        report(
            xml,
            f"A {name} cannot stand inside '{holder or 'an extension'}', where it would be passed over.",
            "Draw it anew with an editor, inside the process or sub-process that it belongs to.",
        )
