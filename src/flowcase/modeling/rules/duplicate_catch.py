"""No two events of one place catch the same thing.

Of two error events for the same code at one activity, or two message start events of the same name, only
one would ever get it.

Wrong (fejl2)::

    <error id="e" name="Fejl" errorCode="fejl"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send">
      <extensionElements><zeebe:taskDefinition type="kvittering.send"/></extensionElements>
    </serviceTask>
    <boundaryEvent id="fejl1" attachedToRef="send">
      <errorEventDefinition id="d1" errorRef="e"/>
    </boundaryEvent>
    <sequenceFlow id="f2" sourceRef="fejl1" targetRef="slut"/>
    <boundaryEvent id="fejl2" attachedToRef="send">
      <errorEventDefinition id="d2" errorRef="e"/>
    </boundaryEvent>
    <sequenceFlow id="f3" sourceRef="fejl2" targetRef="slut"/>
    <sequenceFlow id="f4" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <error id="e" name="Fejl" errorCode="fejl"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send">
      <extensionElements><zeebe:taskDefinition type="kvittering.send"/></extensionElements>
    </serviceTask>
    <boundaryEvent id="fejl1" attachedToRef="send">
      <errorEventDefinition id="d1" errorRef="e"/>
    </boundaryEvent>
    <sequenceFlow id="f2" sourceRef="fejl1" targetRef="slut"/>
    <sequenceFlow id="f4" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from collections.abc import Iterable

from flowcase.modeling.document import Document, Node, local, reference
from flowcase.modeling.report import Report

_CODE = {"error": "errorCode", "escalation": "escalationCode", "message": "name", "signal": "name"}
_REMEDY = "Remove one of the two, or let it catch something else."


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        _check(document, node.boundary_events, report, f"at '{node.called}'")
    for scope in document.relevant_scopes():
        if scope.node is None:
            _check(document, scope.start_events(), report, "of this process")
        starts = [
            start
            for n in scope.nodes
            if n.is_event_sub_process and n.inner
            for start in n.inner.start_events()
        ]
        _check(document, starts, report, "of this level")


def _check(document: Document, nodes: Iterable[Node], report: Report, where: str) -> None:
    seen: dict[tuple[str, str], Node] = {}
    for node in nodes:
        caught = what_it_catches(document, node)
        if caught is None:
            continue
        if caught in seen:
            kind, code = caught
            what = f"{kind} '{code[:80]}'" if code else f"every {kind}"
            report(node, f"The event '{seen[caught].called}' {where} catches {what} already.", _REMEDY)
        seen.setdefault(caught, node)


def what_it_catches(document: Document, node: Node) -> tuple[str, str] | None:
    """The kind and code or name that an event catches; an empty code is every one. None: no such event."""
    kind = node.event_kind()
    if kind not in _CODE:
        return None
    xml = node.event_definitions()[0]
    referred = document.resolve(kind, reference(xml.get(f"{kind}Ref")))
    code = (referred.get(_CODE[kind]) or "") if referred is not None else ""
    if kind in {"message", "signal"} and (not code or code.startswith("=")):
        return None
    return local(xml).removesuffix("EventDefinition"), code
