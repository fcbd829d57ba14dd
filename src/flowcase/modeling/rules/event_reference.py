"""Signal, error and escalation events refer to what they throw or catch.

The reference leads to one of the file that has a name or code; what is thrown always has one.

Wrong (slut)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"><signalEventDefinition id="d1" signalRef="ukendt"/></endEvent>

Right::

    <signal id="s" name="sag_afsluttet"/>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"><signalEventDefinition id="d1" signalRef="s"/></endEvent>
"""

from __future__ import annotations

from lxml import etree

from flowcase.modeling.document import Document, Node, local, reference
from flowcase.modeling.report import Report

_CODE = {"signal": "name", "error": "errorCode", "escalation": "escalationCode"}
_THROWING = frozenset({"endEvent", "intermediateThrowEvent"})


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        for definition in node.event_definitions():
            kind = local(definition).removesuffix("EventDefinition")
            if kind in _CODE:
                _check(document, node, definition, kind, report)


def _check(document: Document, node: Node, definition: etree._Element, kind: str, report: Report) -> None:
    ref = reference(definition.get(f"{kind}Ref"))
    found = document.resolve(kind, ref)
    article = "a" if kind == "signal" else "an"
    must = kind == "signal" or node.tag in _THROWING
    choose = f"Choose {article} {kind} of the file, or make one."
    if found is None:
        if ref:
            report(
                definition,
                f"This event refers to the {kind} '{ref[:80]}', which the file does not have.",
                choose,
            )
        elif must:
            report(definition, f"This event has no {kind}.", choose)
        return
    code = (found.get(_CODE[kind]) or "").strip()
    what = "name" if kind == "signal" else "code"
    if not code and must:
        report(found, f"The {kind} of '{node.called}' has no {what}.", f"Give the {kind} its {what}.")
    elif code.startswith("=") and kind != "signal":
        report(
            found,
            f"The {kind} code of '{node.called}' is an expression, which is not computed.",
            "Write the code itself.",
        )
