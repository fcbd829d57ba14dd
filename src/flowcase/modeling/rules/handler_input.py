"""A service task hands its handler what that asks for, in the right type.

With input mappings a handler gets exactly what is mapped; one that is required and missing makes an incident.

Wrong (send)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send">
      <extensionElements>
        <zeebe:taskDefinition type="kvittering.send"/>
        <zeebe:ioMapping><zeebe:input source="=&quot;tre&quot;" target="antal"/></zeebe:ioMapping>
      </extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="send"/>
    <serviceTask id="send">
      <extensionElements>
        <zeebe:taskDefinition type="kvittering.send"/>
        <zeebe:ioMapping>
          <zeebe:input source="=3" target="antal"/>
          <zeebe:input source="=&quot;skole&quot;" target="modtager"/>
        </zeebe:ioMapping>
      </extensionElements>
    </serviceTask>
    <sequenceFlow id="f2" sourceRef="send" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from lxml import etree

from flowcase.feel.static_operators import name_of
from flowcase.feel.types import STRING, Type
from flowcase.finding import Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, Node, local, zeebe_child, zeebe_children
from flowcase.modeling.references import plain
from flowcase.modeling.report import Report
from flowcase.modeling.rules.decision_input import may_be
from flowcase.modeling.signatures import HandlerSignature
from flowcase.modeling.variable_types import VariableTypes, type_of_text, variable_types


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    for types in variable_types(document, catalogue):
        for node in types.process.nodes:
            definition = zeebe_child(node.xml, "taskDefinition")
            name = plain(definition.get("type")) if definition is not None else None
            signature = (catalogue.handler_types or {}).get(name or "")
            if signature is not None:
                _check(node, signature, types, report)


def _check(node: Node, signature: HandlerSignature, types: VariableTypes, report: Report) -> None:
    mapped = [
        item
        for mapping in zeebe_children(node.xml, "ioMapping")
        for item in mapping
        if local(item) == "input"
    ]
    if not mapped:
        return  # then it sees every variable
    targets = {(item.get("target") or "").strip().partition(".")[0] for item in mapped}
    for name in sorted(signature.required - targets):
        report(
            node,
            f"The handler needs the input '{name}', which is not mapped.",
            f"Add an input mapping to '{name}'.",
        )
    for item in mapped:
        wanted = signature.inputs.get((item.get("target") or "").strip())
        found = type_of_text(item.get("source"), types.before_input(item))
        if wanted is not None and not may_be(found, wanted) and not _is_plain(item, wanted):
            report(
                item,
                f"The input '{item.get('target')}' asks for a {name_of(wanted)} "
                f"and is handed a {name_of(found)}.",
                "Map a value of that type.",
                severity=Severity.WARNING if types.is_open else Severity.ERROR,
            )


def _is_plain(item: etree._Element, wanted: Type) -> bool:
    return wanted == STRING and not (item.get("source") or "").strip().startswith("=")
