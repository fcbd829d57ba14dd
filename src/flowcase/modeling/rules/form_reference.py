"""The form of a user task exists.

Forms are files of their own, referred to by id. Forms embedded in the diagram and keys of other engines
are not read.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements><zeebe:userTask/><zeebe:formDefinition formId="F-A9"/></extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements><zeebe:userTask/><zeebe:formDefinition formId="F-A1"/></extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, zeebe_children
from flowcase.modeling.references import report_missing
from flowcase.modeling.report import Report


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    for node in document.relevant_nodes():
        for form in zeebe_children(node.xml, "formDefinition"):
            form_id = (form.get("formId") or "").strip()
            if form_id and catalogue.forms is not None and form_id not in catalogue.forms:
                report_missing(
                    report,
                    form,
                    "form",
                    form_id,
                    catalogue.forms,
                    "Deploy the form together with the diagram.",
                )
