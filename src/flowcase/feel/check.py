"""Finding mistakes before anything runs: unknown variables, entries and functions, and wrong calls."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from flowcase.feel import tree
from flowcase.feel.analysis import Reference, children, references
from flowcase.feel.errors import line_and_column
from flowcase.feel.expression import Expression, UnaryTests
from flowcase.feel.functions import BUILTINS
from flowcase.feel.static_types import clashes
from flowcase.feel.types import ContextType, Type


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake; `suggestion` is the known name that was probably meant, or empty."""

    kind: str  # unknown variable, unknown entry, unknown function, wrong arguments, wrong types
    name: str
    line: int
    column: int
    suggestion: str = ""

    def __str__(self) -> str:
        hint = f"; did you mean '{self.suggestion}'?" if self.suggestion else ""
        return f"{self.kind} '{self.name}' (line {self.line}, column {self.column}){hint}"


def check(
    expression: Expression | UnaryTests,
    *,
    names: Collection[str],
    types: Mapping[str, Type] | None = None,
) -> list[Problem]:
    """The problems in the order of the text. `types` gives some variables' types: with a ContextType the
    entries that a path names are checked too."""
    types = types or {}
    known = set(names) | set(types)
    found = [
        problem
        for reference in references(expression.tree)
        for problem in _problems(expression.text, reference, known, types)
    ]
    found.extend(_wrong_calls(expression, known))
    if known.isdisjoint(BUILTINS):
        for at, what in clashes(expression.tree, types):
            found.append(Problem("wrong types", what, *line_and_column(expression.text, at)))
    return sorted(found, key=lambda problem: (problem.line, problem.column))


def _problems(
    text: str, reference: Reference, known: set[str], types: Mapping[str, Type]
) -> Iterable[Problem]:
    at = line_and_column(text, reference.at)
    name = reference.name
    if name not in known:
        if name in BUILTINS or (reference.in_filter and not reference.called):
            return
        if reference.called:
            yield Problem("unknown function", name, *at, _nearest(name, known | BUILTINS.keys()))
        else:
            yield Problem("unknown variable", name, *at, _nearest(name, known))
        return
    current = types.get(name)
    for position, entry in enumerate(reference.path[1:], start=2):
        if not isinstance(current, ContextType) or not current.entries:
            return
        if entry not in current.entries:
            path = ".".join(reference.path[:position])
            yield Problem("unknown entry", path, *at, _nearest(entry, current.entries))
            return
        current = current.entries[entry]


def _wrong_calls(expression: Expression | UnaryTests, known: set[str]) -> Iterable[Problem]:
    stack: list[object] = [expression.tree]
    while stack:
        node = stack.pop()
        stack.extend(children(node))
        if not isinstance(node, tree.Access) or not isinstance(node.base, tree.Name):
            continue
        call, function = node.steps[0], BUILTINS.get(node.base.name)
        if isinstance(call, tree.Call) and function is not None and function.name not in known:
            if call.names is None:
                fits = any(each.takes(len(call.arguments)) for each in function.signatures)
            else:
                fits = any(each.positional(call.names) is not None for each in function.signatures)
            if not fits:
                yield Problem("wrong arguments", function.name, *line_and_column(expression.text, node.at))


def _nearest(name: str, known: Iterable[str]) -> str:
    by_folded = {each.casefold(): each for each in known}
    matches = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[matches[0]] if matches else ""
