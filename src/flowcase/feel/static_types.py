"""Types that an expression shows before it runs, and the operations on them that can only give null."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from flowcase.feel import tree
from flowcase.feel.analysis import children
from flowcase.feel.functions import BUILTINS, Parameter

_ORDERED = frozenset(("<", "<=", ">", ">="))
_TAKES_ANY = frozenset(("any", "value", "point", "list"))  # a single value is taken for a list of one


def type_shown(node: object) -> str:
    """number, string or boolean where the text alone says so, else empty."""
    if isinstance(node, tree.Literal):
        if isinstance(node.value, bool):
            return "boolean"
        return (
            "string" if isinstance(node.value, str) else "number" if isinstance(node.value, Decimal) else ""
        )
    if isinstance(node, tree.Negation):
        return "number" if type_shown(node.operand) == "number" else ""
    if isinstance(node, (tree.Logic, tree.Comparison, tree.Between, tree.InstanceOf, tree.Quantified)):
        return "boolean"
    if isinstance(node, tree.Arithmetic):
        kinds = {type_shown(node.first), *(type_shown(operand) for _, _, operand in node.rest)}
        return kinds.pop() if len(kinds) == 1 else ""
    return ""


def clashes(root: object) -> Iterable[tuple[int, str]]:
    """(offset, what does not go together) of every operation that gives null whatever the variables are."""
    stack = [root]
    while stack:
        node = stack.pop()
        stack.extend(children(node))
        if isinstance(node, tree.Comparison):
            left, right = type_shown(node.left), type_shown(node.right)
            if left and right and (left != right or (left == "boolean" and node.operator in _ORDERED)):
                yield node.at, f"{left} {node.operator} {right}"
        elif isinstance(node, tree.Logic):
            for operand in node.operands:
                if type_shown(operand) in ("number", "string"):
                    yield node.at, f"{type_shown(operand)} {node.operator}"
        elif isinstance(node, tree.Arithmetic):
            yield from _arithmetic(node)
        elif isinstance(node, tree.Access) and isinstance(node.base, tree.Name):
            yield from _call(node.base.name, node.steps[0], node.at)


def _arithmetic(node: tree.Arithmetic) -> Iterable[tuple[int, str]]:
    left = type_shown(node.first)
    for operator, at, operand in node.rest:
        right = type_shown(operand)
        shown = {left, right} - {""}
        if "boolean" in shown or len(shown) == 2 or ("string" in shown and operator != "+"):
            yield at, f"{left or 'value'} {operator} {right or 'value'}"
        if right != left:
            return


def _call(name: str, call: object, at: int) -> Iterable[tuple[int, str]]:
    function = BUILTINS.get(name)
    if function is None or not isinstance(call, tree.Call) or call.names is not None:
        return
    kinds = [type_shown(argument) for argument in call.arguments]
    fitting = [signature for signature in function.signatures if signature.takes(len(kinds))]
    if fitting and not any(_takes(signature.parameters, kinds) for signature in fitting):
        yield at, f"{name}({', '.join(kind or 'value' for kind in kinds)})"


def _takes(parameters: tuple[Parameter, ...], kinds: list[str]) -> bool:
    last = len(parameters) - 1
    return all(
        not kind
        or kind in (accepted := parameters[min(index, last)].kinds)
        or not _TAKES_ANY.isdisjoint(accepted)
        for index, kind in enumerate(kinds)
    )
