"""What a multi-instance element runs through is a list.

Wrong (spoerg)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements><zeebe:script expression="=2 + 2" resultVariable="antal"/></extensionElements>
    </scriptTask>
    <sequenceFlow id="f2" sourceRef="regn" targetRef="spoerg"/>
    <manualTask id="spoerg">
      <multiInstanceLoopCharacteristics>
        <extensionElements>
          <zeebe:loopCharacteristics inputCollection="=antal" inputElement="nr"/>
        </extensionElements>
      </multiInstanceLoopCharacteristics>
    </manualTask>
    <sequenceFlow id="f3" sourceRef="spoerg" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="regn"/>
    <scriptTask id="regn">
      <extensionElements><zeebe:script expression="=2 + 2" resultVariable="antal"/></extensionElements>
    </scriptTask>
    <sequenceFlow id="f2" sourceRef="regn" targetRef="spoerg"/>
    <manualTask id="spoerg">
      <multiInstanceLoopCharacteristics>
        <extensionElements>
          <zeebe:loopCharacteristics inputCollection="=for nr in 1..antal return nr" inputElement="nr"/>
        </extensionElements>
      </multiInstanceLoopCharacteristics>
    </manualTask>
    <sequenceFlow id="f3" sourceRef="spoerg" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.feel.static_operators import is_unknown, name_of
from flowcase.feel.static_types import type_of
from flowcase.feel.types import ListType
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document
from flowcase.modeling.report import Report
from flowcase.modeling.variable_types import expression_of, severity_of, written_with_types


def check(document: Document, report: Report, catalogue: Catalogue) -> None:
    for written, node, names, types in written_with_types(document, catalogue):
        expression = expression_of(written) if written.field == "input collection" else None
        if expression is None:
            continue
        found = type_of(expression.tree, names)
        if not is_unknown(found) and not isinstance(found, ListType):
            report(
                node,
                f"The {written.field} '{written.text[:80]}' is a {name_of(found)}, not a list.",
                "Write a list, for example =[1, 2, 3], or a variable that holds one.",
                severity=severity_of(expression, types),
            )
