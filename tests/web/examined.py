"""Which pages and states the tests of their own rooms hand to axe, read from the tests themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

HERE = Path(__file__).parent
_STATE = {"check": 0, "visit": 1, "press": 1}  # where a call on `seen` says the state


def elsewhere() -> Iterator[tuple[str, list[str]]]:
    """(file, states in the order of the test) of every test file beside the one for all pages."""
    for path in sorted(HERE.glob("test_*.py")):
        if path.name == "test_accessibility.py":
            continue
        states = list(dict.fromkeys(_states(ast.parse(path.read_text("utf-8")))))
        if states:
            yield path.name, states


def _states(tree: ast.Module) -> Iterator[str]:
    named = {
        target.id: node.value
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for function in tree.body:
        if isinstance(function, ast.FunctionDef):
            yield from _of_function(function, named)


def _of_function(function: ast.FunctionDef, named: Mapping[str, ast.expr]) -> Iterator[str]:
    loops: dict[str, ast.expr] = {
        node.target.id: node.iter
        for node in ast.walk(function)
        if isinstance(node, ast.For) and isinstance(node.target, ast.Name)
    }
    calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda each: (each.lineno, each.col_offset)):
        method = call.func
        if not (isinstance(method, ast.Attribute) and method.attr in _STATE):
            continue
        if isinstance(method.value, ast.Name) and method.value.id == "seen" and call.args:
            said = call.args[min(_STATE[method.attr], len(call.args) - 1)]
            yield from _said(said, loops, named)


def _said(said: ast.expr, loops: Mapping[str, ast.expr], named: Mapping[str, ast.expr]) -> Iterator[str]:
    if isinstance(said, ast.Constant):
        yield str(said.value)
    elif isinstance(said, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "…" for part in said.values)
    elif isinstance(said, ast.Name) and said.id in loops:
        every = loops[said.id]
        every = named.get(every.id, every) if isinstance(every, ast.Name) else every
        assert isinstance(every, ast.Tuple | ast.List), ast.unparse(every)
        for each in every.elts:
            yield from _said(each, loops, named)
    else:
        raise AssertionError(f"Expected a state in words, but got {ast.unparse(said)}.")
