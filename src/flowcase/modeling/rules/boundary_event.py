"""A boundary event sits on an activity that can wait, and leads somewhere.

One that leads nowhere would stop a branch, or run beside it, without a trace in the drawing.

Wrong (frist)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <boundaryEvent id="frist" attachedToRef="vurder">
      <timerEventDefinition id="d"><timeDuration>PT24H</timeDuration></timerEventDefinition>
    </boundaryEvent>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <boundaryEvent id="frist" attachedToRef="vurder">
      <timerEventDefinition id="d"><timeDuration>PT24H</timeDuration></timerEventDefinition>
    </boundaryEvent>
    <sequenceFlow id="f3" sourceRef="frist" targetRef="overskredet"/>
    <endEvent id="overskredet"/>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import ACTIVITIES, Document
from flowcase.modeling.report import Report

BLOCKS_READING = True
_PASSING = frozenset({"task", "manualTask"})


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.tag != "boundaryEvent":
            continue
        host = node.attached_to
        if host is None:
            report(
                node,
                "This boundary event is attached to nothing that the file has.",
                "Attach it to an activity, or remove it.",
            )
        elif host.tag not in ACTIVITIES or host.scope is not node.scope or host.is_event_sub_process:
            report(
                node,
                f"This boundary event is attached to the {host.tag} '{host.called}', "
                "which cannot have one here.",
                "Attach it to a task, call activity or sub-process of the same level.",
            )
        elif host.tag in _PASSING:
            report(
                node,
                f"The {host.tag} '{host.called}' passes straight through, "
                "so that this event can never happen.",
                "Make it a user task or service task, or remove the event.",
            )
        if not node.outgoing:
            report(
                node,
                "No flow leaves this boundary event.",
                "Draw where it leads to, at least an end event.",
            )
