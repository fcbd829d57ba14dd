"""A loop waits for somebody or something, or changes what its way out depends on.

A loop of gateways, scripts and services that never waits and never changes the variables of its conditions
would go round until it is stopped.

Wrong (regn)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="saml"/>
    <exclusiveGateway id="saml"/>
    <sequenceFlow id="f2" sourceRef="saml" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements><zeebe:script expression="=1 + 1" resultVariable="to"/></extensionElements>
    </scriptTask>
    <sequenceFlow id="f3" sourceRef="regn" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f5"/>
    <sequenceFlow id="f4" sourceRef="valg" targetRef="slut">
      <conditionExpression>=nok</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f5" sourceRef="valg" targetRef="saml"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="saml"/>
    <exclusiveGateway id="saml"/>
    <sequenceFlow id="f2" sourceRef="saml" targetRef="spoerg"/>
    <userTask id="spoerg"/>
    <sequenceFlow id="f3" sourceRef="spoerg" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f5"/>
    <sequenceFlow id="f4" sourceRef="valg" targetRef="slut">
      <conditionExpression>=nok</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f5" sourceRef="valg" targetRef="saml"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.feel import FeelSyntaxError
from flowcase.modeling.document import Document, Node, Scope, text_of
from flowcase.modeling.expressions import parse
from flowcase.modeling.paths import loops
from flowcase.modeling.report import Report
from flowcase.modeling.variables import FACTS, set_by

_WAITING = frozenset(
    {"userTask", "receiveTask", "intermediateCatchEvent", "eventBasedGateway", "callActivity", "startEvent"}
)
_CHANGING_BY_THEMSELVES = FACTS - {"sag_id", "loopCounter"}
_CLOCK = frozenset({"now", "today", "random number"})
_REMEDY = "Put a user task, timer or message into the loop, or let it change what its way out depends on."


def check(document: Document, report: Report) -> None:
    waits: dict[Scope, bool] = {}
    for process in document.relevant_processes():
        for scope in reversed(process.scopes):
            waits[scope] = any(_waits(node, waits) for node in scope.nodes)
    for scope in document.relevant_scopes():
        automatic = [node for node in scope.nodes if not _waits(node, waits)]
        for group in loops(automatic):
            because = _endless(set(group))
            if because:
                place = next((n for n in reversed(group) if n.tag.lower().endswith("task")), group[-1])
                report(place, f"This is part of a loop that never waits, {because}.", _REMEDY)


def _waits(node: Node, waits: dict[Scope, bool]) -> bool:
    if node.inner is not None:
        return waits.get(node.inner, False)
    if node.tag == "boundaryEvent":
        return node.event_kind() not in {"error", "escalation"}
    return node.tag in _WAITING


def _endless(group: set[Node]) -> str | None:
    """Why the loop cannot end; None when it may."""
    exits = [
        (node, flow)
        for node in group
        for flow in node.outgoing
        if flow.target not in group and node.tag != "parallelGateway"
    ]
    events = [event for node in group for event in node.boundary_events if event not in group]
    if not exits and not events:
        return "and no flow leads out of it"
    if events or any(node.tag not in {"exclusiveGateway", "inclusiveGateway"} for node, _ in exits):
        return None
    names, anything = set_by([*group, *(inner for node in group for inner in _inside(node))])
    if anything:
        return None
    for node in group:
        if node.tag not in {"exclusiveGateway", "inclusiveGateway"}:
            continue
        for flow in node.outgoing:
            text = text_of(flow.condition).removeprefix("=").strip()
            found = parse(text) if text else None
            if isinstance(found, FeelSyntaxError):
                return None
            if found is None:
                continue
            if found.names & (names | _CHANGING_BY_THEMSELVES) or any(word in text for word in _CLOCK):
                return None
    return "and nothing in it changes what its conditions read"


def _inside(node: Node) -> list[Node]:
    if node.inner is None:
        return []
    found, waiting = [], list(node.inner.nodes)
    while waiting:
        inner = waiting.pop()
        found.append(inner)
        if inner.inner is not None:
            waiting.extend(inner.inner.nodes)
    return found
