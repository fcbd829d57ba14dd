"""A message event refers to a message with a name, and says whose message it is.

A catching event inside a process needs the correlation key of its message, a throwing one too: without it
nobody knows which case is meant.

Wrong (modtag)::

    <message id="m" name="samtykke_svar"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="modtag"/>
    <receiveTask id="modtag" messageRef="m"/>
    <sequenceFlow id="f2" sourceRef="modtag" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <message id="m" name="samtykke_svar">
      <extensionElements><zeebe:subscription correlationKey="=sag_id"/></extensionElements>
    </message>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="modtag"/>
    <receiveTask id="modtag" messageRef="m"/>
    <sequenceFlow id="f2" sourceRef="modtag" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from lxml import etree

from flowcase.modeling.document import Document, Node, local, reference, zeebe_child
from flowcase.modeling.publishing import publishing_fields
from flowcase.modeling.report import Report

_THROWING = frozenset({"endEvent", "intermediateThrowEvent", "sendTask"})


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        for definition in node.event_definitions():
            if local(definition) == "messageEventDefinition":
                _check(document, node, definition, report)
        if node.tag == "receiveTask" or (node.tag == "sendTask" and node.xml.get("messageRef")):
            _check(document, node, node.xml, report)


def _check(document: Document, node: Node, holder: etree._Element, report: Report) -> None:
    if node.tag in _THROWING and zeebe_child(node.xml, "taskDefinition") is not None:
        return  # a job, as in Camunda 8
    ref = reference(holder.get("messageRef"))
    message = document.resolve("message", ref)
    if message is None:
        said = (
            f"This {node.tag} refers to the message '{ref[:80]}', which the file does not have."
            if ref
            else f"This {node.tag} has no message."
        )
        report(holder, said, "Choose a message of the file, or make one.")
        return
    name = (message.get("name") or "").strip()
    if not name:
        report(message, f"The message of '{node.called}' has no name.", "Give the message its name.")
    if node.tag == "startEvent" and node.scope.node is None:
        return
    subscription = zeebe_child(message, "subscription")
    key = (subscription.get("correlationKey") or "").strip() if subscription is not None else ""
    if not key and not (node.tag in _THROWING and publishing_fields(node.xml).get("correlationKey")):
        report(
            holder,
            f"The message '{name or ref}' of this {node.tag} has no correlation key.",
            "Set the message's subscription correlation key, for example =sag_id.",
        )
