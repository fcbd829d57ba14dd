"""Each kind of event stands where it can happen.

A process starts without an event, or by message, timer or signal; a sub-process only without; an event
sub-process only with one. Errors interrupt. Elsewhere an event would never happen, or mean something else.

Wrong (fejl)::

    <error id="e" name="Fejl" errorCode="fejl"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="fejl"/>
    <intermediateThrowEvent id="fejl"><errorEventDefinition id="d" errorRef="e"/></intermediateThrowEvent>
    <sequenceFlow id="f2" sourceRef="fejl" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <error id="e" name="Fejl" errorCode="fejl"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="fejl"/>
    <endEvent id="fejl"><errorEventDefinition id="d" errorRef="e"/></endEvent>
"""

from __future__ import annotations

from flowcase.modeling.document import EVENTS, Document, Node
from flowcase.modeling.report import Report

BLOCKS_READING = True
REFUSES = {"implicitThrowEvent": "Implicit throw events are not run."}

ALLOWED: dict[str, frozenset[str]] = {
    "start of a process": frozenset({"none", "message", "timer", "signal"}),
    "start of a sub-process": frozenset({"none"}),
    "start of an event sub-process": frozenset({"message", "timer", "signal", "error", "escalation"}),
    "end event": frozenset({"none", "message", "signal", "error", "escalation", "terminate"}),
    "intermediate catch event": frozenset({"message", "timer", "signal"}),
    "intermediate throw event": frozenset({"none", "message", "signal", "escalation"}),
    "boundary event": frozenset({"message", "timer", "signal", "error", "escalation"}),
}
_REFUSED_ELSEWHERE = frozenset({"multiple", "compensate", "cancel", "link", "conditional"})


def place_of(node: Node) -> str:
    """Where an event stands, in the words of `ALLOWED`."""
    if node.tag == "startEvent":
        if node.scope.node is None:
            return "start of a process"
        inside = "an event sub-process" if node.scope.is_event_sub_process else "a sub-process"
        return f"start of {inside}"
    return {
        "endEvent": "end event",
        "intermediateCatchEvent": "intermediate catch event",
        "intermediateThrowEvent": "intermediate throw event",
        "boundaryEvent": "boundary event",
    }[node.tag]


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.tag == "implicitThrowEvent":
            report(node, REFUSES["implicitThrowEvent"], "Draw an intermediate throw event.")
            continue
        if node.tag not in EVENTS:
            continue
        kind, place = node.event_kind(), place_of(node)
        if kind in _REFUSED_ELSEWHERE:
            continue
        if kind not in ALLOWED[place]:
            what = "An event without definition" if kind == "none" else f"A {kind} event"
            expected = ", ".join(sorted(ALLOWED[place]))
            report(node, f"{what} cannot be the {place}.", f"Use one of these there: {expected}.")
        elif kind == "error" and node.tag in {"boundaryEvent", "startEvent"} and not node.is_interrupting:
            report(
                node,
                "An error always interrupts, but this event is drawn as one that does not.",
                "Make it interrupting, or use an escalation.",
            )
