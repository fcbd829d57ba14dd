"""Boxed expressions (DMN 1.5, 10.2.1): the tree that a decision's logic is compiled to.

A node is built once per model and evaluated with a scope (names visible at this place) and the run.
Nothing here raises for bad values: a result that cannot be had is null, with a warning in the run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flowcase.dmn.run import Run
from flowcase.dmn.types import Type
from flowcase.feel import Expression, Function, HostFunction
from flowcase.feel.errors import NullResult
from flowcase.feel.functions import Builtin, call
from flowcase.feel.runtime import Run as FeelRun
from flowcase.values import Value

Scope = dict[str, Any]  # FEEL values, functions included


@dataclass(frozen=True, kw_only=True)
class Boxed:
    element: str | None = None  # id of the DMN element
    line: int | None = None
    type: Type | None = None  # from `typeRef`

    def evaluate(self, scope: Scope, run: Run) -> Value:
        """The value of this box, converted to the box's own type where it has one."""
        value = self._evaluate(scope, run)
        return value if self.type is None else run.fit(value, self.type, self.element, "The expression")

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        raise NotImplementedError

    def parts(self) -> Iterator[Boxed]:
        """The boxes directly inside this one."""
        return iter(())

    def free_names(self) -> frozenset[str]:
        """Names that must come from outside of this box."""
        return frozenset().union(*(part.free_names() for part in self.parts()))


@dataclass(frozen=True, kw_only=True)
class LiteralBox(Boxed):
    expression: Expression

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        evaluation = self.expression.evaluate(scope, now=run.now, limits=run.limits)
        for warning in evaluation.warnings:
            run.warn(self.element, str(warning))
        return evaluation.value

    def free_names(self) -> frozenset[str]:
        return self.expression.names


@dataclass(frozen=True, kw_only=True)
class ConstantBox(Boxed):
    """A literal expression that is a plain literal."""

    value: Value

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        return self.value


@dataclass(frozen=True, kw_only=True)
class BrokenBox(Boxed):
    """What could not be read. Such a model is refused at deployment; evaluated all the same, it is null."""

    reason: str

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        run.warn(self.element, self.reason)
        return None


@dataclass(frozen=True, kw_only=True)
class ContextEntry:
    name: str | None  # None: the entry that is the result of the whole context
    value: Boxed
    type: Type | None = None
    element: str | None = None


@dataclass(frozen=True, kw_only=True)
class ContextBox(Boxed):
    """Each entry sees the entries before it."""

    entries: tuple[ContextEntry, ...]

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        scope = dict(scope)
        context: dict[str, Value] = {}
        for entry in self.entries:
            value = entry.value.evaluate(scope, run)
            value = run.fit(value, entry.type, entry.element, f"The entry '{entry.name or 'result'}'")
            if entry.name is None:
                return value
            context[entry.name] = scope[entry.name] = value
        return context

    def parts(self) -> Iterator[Boxed]:
        return (entry.value for entry in self.entries)

    def free_names(self) -> frozenset[str]:
        free: set[str] = set()
        bound: set[str] = set()
        for entry in self.entries:
            free |= entry.value.free_names() - bound
            if entry.name is not None:
                bound.add(entry.name)
        return frozenset(free)


@dataclass(frozen=True, kw_only=True)
class ListBox(Boxed):
    items: tuple[Boxed, ...]

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        return [item.evaluate(scope, run) for item in self.items]

    def parts(self) -> Iterator[Boxed]:
        return iter(self.items)


@dataclass(frozen=True, kw_only=True)
class RelationBox(Boxed):
    columns: tuple[tuple[str, Type | None], ...]
    rows: tuple[tuple[Boxed, ...], ...]

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        return [
            {
                name: run.fit(cell.evaluate(scope, run), type_, cell.element, f"The column '{name}'")
                for (name, type_), cell in zip(self.columns, row, strict=True)
            }
            for row in self.rows
        ]

    def parts(self) -> Iterator[Boxed]:
        return (cell for row in self.rows for cell in row)


