"""The decision of a business rule task, or of a gate, exists.

Wrong (afgoer)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="afgoer"/>
    <businessRuleTask id="afgoer">
      <extensionElements>
        <zeebe:calledDecision decisionId="d_frits" resultVariable="svar"/>
      </extensionElements>
    </businessRuleTask>
    <sequenceFlow id="f2" sourceRef="afgoer" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="afgoer"/>
    <businessRuleTask id="afgoer">
      <extensionElements>
        <zeebe:calledDecision decisionId="d_frist" resultVariable="svar"/>
      </extensionElements>
    </businessRuleTask>
    <sequenceFlow id="f2" sourceRef="afgoer" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, zeebe_child, zeebe_children
from flowcase.modeling.references import plain, report_missing
from flowcase.modeling.report import Report

_REMEDY = "Deploy the table together with the diagram."


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    if catalogue.decisions is None:
        return
    for node in document.relevant_nodes():
        called = zeebe_child(node.xml, "calledDecision")
        name = plain(called.get("decisionId")) if called is not None else None
        if name and name not in catalogue.decisions:
            report_missing(report, called, "decision", name, catalogue.decisions, _REMEDY)
        for properties in zeebe_children(node.xml, "properties"):
            for item in properties:
                if item.get("name") in {"flowcase.gate", "flowcase.warn", "flowcase.suggest"}:
                    for gate in (item.get("value") or "").split():
                        if gate not in catalogue.decisions:
                            report_missing(report, item, "decision", gate, catalogue.decisions, _REMEDY)
