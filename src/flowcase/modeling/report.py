"""Collects the findings of one rule in one file."""

from __future__ import annotations

from typing import TypeAlias

from lxml import etree

from flowcase.finding import Finding, Severity
from flowcase.modeling.document import (
    BPMN,
    FLOW_NODES,
    Document,
    Flow,
    Node,
    Process,
    Scope,
    local,
    namespace,
)
from flowcase.modeling.rule import MAX_FINDINGS_PER_RULE

_NAMED = FLOW_NODES | {
    "sequenceFlow", "process", "participant", "lane", "message", "error", "escalation", "signal",
    "messageFlow", "choreography", "dataObjectReference", "dataObject", "dataStoreReference", "collaboration",
    "association", "textAnnotation", "group",
}  # fmt: skip

Place: TypeAlias = Node | Flow | Process | Scope | etree._Element | None


class Report:
    """Called by a rule for each defect: where, one sentence, one remedy."""

    def __init__(self, document: Document, rule: str, severity: Severity) -> None:
        self.document, self.rule, self.severity = document, rule, severity
        self.findings: list[Finding] = []

    def __call__(self, place: Place, message: str, remedy: str, *, severity: Severity | None = None) -> None:
        """Report a defect. An XML element stands for the nearest named element around it."""
        if len(self.findings) >= MAX_FINDINGS_PER_RULE:
            return
        xml = place if place is None or isinstance(place, etree._Element) else place.xml
        owner = xml
        while owner is not None and not _has_name(owner):
            owner = owner.getparent()
        self.findings.append(
            Finding(
                rule=self.rule,
                severity=severity or self.severity,
                file=self.document.file,
                element=owner.get("id") if owner is not None else None,
                element_name=self._name(owner) if owner is not None else None,
                line=xml.sourceline if xml is not None else None,
                message=message,
                remedy=remedy,
            )
        )

    def _name(self, xml: etree._Element) -> str | None:
        """A flow without a name is called by where it leads, a boundary event by what it is attached to."""
        id = xml.get("id", "")
        drawn = self.document.flows.get(id) or self.document.nodes.get(id)
        name = drawn.called if drawn is not None and drawn.xml is xml else xml.get("name")
        return name if name and name != xml.get("id") else None


def _has_name(xml: etree._Element) -> bool:
    return namespace(xml) == BPMN and local(xml) in _NAMED and bool(xml.get("id"))