@dataclass(frozen=True, kw_only=True)
class Parameter:
    name: str
    type: Type | None = None


@dataclass(frozen=True, kw_only=True)
class FunctionBox(Boxed):
    """A boxed function; its value is a closure over the scope in which it stands."""

    name: str
    parameters: tuple[Parameter, ...]
    body: Boxed
    result: Type | None = None

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        return typed_function(
            self.name,
            self.parameters,
            self.result,
            self.element,
            run,
            lambda given: self._call(scope, given, run),
        )

    def _call(self, scope: Scope, given: Mapping[str, Value], run: Run) -> Value:
        return self.body.evaluate({**scope, **given}, run)

    def parts(self) -> Iterator[Boxed]:
        yield self.body

    def free_names(self) -> frozenset[str]:
        return self.body.free_names() - {parameter.name for parameter in self.parameters}


def typed_function(
    name: str,
    parameters: Sequence[Parameter],
    result: Type | None,
    element: str | None,
    run: Run,
    body: Callable[[dict[str, Value]], Value],  # called with the arguments by parameter name
) -> HostFunction:
    """A FEEL function value whose arguments and result are converted as DMN 10.3.2.9.4 says.

    An argument that does not fit its parameter makes the invocation null without calling the body.
    """

    def answer(*arguments: Value) -> Value:
        given: dict[str, Value] = {}
        for parameter, argument in zip(parameters, arguments, strict=True):
            value = run.fit(
                argument, parameter.type, element, f"The parameter '{parameter.name}' of '{name}'"
            )
            if value is None and argument is not None:
                return None
            given[parameter.name] = value
        run.enter_call()
        try:
            value = body(given)
        finally:
            run.leave_call()
        return run.fit(value, result, element, f"The result of '{name}'")

    return HostFunction([parameter.name for parameter in parameters], answer)


@dataclass(frozen=True, kw_only=True)
class InvocationBox(Boxed):
    function: Boxed
    function_name: str  # for warnings
    bindings: tuple[tuple[Parameter, Boxed], ...]

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        function = self.function.evaluate(scope, run)
        if not isinstance(function, Function):
            run.warn(self.element, f"'{self.function_name}' is no function, so the invocation is null.")
            return None
        arguments: dict[str, Value] = {}
        for parameter, argument in self.bindings:
            value = argument.evaluate(scope, run)
            fitted = run.fit(value, parameter.type, argument.element, f"The argument '{parameter.name}'")
            if fitted is None and value is not None:
                return None
            arguments[parameter.name] = fitted
        names = function.parameters
        unknown = [name for name in arguments if name not in names]
        if unknown:
            run.warn(self.element, f"'{self.function_name}' has no parameter '{unknown[0]}', so it is null.")
            return None
        feel_run = FeelRun(run.now, run.limits, self.function_name)
        try:
            if isinstance(function, Builtin):
                return function.call_named(list(arguments), list(arguments.values()), feel_run)
            return call(function, [arguments.get(name) for name in names], feel_run)
        except NullResult as null:
            run.warn(self.element, f"{null}, so '{self.function_name}' is null.")
            return None

    def parts(self) -> Iterator[Boxed]:
        yield self.function
        yield from (argument for _, argument in self.bindings)


@dataclass(frozen=True, kw_only=True)
class ConditionalBox(Boxed):
    condition: Boxed
    then: Boxed
    otherwise: Boxed

    def _evaluate(self, scope: Scope, run: Run) -> Value:
        condition = self.condition.evaluate(scope, run)
        if condition is not None and not isinstance(condition, bool):
            run.warn(self.element, "The condition is neither true nor false, so the result is null.")
            return None
        return (self.then if condition is True else self.otherwise).evaluate(scope, run)

    def parts(self) -> Iterator[Boxed]:
        return iter((self.condition, self.then, self.otherwise))
