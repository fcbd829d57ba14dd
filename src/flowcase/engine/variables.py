"""The variables of one process instance: a tree of scopes as Camunda 8 has it.

A scope is the process instance, an embedded sub-process, a multi-instance body or an element with mapped
variables; its key is that of the element instance. A result without a mapping goes to the nearest scope
that defines the name, else to the process instance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flowcase.engine.tokens import ROOT
from flowcase.values import Value, from_json, to_json


class VariableScopes:
    """Variables by scope key; who encloses whom is the token tree's knowledge, handed in as a chain."""

    def __init__(self, scopes: dict[str, dict[str, Value]] | None = None) -> None:
        self._scopes: dict[str, dict[str, Value]] = scopes if scopes is not None else {ROOT: {}}

    def local(self, scope: str) -> Mapping[str, Value]:
        """What this scope itself defines."""
        return self._scopes.get(scope, {})

    def set_local(self, scope: str, values: Mapping[str, Value]) -> None:
        self._scopes.setdefault(scope, {}).update(values)

    def find(self, chain: Iterable[str], name: str) -> tuple[bool, Value]:
        """Whether a scope of the chain (from the inside out) defines the name, and its value."""
        for scope in chain:
            variables = self._scopes.get(scope)
            if variables is not None and name in variables:
                return True, variables[name]
        return False, None

    def visible(self, chain: Iterable[str]) -> dict[str, Value]:
        """Every variable that can be read from the innermost scope of the chain."""
        seen: dict[str, Value] = {}
        for scope in reversed(list(chain)):
            seen.update(self._scopes.get(scope, {}))
        return seen

    def propagate(self, chain: Iterable[str], values: Mapping[str, Value]) -> dict[str, dict[str, Value]]:
        """Write each value to the nearest scope that defines its name, else to the instance; say where."""
        scopes = list(chain)
        changes: dict[str, dict[str, Value]] = {}
        for name, value in values.items():
            target = next((scope for scope in scopes if name in self._scopes.get(scope, {})), ROOT)
            self._scopes.setdefault(target, {})[name] = value
            changes.setdefault(target, {})[name] = value
        return changes

    def drop(self, scope: str) -> None:
        self._scopes.pop(scope, None)

    def to_json(self) -> dict[str, Any]:
        return {scope: to_json(variables) for scope, variables in self._scopes.items()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> VariableScopes:
        return cls({scope: from_json(variables) for scope, variables in data.items()})


def put(into: dict[str, Value], path: str, value: Value, existing: Value = None) -> None:
    """Set a mapping's target, which may be a dotted path; a context already there is kept and extended."""
    first, *rest = path.split(".")
    if not rest:
        into[first] = value
        return
    present = into.get(first, existing)
    context = dict(present) if isinstance(present, Mapping) else {}
    into[first] = context
    for name in rest[:-1]:
        inner = context.get(name)
        context[name] = dict(inner) if isinstance(inner, Mapping) else {}
        context = context[name]
    context[rest[-1]] = value
