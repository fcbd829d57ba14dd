"""Where all conditions may fail, a gateway has a default flow.

Otherwise the case would stop there with an incident. No default is needed when two conditions are each
other's opposite.

Wrong (valg)::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut1">
      <conditionExpression>=udfald = "a"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut2">
      <conditionExpression>=udfald = "b"</conditionExpression>
    </sequenceFlow>
    <endEvent id="slut1"/>
    <endEvent id="slut2"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
    <exclusiveGateway id="valg" default="f3"/>
    <sequenceFlow id="f2" sourceRef="valg" targetRef="slut1">
      <conditionExpression>=udfald = "a"</conditionExpression>
    </sequenceFlow>
    <sequenceFlow id="f3" sourceRef="valg" targetRef="slut2"/>
    <endEvent id="slut1"/>
    <endEvent id="slut2"/>
"""

from __future__ import annotations

import re
from itertools import combinations

from flowcase.modeling.document import Document, text_of
from flowcase.modeling.report import Report

_OPPOSITES = {("=", "!="), ("<", ">="), (">", "<=")}
_OPPOSITES |= {(b, a) for a, b in _OPPOSITES}
_COMPARISON = re.compile(r"(?P<left>[^<>=!]+?)(?P<sign><=|>=|!=|=|<|>)(?P<right>[^<>=!]+)\Z")
_MAX_CONDITIONS = 30


def check(document: Document, report: Report) -> None:
    for node in document.relevant_nodes():
        if node.tag not in {"exclusiveGateway", "inclusiveGateway"} or node.default_flow:
            continue
        conditions = [text_of(flow.condition) for flow in node.outgoing]
        if not any(conditions) or (len(conditions) > 1 and not all(conditions)):
            continue  # nothing to decide, or rule branch-condition has said it
        if not all(condition.startswith("=") for condition in conditions):
            continue  # rule feel-marker has said that these are not computed
        if not _cannot_all_fail(conditions):
            report(
                node,
                "All conditions of this gateway may fail, and it has no default flow.",
                "Make one of its flows the default.",
            )


def _cannot_all_fail(conditions: list[str]) -> bool:
    texts = [_normal(condition) for condition in conditions[:_MAX_CONDITIONS]]
    return "true" in texts or any(_are_opposite(a, b) for a, b in combinations(texts, 2))


def _normal(condition: str) -> str:
    text = condition.strip().removeprefix("=").strip()
    # Blanks count inside quotes only.
    return "".join(
        part if position % 2 else re.sub(r"\s+", "", part) if _is_operator_text(part) else part.strip()
        for position, part in enumerate(re.split(r'("(?:[^"\\]|\\.)*")', text))
    )


def _is_operator_text(part: str) -> bool:
    return not re.search(r"\w\s+\w", part)


def _are_opposite(first: str, second: str) -> bool:
    for one, other in ((first, second), (second, first)):
        if one in {f"not({other})", f"{other}=false", f"not({other}=true)"}:
            return True
        if one == other.removesuffix("=true") + "=false" and other.endswith("=true"):
            return True
    left, right = _COMPARISON.match(first), _COMPARISON.match(second)
    if not left or not right:
        return False
    same = left["left"] == right["left"] and left["right"] == right["right"]
    return same and (left["sign"], right["sign"]) in _OPPOSITES
