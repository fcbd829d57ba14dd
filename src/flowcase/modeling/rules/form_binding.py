"""A user task names its form by id.

A form that is embedded in the diagram (`formKey`, `zeebe:userTaskForm`) or lives in another system
(`externalReference`) is not shown.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements><zeebe:formDefinition formKey="camunda-forms:bpmn:formular"/></extensionElements>
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

from flowcase.modeling.document import Document, zeebe_children
from flowcase.modeling.report import Report

_REMEDY = "Save the form as a file of its own and refer to its id (form type 'Camunda form', linked)."


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        for form in zeebe_children(node.xml, "formDefinition"):
            form_id = (form.get("formId") or "").strip()
            if node.tag != "userTask":
                report(
                    form,
                    f"The form of this {node.tag} is never shown: only user tasks have forms.",
                    "Draw a user task with this form.",
                )
            elif form_id.startswith("="):
                report(form, "The form id is an expression, which is not computed.", "Write the id itself.")
            elif not form_id:
                report(
                    form,
                    "This user task has a form that is not named by id, so it would not be shown.",
                    _REMEDY,
                )
