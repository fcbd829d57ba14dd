"""Properties that begin `flowcase.` are spelt right, stand where they have a meaning and have a known value.

A misspelt property would be passed over in silence.

Wrong (paamind)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <boundaryEvent id="paamind" attachedToRef="vurder" cancelActivity="false">
      <extensionElements>
        <zeebe:properties><zeebe:property name="flowcase.catchUp" value="alle"/></zeebe:properties>
      </extensionElements>
      <timerEventDefinition id="t"><timeCycle>R/P1D</timeCycle></timerEventDefinition>
    </boundaryEvent>
    <sequenceFlow id="f2" sourceRef="paamind" targetRef="paamindet"/>
    <endEvent id="paamindet"/>
    <sequenceFlow id="f3" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <boundaryEvent id="paamind" attachedToRef="vurder" cancelActivity="false">
      <extensionElements>
        <zeebe:properties><zeebe:property name="flowcase.catchUp" value="all"/></zeebe:properties>
      </extensionElements>
      <timerEventDefinition id="t"><timeCycle>R/P1D</timeCycle></timerEventDefinition>
    </boundaryEvent>
    <sequenceFlow id="f2" sourceRef="paamind" targetRef="paamindet"/>
    <endEvent id="paamindet"/>
    <sequenceFlow id="f3" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

import difflib

from lxml import etree

from flowcase.modeling.document import BPMN, ZEEBE, Document, bpmn_child, bpmn_children, local, namespace
from flowcase.modeling.report import Report
from flowcase.modeling.zeebe import PROPERTIES

_PREFIX = "flowcase."


def check(document: Document, report: Report) -> None:
    roots = [process.xml for process in document.relevant_processes()]
    roots += list(document.root_elements.values())
    for root in roots:
        for item in root.iter(f"{{{ZEEBE}}}property"):
            name = (item.get("name") or "").strip()
            if name.lower().startswith(_PREFIX):
                _check(item, name, report)


def _check(item: etree._Element, name: str, report: Report) -> None:
    known = PROPERTIES.get(name)
    if known is None:
        close = difflib.get_close_matches(name[:100], PROPERTIES, 1, 0.6)
        hint = f"Did you mean '{close[0]}'? " if close else ""
        report(item, f"There is no property '{name[:80]}'.", hint + "Correct its name, or remove it.")
        return
    owner = _owner(item)
    places = known.places.split(", ")
    if owner is None or not places_of(owner) & set(places):
        what = local(owner) if owner is not None else "place like this"
        report(
            item,
            f"The property '{name}' has no meaning at this {what}.",
            f"Set it at a {' or a '.join(places)}, or remove it.",
        )
        return
    value = (item.get("value") or "").strip()
    if known.values is not None and value not in known.values:
        report(
            item,
            f"The property '{name}' is '{value[:40]}', which it cannot be.",
            f"Write one of: {', '.join(sorted(known.values))}.",
        )
    elif not value:
        report(item, f"The property '{name}' is empty.", "Give it a value, or remove it.")


def _owner(item: etree._Element) -> etree._Element | None:
    holder = item.getparent()
    extensions = holder.getparent() if holder is not None else None
    return extensions.getparent() if extensions is not None else None


def places_of(owner: etree._Element) -> set[str]:
    """What a BPMN element is, in the words of `Property.places`."""
    if namespace(owner) != BPMN:
        return set()
    found = {"user task"} if local(owner) == "userTask" else set()
    if _is_none_start(owner):
        found.add("none start event")
    if local(owner) == "signal" or bpmn_child(owner, "signalEventDefinition") is not None:
        found.add("signal")
    throws = local(owner) in {"endEvent", "intermediateThrowEvent"}
    if local(owner) == "sendTask" or (throws and bpmn_child(owner, "messageEventDefinition") is not None):
        found.add("thrown message")
    for timer in bpmn_children(owner, "timerEventDefinition"):
        found.add("timer")
        if bpmn_child(timer, "timeCycle") is not None:
            found.add("cycle")
    return found


def _is_none_start(owner: etree._Element) -> bool:
    """A start event of a process without a trigger: what a person or a call begins at."""
    if local(owner) != "startEvent" or any(local(child).endswith("EventDefinition") for child in owner):
        return False
    parent = owner.getparent()
    return parent is not None and local(parent) == "process"
