"""Extensions of other engines do not carry the meaning of a diagram.

What Camunda 7, Activiti, Flowable, jBPM and others write about classes, assignees, forms, listeners or
variables is not read here. It is refused where the run would change, with the Camunda 8 way to say it.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder" camunda:candidateGroups="frontpersonale"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <extensionElements>
        <zeebe:userTask/>
        <zeebe:assignmentDefinition candidateGroups="frontpersonale"/>
      </extensionElements>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from lxml import etree

from flowcase.finding import Severity
from flowcase.modeling.document import BPMN, Document, local, namespace
from flowcase.modeling.report import Report

ENGINES = {
    "http://camunda.org/schema/1.0/bpmn": "Camunda 7",
    "http://activiti.org/bpmn": "Activiti",
    "http://www.activiti.org/bpmn": "Activiti",
    "http://flowable.org/bpmn": "Flowable",
    "http://operaton.org/schema/1.0/bpmn": "Operaton",
    "http://www.omg.org/bpmn/jbpm": "jBPM",
    "http://www.jboss.org/drools": "jBPM",
    "http://www.bonitasoft.org/ns/bpmn": "Bonita",
    "http://spiffworkflow.org/bpmn/schema/1.0/core": "SpiffWorkflow",
}
# Attributes and elements that say nothing about the run, whichever engine wrote them.
HARMLESS = frozenset(
    {
        "historyTimeToLive",
        "versionTag",
        "diagramRelationId",
        "modelerTemplate",
        "modelerTemplateVersion",
        "isStartableInTasklist",
        "exclusive",
        "jobPriority",
        "taskPriority",
    }
)
_TASK = "Name the handler by its job type (zeebe:taskDefinition type)."
_ASSIGN = "Say who does it in zeebe:assignmentDefinition (assignee, candidateGroups, candidateUsers)."
_FORM = "Refer to a form file by id (zeebe:formDefinition formId)."
_MAPPING = "Write zeebe:ioMapping with zeebe:input and zeebe:output."
_LISTENER = "Draw a service task where it is to happen."
_REMEDIES = {
    **dict.fromkeys(
        ("class", "delegateExpression", "expression", "type", "topic", "connector", "field"), _TASK
    ),
    **dict.fromkeys(("taskName", "serviceTaskExtensions", "calledElementBinding"), _TASK),
    **dict.fromkeys(("assignee", "candidateGroups", "candidateUsers", "initiator", "owner"), _ASSIGN),
    **dict.fromkeys(
        ("formKey", "formRef", "formRefBinding", "formData", "formProperty", "formHandlerClass"), _FORM
    ),
    **dict.fromkeys(("dueDate", "followUpDate"), "Write zeebe:taskSchedule dueDate and followUpDate."),
    **dict.fromkeys(("inputOutput", "in", "out", "ioSpecification", "preScript", "postScript"), _MAPPING),
    **dict.fromkeys(("executionListener", "taskListener"), _LISTENER),
    **dict.fromkeys(("decisionRef", "mapDecisionResult"), "Write zeebe:calledDecision decisionId."),
    **dict.fromkeys(
        ("collection", "elementVariable"), "Write zeebe:loopCharacteristics inputCollection and inputElement."
    ),
    "resultVariable": "Write it in zeebe:script or zeebe:calledDecision.",
    "priority": "Write zeebe:priorityDefinition priority.",
    "resource": "Write a FEEL expression (zeebe:script).",
    "properties": "Write zeebe:properties.",
    "failedJobRetryTimeCycle": "Write zeebe:taskDefinition retries.",
    "asyncBefore": "Remove it: every step is stored at once.",
    "asyncAfter": "Remove it: every step is stored at once.",
    "async": "Remove it: every step is stored at once.",
}
_NO_CHANGE = frozenset(
    {"asyncBefore", "asyncAfter", "async", "failedJobRetryTimeCycle", "properties", "priority", "exclusive"}
)


def check(document: Document, report: Report) -> None:
    for process in document.relevant_processes():
        for xml in process.xml.iter():
            if namespace(xml) == BPMN:
                for attribute in xml.attrib:
                    space, _, name = str(attribute)[1:].partition("}")
                    if space in ENGINES:
                        _report(xml, name, ENGINES[space], report)
            elif namespace(xml) in ENGINES and _is_top(xml):
                _report(xml, local(xml), ENGINES[namespace(xml)], report)


def _is_top(xml: etree._Element) -> bool:
    parent = xml.getparent()
    return parent is not None and namespace(parent) == BPMN


def _report(xml: etree._Element, name: str, engine: str, report: Report) -> None:
    if name in HARMLESS:
        return
    report(
        xml,
        f"'{name[:60]}' is an extension of {engine}, which is not read here.",
        _REMEDIES.get(name, "Say it with Camunda 8's extension elements (zeebe:), or remove it."),
        severity=Severity.WARNING if name in _NO_CHANGE else None,
    )
