"""The groups that may do a user task or start a process exist.

A task for a group that nobody is in would never be done.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements><zeebe:assignmentDefinition candidateGroups="frontpersonalet"/></extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements><zeebe:assignmentDefinition candidateGroups="frontpersonale"/></extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, zeebe_child
from flowcase.modeling.publishing import read_properties
from flowcase.modeling.references import report_missing
from flowcase.modeling.report import Place, Report

_LIST_OF_TEXT = re.compile(r'=\s*\[\s*("[^"]*"\s*(,\s*"[^"]*"\s*)*)\]\s*\Z')


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    if catalogue.groups is None:
        return
    for node in document.relevant_nodes():
        assignment = zeebe_child(node.xml, "assignmentDefinition")
        if assignment is not None:
            named = _groups((assignment.get("candidateGroups") or "").strip())
            _report_unknown(report, assignment, named, catalogue.groups)
        if node.tag == "startEvent":
            named = read_properties(node.xml).get("flowcase.starters", "").split()
            _report_unknown(report, node, named, catalogue.groups)


def _report_unknown(report: Report, place: Place, named: Iterable[str], known: Collection[str]) -> None:
    for group in named:
        if group not in known:
            report_missing(report, place, "group", group, known, "Write the code of a group that exists.")


def _groups(text: str) -> list[str]:
    """The groups named plainly: comma-separated, or a FEEL list of nothing but text."""
    if not text.startswith("="):
        return [group for part in text.split(",") if (group := part.strip())]
    found = _LIST_OF_TEXT.match(text)
    return re.findall(r'"([^"]*)"', found.group(1)) if found else []
