"""Ranges written as text: what `range("[1..5]")` reads. Only literals may be its ends."""

from __future__ import annotations

from decimal import Decimal

from flowcase.feel import operators, temporal, tree
from flowcase.feel.limits import DEFAULT
from flowcase.feel.names import KnownNames
from flowcase.feel.parser import Parser
from flowcase.feel.ranges import Range
from flowcase.feel.runtime import Run
from flowcase.values import Value

_CONVERSIONS = {
    "date": temporal.parse_date,
    "time": temporal.parse_time,
    "date and time": temporal.parse_date_time,
    "duration": temporal.parse_duration,
}
_KNOWN = KnownNames(_CONVERSIONS)


def parse_range(text: str) -> Range | None:
    """The range, or None when the ends are no literals of one type in order. Raises FeelSyntaxError."""
    node = Parser(text, builtins=_KNOWN).expression()
    if not isinstance(node, tree.RangeLiteral) or node.operator:
        return None
    start, end = _end(node.start), _end(node.end)
    if start is _NONE or end is _NONE or operators.less_or_equal(start, end) is not True:
        return None
    return Range(start, end, node.start_included, node.end_included)


_NONE = object()


def _end(node: tree.Node | None) -> Value:
    if isinstance(node, tree.Literal):
        return node.value if isinstance(node.value, (Decimal, str)) else _NONE
    if isinstance(node, tree.AtLiteral):
        value = temporal.parse_any(node.text)
        return _NONE if value is None else value
    if isinstance(node, tree.Negation):
        value = _end(node.operand)
        if value is _NONE:
            return value
        negated = operators.negate(value, Run(None, DEFAULT, ""), 0) if node.count % 2 else value
        return _NONE if negated is None else negated
    if isinstance(node, tree.Access) and isinstance(node.base, tree.Name) and len(node.steps) == 1:
        call = node.steps[0]
        if isinstance(call, tree.Call) and len(call.arguments) == 1 and node.base.name in _CONVERSIONS:
            text = call.arguments[0]
            if isinstance(text, tree.Literal) and isinstance(text.value, str):
                value = _CONVERSIONS[node.base.name](text.value)
                return _NONE if value is None else value
    return _NONE
