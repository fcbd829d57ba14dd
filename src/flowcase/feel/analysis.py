"""What an expression refers to: the free names and paths that its host must provide."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from flowcase.feel import tree

_IMPLICIT = frozenset(("?", "item", "partial"))


@dataclass(frozen=True, slots=True)
class Reference:
    """One use of a name that is not bound inside the expression."""

    name: str
    path: tuple[str, ...]  # the name and the path steps directly behind it
    at: int
    called: bool
    in_filter: bool  # the name may as well be an entry of the filtered items


def references(root: tree.Node) -> list[Reference]:
    """All uses of free names, in the order of the text."""
    found: list[Reference] = []
    # Iterative, since a chain of a thousand operands is no deep tree but a wide one.
    stack: list[tuple[object, frozenset[str], bool]] = [(root, frozenset(), False)]
    while stack:
        node, bound, in_filter = stack.pop()
        if isinstance(node, tree.Name):
            _refer(found, node, (node.name,), bound, in_filter=in_filter, called=False)
        elif isinstance(node, tree.Access):
            base: object = node.base
            if isinstance(base, tree.Name):
                path = [base.name]
                for step in node.steps:
                    if not isinstance(step, tree.Path):
                        break
                    path.append(step.name)
                called = isinstance(node.steps[0], tree.Call)
                _refer(found, base, tuple(path), bound, in_filter=in_filter, called=called)
            else:
                stack.append((base, bound, in_filter))
            stack.extend((step, bound, in_filter) for step in node.steps)
        elif isinstance(node, tree.Filter):
            stack.append((node.condition, bound, True))
        elif isinstance(node, (tree.For, tree.Quantified)):
            inner = bound
            for iterator in node.iterators:
                stack.append((iterator.source, inner, in_filter))
                if iterator.end is not None:
                    stack.append((iterator.end, inner, in_filter))
                inner = inner | {iterator.name}
            stack.append((node.body, inner, in_filter))
        elif isinstance(node, tree.FunctionDefinition):
            stack.append((node.body, bound | {name for name, _ in node.parameters}, in_filter))
        elif isinstance(node, tree.ContextLiteral):
            inner = bound
            keys = frozenset(key for key, _ in node.entries)
            for key, value in node.entries:
                # A function may refer to its own entry and to later ones: they exist when it is called.
                is_function = isinstance(value, tree.FunctionDefinition)
                stack.append((value, bound | keys if is_function else inner, in_filter))
                inner = inner | {key}
        else:
            stack.extend((child, bound, in_filter) for child in children(node))
    return sorted(found, key=lambda reference: reference.at)


def _refer(
    found: list[Reference],
    node: tree.Name,
    path: tuple[str, ...],
    bound: frozenset[str],
    *,
    in_filter: bool,
    called: bool,
) -> None:
    if node.name not in bound and node.name not in _IMPLICIT:
        found.append(Reference(node.name, path, node.at, called, in_filter))


def children(node: object) -> list[object]:
    """The nodes directly below."""
    return _CHILDREN.get(type(node), lambda _: [])(node)


_CHILDREN: dict[type, Callable] = {
    tree.Arithmetic: lambda node: [node.first, *(operand for _, _, operand in node.rest)],
    tree.Negation: lambda node: [node.operand],
    tree.Logic: lambda node: node.operands,
    tree.Comparison: lambda node: [node.left, node.right],
    tree.Between: lambda node: [node.value, node.low, node.high],
    tree.In: lambda node: [node.value, *node.tests],
    tree.InstanceOf: lambda node: [node.value],
    tree.If: lambda node: [*(part for branch in node.branches for part in branch), node.otherwise],
    tree.ListLiteral: lambda node: node.items,
    tree.RangeLiteral: lambda node: [end for end in (node.start, node.end) if end is not None],
    tree.Unlike: lambda node: [node.value],
    tree.Call: lambda node: node.arguments,
    tree.Tests: lambda node: node.tests,
    tree.Access: lambda node: [node.base, *node.steps],
    tree.Filter: lambda node: [node.condition],
    tree.For: lambda node: [*_sources(node), node.body],
    tree.Quantified: lambda node: [*_sources(node), node.body],
    tree.FunctionDefinition: lambda node: [node.body],
    tree.ContextLiteral: lambda node: [value for _, value in node.entries],
}


def _sources(node: tree.For | tree.Quantified) -> list[tree.Node]:
    return [part for each in node.iterators for part in (each.source, each.end) if part is not None]


def uses_input(node: object) -> bool:
    """Whether `?` stands anywhere in the expression."""
    stack: list[object] = [node]
    while stack:
        current = stack.pop()
        if isinstance(current, tree.Name) and current.name == "?":
            return True
        stack.extend(children(current))
    return False
