"""An event-based gateway leads to events that can come from outside, and waits for the first.

At least two flows, each to a message, timer or signal event or a receive task that nothing else leads to.

Wrong (vent)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <eventBasedGateway id="vent"/>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f3" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <signal id="s" name="vurderet"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vent"/>
    <eventBasedGateway id="vent"/>
    <sequenceFlow id="f2" sourceRef="vent" targetRef="vurderet"/>
    <intermediateCatchEvent id="vurderet">
      <signalEventDefinition id="d1" signalRef="s"/>
    </intermediateCatchEvent>
    <sequenceFlow id="f3" sourceRef="vurderet" targetRef="slut"/>
    <sequenceFlow id="f4" sourceRef="vent" targetRef="for_sent"/>
    <intermediateCatchEvent id="for_sent">
      <timerEventDefinition id="d2"><timeDuration>P7D</timeDuration></timerEventDefinition>
    </intermediateCatchEvent>
    <sequenceFlow id="f5" sourceRef="for_sent" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.report import Report


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.tag != "eventBasedGateway":
            continue
        if len(node.outgoing) == 1:
            report(
                node,
                "This event-based gateway leads to one event only.",
                "Draw the other events that it waits for, or remove the gateway.",
            )
        for flow in node.outgoing:
            target = flow.target
            if target is None:
                continue
            if target.tag not in {"intermediateCatchEvent", "receiveTask"}:
                report(
                    node,
                    f"The {target.tag} '{target.called}' behind this event-based gateway "
                    "is nothing to wait for.",
                    "Lead the gateway to message, timer or signal catch events or receive tasks.",
                )
            elif len(target.incoming) > 1:
                report(
                    target,
                    "This event belongs to an event-based gateway, but another flow leads to it as well.",
                    "Draw a second event for the other flow.",
                )
            elif target.boundary_events:
                report(
                    target,
                    "This receive task belongs to an event-based gateway and cannot have boundary events.",
                    "Draw the events behind the gateway instead.",
                )
