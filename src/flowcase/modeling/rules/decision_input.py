"""What a decision is handed has the type that its input asks for.

A table that asks for a number never matches a text: no rule hits, and the result is null.

Wrong (afgoer)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements>
        <zeebe:script expression="=&quot;15&quot;" resultVariable="alder"/>
      </extensionElements>
    </scriptTask>
    <sequenceFlow id="f2" sourceRef="regn" targetRef="afgoer"/>
    <businessRuleTask id="afgoer">
      <extensionElements>
        <zeebe:calledDecision decisionId="d_alder" resultVariable="svar"/>
      </extensionElements>
    </businessRuleTask>
    <sequenceFlow id="f3" sourceRef="afgoer" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements><zeebe:script expression="=15" resultVariable="alder"/></extensionElements>
    </scriptTask>
    <sequenceFlow id="f2" sourceRef="regn" targetRef="afgoer"/>
    <businessRuleTask id="afgoer">
      <extensionElements>
        <zeebe:calledDecision decisionId="d_alder" resultVariable="svar"/>
      </extensionElements>
    </businessRuleTask>
    <sequenceFlow id="f3" sourceRef="afgoer" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from collections.abc import Mapping

from flowcase.feel.static_operators import is_unknown, name_of
from flowcase.feel.static_types import type_of
from flowcase.feel.types import ANY, DATE, DATE_TIME, ListType, Type
from flowcase.finding import Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, zeebe_child
from flowcase.modeling.references import plain
from flowcase.modeling.report import Report
from flowcase.modeling.signatures import Asked
from flowcase.modeling.variable_types import variable_types


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    for types in variable_types(document, catalogue):
        for node in types.process.nodes:
            called = zeebe_child(node.xml, "calledDecision")
            signature = (
                types.decisions.get(plain(called.get("decisionId")) or "") if called is not None else None
            )
            for asked in signature.asked if signature is not None else ():
                found = _type_handed_in(asked, types.at(node))
                if not may_be(found, asked.type):
                    report(
                        node,
                        f"The input '{asked.title[:80]}' asks for a {name_of(asked.type)} "
                        f"and is handed a {name_of(found)}.",
                        "Hand in a value of that type, or change the type of the input.",
                        severity=Severity.WARNING if types.is_open else Severity.ERROR,
                    )


def _type_handed_in(asked: Asked, names: Mapping[str, Type]) -> Type:
    if isinstance(asked.expression, str):
        return names.get(asked.expression, ANY)
    return type_of(asked.expression.tree, names)


def may_be(found: Type, wanted: Type) -> bool:
    """Whether a value of one type may pass for the other, after the standard's implicit conversions."""
    if is_unknown(found) or is_unknown(wanted):
        return True
    if isinstance(found, ListType) or isinstance(wanted, ListType):
        one = found.item if isinstance(found, ListType) else found
        other = wanted.item if isinstance(wanted, ListType) else wanted
        return may_be(one, other)
    return name_of(found) == name_of(wanted) or (found == DATE and wanted == DATE_TIME)
