"""A user task, and a start by hand, names its form by id.

The form of a start event is shown where `flowcase.starters` lets somebody start the process.
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
from flowcase.modeling.publishing import read_properties
from flowcase.modeling.report import Report

_REMEDY = "Save the form as a file of its own and refer to its id (form type 'Camunda form', linked)."


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        for form in zeebe_children(node.xml, "formDefinition"):
            form_id = (form.get("formId") or "").strip()
            is_start = node.tag == "startEvent" and bool(read_properties(node.xml).get("flowcase.starters"))
            if node.tag != "userTask" and not is_start:
                report(
                    form,
                    f"The form of this {node.tag} is never shown: it is no user task and no start by hand.",
                    "Draw a user task with this form, or say in flowcase.starters who starts the process.",
                )
            elif form_id.startswith("="):
                report(form, "The form id is an expression, which is not computed.", "Write the id itself.")
            elif not form_id:
                report(
                    form,
                    f"This {node.tag} has a form that is not named by id, so it would not be shown.",
                    _REMEDY,
                )
