"""What a task does is said.

A service task names a job type, a script task has a FEEL script, a business rule task a decision, a call
activity a process. Without it nothing would happen, or an incident.

Wrong (send)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send"/>
    <sequenceFlow id="f2" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send">
      <extensionElements><zeebe:taskDefinition type="kvittering.send"/></extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from lxml import etree

from flowcase.modeling.document import Document, Node, bpmn_child, zeebe_child
from flowcase.modeling.report import Report


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        job = zeebe_child(node.xml, "taskDefinition")
        if job is not None and not _filled(job, "type"):
            report(node, "The task definition has no job type.", "Choose a handler, or write its job type.")
        judge = _JUDGES.get(node.tag)
        if judge and job is None:
            judge(node, report)


def _service(node: Node, report: Report) -> None:
    report(
        node,
        "This service task does not say which handler does it.",
        "Choose a handler from the templates, or write its job type (zeebe:taskDefinition).",
    )


def _send(node: Node, report: Report) -> None:
    if not node.xml.get("messageRef"):
        report(
            node,
            "This send task has neither a job type nor a message.",
            "Choose a handler, or refer to the message that it publishes.",
        )


def _script(node: Node, report: Report) -> None:
    script = zeebe_child(node.xml, "script")
    if script is None:
        if bpmn_child(node.xml, "script") is not None:
            language = node.xml.get("scriptFormat") or "another language"
            report(
                node,
                f"This script is written in {language[:40]}, which is never run.",
                "Write it as a FEEL expression (zeebe:script), or choose a handler.",
            )
        else:
            report(node, "This script task has no script.", "Write a FEEL expression (zeebe:script).")
    elif not _filled(script, "expression"):
        report(node, "The script has no expression.", "Write a FEEL expression.")
    elif not _filled(script, "resultVariable"):
        report(
            node,
            "The script has no result variable, so its result is lost.",
            "Name the variable that takes the result.",
        )


def _decide(node: Node, report: Report) -> None:
    called = zeebe_child(node.xml, "calledDecision")
    if called is None:
        report(
            node,
            "This business rule task does not say which decision it takes.",
            "Set the called decision, or choose a handler.",
        )
    elif not _filled(called, "decisionId"):
        report(node, "The called decision has no id.", "Write the id of the decision.")
    elif not _filled(called, "resultVariable"):
        report(
            node,
            "The called decision has no result variable, so its result is lost.",
            "Name the variable that takes the result.",
        )


def _call(node: Node, report: Report) -> None:
    called = zeebe_child(node.xml, "calledElement")
    if called is None:
        named = _filled(node.xml, "calledElement")
    else:
        named = _filled(called, "processId") or _filled(called, "processIdExpression")
    if not named:
        report(
            node,
            "This call activity does not say which process it calls.",
            "Set the called element's process id.",
        )


def _filled(xml: etree._Element, attribute: str) -> bool:
    return bool((xml.get(attribute) or "").strip())


_JUDGES = {
    "serviceTask": _service,
    "sendTask": _send,
    "scriptTask": _script,
    "businessRuleTask": _decide,
    "callActivity": _call,
}
