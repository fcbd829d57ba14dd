"""Compiled expressions and unary tests: the two things that hosts hold and evaluate."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from flowcase.feel import library, tree
from flowcase.feel.analysis import references
from flowcase.feel.compiler import Code, Compiler
from flowcase.feel.errors import FeelLimitError, FeelSyntaxError, line_and_column
from flowcase.feel.limits import DEFAULT, Limits
from flowcase.feel.parser import Parser
from flowcase.feel.runtime import FeelWarning, Run, Scope
from flowcase.feel.types import Type
from flowcase.values import Value


class Evaluation(NamedTuple):
    """The value of an expression, and why it or a part of it became null."""

    value: Value
    warnings: tuple[FeelWarning, ...] = ()


class _Compiled:
    """What expressions and unary tests have in common."""

    __slots__ = ("_code", "names", "paths", "text", "tree")

    def __init__(self, text: str, root: tree.Node, code: Code) -> None:
        self.text = text
        self.tree = root
        self._code = code
        found = [
            reference
            for reference in references(root)
            if not (reference.called and reference.name in library.NAMES)
        ]
        # Names that the host must provide, without those that the expression binds itself.
        self.names = frozenset(reference.name for reference in found)
        # The same with the path behind each name: ("frist", "T04").
        self.paths = frozenset(reference.path for reference in found)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.text!r})"

    def _run(self, variables: Mapping[str, Value], run: Run) -> Value:
        try:
            value = self._code(Scope(variables, None, run))
        except RecursionError:
            raise FeelLimitError("call_depth", run.limits.call_depth) from None
        if type(value) is list or type(value) is dict:
            run.check_result(value)
        return value


class Expression(_Compiled):
    """A FEEL expression, ready to be evaluated any number of times, in any thread."""

    __slots__ = ()

    def evaluate(
        self, variables: Mapping[str, Value], *, now: dt.datetime | None = None, limits: Limits = DEFAULT
    ) -> Evaluation:
        """The value with its warnings; whatever fails is null with a reason. Raises FeelLimitError only.

        `now` is what `now()` and `today()` give; without it they are null.
        """
        run = Run(now, limits, self.text)
        value = self._run(variables, run)
        return Evaluation(value, run.warnings())

    def value(
        self, variables: Mapping[str, Value], *, now: dt.datetime | None = None, limits: Limits = DEFAULT
    ) -> Value:
        """The value alone."""
        return self._run(variables, Run(now, limits, self.text))


class _WithInput(Mapping[str, Value]):
    """The variables and the input value `?`, without copying the variables for every cell."""

    __slots__ = ("_input", "_variables")

    def __init__(self, variables: Mapping[str, Value], input_value: Value) -> None:
        self._variables, self._input = variables, input_value

    def get(self, name: str, default: Value = None) -> Value:
        return self._input if name == "?" else self._variables.get(name, default)

    def __getitem__(self, name: str) -> Value:
        return self._input if name == "?" else self._variables[name]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._variables, "?"})

    def __len__(self) -> int:
        return len({*self._variables, "?"})


class UnaryTests(_Compiled):
    """The tests of a decision table's cell over one input value."""

    __slots__ = ()

    def evaluate(
        self,
        input_value: Value,
        variables: Mapping[str, Value],
        *,
        now: dt.datetime | None = None,
        limits: Limits = DEFAULT,
    ) -> Evaluation:
        """True, False or None (the tests cannot be applied to this value), with warnings."""
        run = Run(now, limits, self.text)
        value = self._run(_WithInput(variables, input_value), run)
        return Evaluation(value, run.warnings())

    def value(
        self,
        input_value: Value,
        variables: Mapping[str, Value],
        *,
        now: dt.datetime | None = None,
        limits: Limits = DEFAULT,
    ) -> bool | None:
        """The answer alone."""
        return self._run(_WithInput(variables, input_value), Run(now, limits, self.text))


def compile_expression(
    text: str, *, names: Collection[str] = (), types: Mapping[str, Type] | None = None
) -> Expression:
    """Read and compile an expression. Raises FeelSyntaxError.

    `names` are the variables' names: only needed for those with spaces or signs (`Full Name`, `a-b`) and
    for entries of contexts named so. `types` are named types for `instance of`.
    """
    root = parse_expression(text, names=names, types=types)
    return Expression(text, root, _compiled(text, names, root))


def compile_unary_tests(
    text: str, *, names: Collection[str] = (), types: Mapping[str, Type] | None = None
) -> UnaryTests:
    """Read and compile unary tests (`-`, `< 5`, `"a", "b"`, `not(...)`). Raises FeelSyntaxError."""
    root = Parser(text, names=names, builtins=library.KNOWN, types=types).unary_tests()
    return UnaryTests(text, root, _compiled(text, names, root))


def parse_expression(
    text: str, *, names: Collection[str] = (), types: Mapping[str, Type] | None = None
) -> tree.Node:
    """The syntax tree. Raises FeelSyntaxError."""
    return Parser(text, names=names, builtins=library.KNOWN, types=types).expression()


def _compiled(text: str, names: Collection[str], root: tree.Node) -> Code:
    compiler = Compiler(text, names)
    try:
        return compiler.tests(root) if isinstance(root, tree.Tests) else compiler.compile(root)
    except RecursionError:
        raise FeelSyntaxError("it is nested too deeply", *line_and_column(text, 0), text) from None


def parse_type(text: str, *, types: Mapping[str, Type] | None = None) -> Type:
    """A type as `instance of` reads it: `list<number>`. Raises FeelSyntaxError."""
    return Parser(text, builtins=library.KNOWN, types=types).type_reference()
