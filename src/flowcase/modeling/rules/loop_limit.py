"""A loop runs a number of times that can be lived with.

Wrong (vurder)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <standardLoopCharacteristics loopMaximum="1000000000">
        <loopCondition>=igen</loopCondition>
      </standardLoopCharacteristics>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder">
      <standardLoopCharacteristics loopMaximum="10">
        <loopCondition>=igen</loopCondition>
      </standardLoopCharacteristics>
    </userTask>
    <sequenceFlow id="f2" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

import re

from lxml import etree

from flowcase.modeling.document import Document, Node, bpmn_child, local, text_of, zeebe_child
from flowcase.modeling.report import Report

MAX_ROUNDS = 10_000
_RANGE = re.compile(r"(-?\d{1,40})\s*\.\.\s*(-?\d{1,40})")


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        xml = node.loop_characteristics()
        if xml is None:
            continue
        if local(xml) == "standardLoopCharacteristics":
            _check_loop(node, xml, report)
            continue
        zeebe = zeebe_child(xml, "loopCharacteristics")
        text = (zeebe.get("inputCollection") or "") if zeebe is not None else ""
        for first, last in _RANGE.findall(text):
            if abs(int(last) - int(first)) >= MAX_ROUNDS:
                report(
                    node,
                    f"The range {first}..{last} would make more than {MAX_ROUNDS} instances.",
                    "Write a smaller range.",
                )


def _check_loop(node: Node, xml: etree._Element, report: Report) -> None:
    maximum = (xml.get("loopMaximum") or "").strip()
    if maximum and not re.fullmatch(r"[0-9]{1,20}", maximum):
        report(node, f"The loop maximum '{maximum[:40]}' is no number.", "Write a whole number.")
    elif maximum and not 1 <= int(maximum) <= MAX_ROUNDS:
        report(
            node,
            f"The loop maximum {maximum} is not between 1 and {MAX_ROUNDS}.",
            "Write a smaller number, or draw the loop with a gateway and something that waits.",
        )
    elif not maximum and not text_of(bpmn_child(xml, "loopCondition")):
        report(
            node,
            "This loop has neither a condition nor a maximum, so it never ends.",
            "Set the loop condition (it goes on while true), or a maximum.",
        )
