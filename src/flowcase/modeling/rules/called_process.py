"""The process that a call activity calls exists.

Wrong (kald)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="kald"/>
    <callActivity id="kald">
      <extensionElements><zeebe:calledElement processId="undersøgelse"/></extensionElements>
    </callActivity>
    <sequenceFlow id="f2" sourceRef="kald" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="kald"/>
    <callActivity id="kald">
      <extensionElements><zeebe:calledElement processId="underretning"/></extensionElements>
    </callActivity>
    <sequenceFlow id="f2" sourceRef="kald" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document
from flowcase.modeling.references import report_missing
from flowcase.modeling.report import Report
from flowcase.modeling.rules.self_call import called_process


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    if catalogue.processes is None:
        return
    known = {*catalogue.processes, *(process.id for process in document.processes if process.is_executable)}
    for node in document.relevant_nodes():
        name = called_process(node)
        if name and name not in known:
            report_missing(
                report, node, "process", name, known, "Deploy the called process together with this one."
            )
