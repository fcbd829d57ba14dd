"""The requirements graph (DMN 1.5, chapter 6): input data, decisions, business knowledge models, services.

Nodes are compared by identity: two imported models may use the same ids.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from flowcase.dmn.boxed import Boxed, FunctionBox, Parameter, Scope, typed_function
from flowcase.dmn.run import Run
from flowcase.dmn.types import FunctionType, Type, plain
from flowcase.feel.runtime import Run as FeelRun
from flowcase.values import Value


@dataclass(eq=False, kw_only=True)
class Node:
    """One drawn element. `variable` is the name under which others see its value."""

    id: str
    name: str
    variable: str
    namespace: str = ""
    file: str = ""
    line: int | None = None
    type: Type | None = None
    requirements: list[Requirement] = field(default_factory=list)

    def value(self, run: Run) -> Value:
        """The node's value in this run; evaluated at most once.

        Required decisions come first, one by one, so that a long chain of them is no deep recursion.
        """
        waiting: list[Node] = [self]
        while self not in run.given:
            node = waiting[-1]
            missing = [
                each.node
                for each in node.requirements
                if isinstance(each.node, Decision) and each.node not in run.given
            ]
            if missing:
                waiting.extend(missing)
            else:
                waiting.pop()
                if node not in run.given:
                    run.given[node] = node._value(run)
        return run.given[self]

    def _value(self, run: Run) -> Value:
        raise NotImplementedError

    def scope(self, run: Run) -> Scope:
        """What the node's logic sees: everything handed in, and the values of what it requires."""
        scope: Scope = dict(run.inputs)
        for requirement in self.requirements:
            requirement.bind(scope, run)
        return scope

    def reached(self) -> Iterator[Node]:
        """This node and all that it requires, each once."""
        seen: set[Node] = set()
        waiting: list[Node] = [self]
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                yield node
                waiting.extend(requirement.node for requirement in node.requirements)
                waiting.extend(node.members())

    def members(self) -> Iterator[Node]:
        """Nodes that belong to this one without being required by it."""
        return iter(())

    def free_names(self) -> frozenset[str]:
        """Names that this node's own logic reads."""
        return frozenset()

    @cached_property
    def input_names(self) -> frozenset[str]:
        """Every name under which this node, or anything that it requires, may read what is handed in."""
        names: set[str] = set()
        for node in self.reached():
            names |= node.free_names()
            names |= {node.variable, f"{{{node.namespace}}}{node.variable}"}
        return frozenset(names)


@dataclass(frozen=True)
class Requirement:
    """An arrow into a node. An imported node is seen as an entry of the context with the import's name."""

    node: Node
    prefix: str | None = None  # the import's name

    def bind(self, scope: Scope, run: Run) -> None:
        value = self.node.value(run)
        if self.prefix is not None:
            library = scope.get(self.prefix)
            scope[self.prefix] = {
                **(library if isinstance(library, Mapping) else {}),
                self.node.variable: value,
            }
            return
        scope[self.node.variable] = value
        # Camunda's files refer to a required decision by its id as well.
        if isinstance(self.node, Decision) and self.node.id not in scope:
            scope[self.node.id] = value


class InputData(Node):
    def _value(self, run: Run) -> Value:
        for key in (f"{{{self.namespace}}}{self.variable}", self.variable):
            if key in run.inputs:
                return run.fit(run.inputs[key], self.type, self.id, f"The input '{self.name}'")
        return None


@dataclass(eq=False, kw_only=True)
class Decision(Node):
    logic: Boxed | None = None
    question: str = ""
    version_tag: str | None = None

    def _value(self, run: Run) -> Value:
        scope = self.scope(run)
        owner, run.owner = run.owner, self.id
        try:
            if self.logic is None:
                run.warn(self.id, f"The decision '{self.name}' has no logic, so it is null.")
                value = None
            else:
                value = self.logic.evaluate(scope, run)
        finally:
            run.owner = owner
        value = run.fit(value, self.type, self.id, f"The decision '{self.name}'")
        run.step("decision", self.id, self.name, value)
        return value

    def free_names(self) -> frozenset[str]:
        return self.logic.free_names() if self.logic else frozenset()


@dataclass(eq=False, kw_only=True)
class BusinessKnowledge(Node):
    function: FunctionBox | None = None

    def _value(self, run: Run) -> Value:
        """A function value; its body sees the knowledge that this one requires, and itself."""
        if self.function is None:
            run.warn(self.id, f"The business knowledge model '{self.name}' has no logic, so it is null.")
            return None
        function = self.function
        scope: Scope = {}

        def call(given: dict[str, Value]) -> Value:
            owner, run.owner = run.owner, self.id
            try:
                value = function.body.evaluate({**scope, **given}, run)
            finally:
                run.owner = owner
            run.step("knowledge", self.id, self.name, value)
            return value

        value = typed_function(self.name, function.parameters, self._result_type(), self.id, run, call)
        run.given[self] = scope[self.variable] = value
        for requirement in self.requirements:
            requirement.bind(scope, run)
        return value

    def apply(self, arguments: Mapping[str, Value], run: Run) -> Value:
        """The function's value for these arguments, as if a decision had called it; missing ones are null."""
        function = self.value(run)
        if function is None or self.function is None:
            return None
        return function.call(
            [arguments.get(parameter.name) for parameter in self.function.parameters],
            FeelRun(run.now, run.limits, self.name),
        )

    def _result_type(self) -> Type | None:
        for candidate in (self.function.result if self.function is not None else None, self.type):
            if candidate is not None:
                resolved = plain(candidate)
                return resolved.result if isinstance(resolved, FunctionType) else candidate
        return None

    def free_names(self) -> frozenset[str]:
        return self.function.free_names() if self.function else frozenset()


@dataclass(eq=False, kw_only=True)
class DecisionService(Node):
    """Called with its input data and then its input decisions, in document order (DMN 10.4)."""

    outputs: list[Decision] = field(default_factory=list)
    encapsulated: list[Decision] = field(default_factory=list)
    input_decisions: list[Decision] = field(default_factory=list)
    input_data: list[InputData] = field(default_factory=list)

    def _value(self, run: Run) -> Value:
        given_nodes: list[Node] = [*self.input_data, *self.input_decisions]
        parameters = tuple(Parameter(name=node.variable, type=node.type) for node in given_nodes)
        result = plain(self.type) if self.type is not None else None

        def call(arguments: dict[str, Value]) -> Value:
            return self.decide({node: arguments[node.variable] for node in given_nodes}, run)

        return typed_function(
            self.name,
            parameters,
            result.result if isinstance(result, FunctionType) else self.type,
            self.id,
            run,
            call,
        )

    def decide(self, given: Mapping[Any, Value], run: Run) -> Value:
        """The output decision's value, or a context of them; nothing of the caller's values leaks in."""
        outer, outer_inputs = run.given, run.inputs
        run.given, run.inputs = dict(given), {}
        try:
            values = {decision.variable: decision.value(run) for decision in self.outputs}
        finally:
            run.given, run.inputs = outer, outer_inputs
        value = next(iter(values.values())) if len(values) == 1 else values
        run.step("service", self.id, self.name, value)
        return value

    def members(self) -> Iterator[Node]:
        yield from self.outputs
