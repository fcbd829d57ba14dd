"""Turning a syntax tree into closures over a scope; nothing of the text ever reaches Python's evaluator."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from decimal import Decimal

from flowcase.feel import loops, numbers, operators, paths, temporal, tree
from flowcase.feel.analysis import uses_input
from flowcase.feel.errors import FeelSyntaxError, line_and_column
from flowcase.feel.functions import BUILTINS, UserFunction, invoke
from flowcase.feel.limits import DEFAULT
from flowcase.feel.ranges import AllBut, Range
from flowcase.feel.runtime import PLAIN, Run, Scope
from flowcase.feel.types import Function, Type, type_name
from flowcase.values import Value

Code = Callable[[Scope], Value]
Step = Callable[[Value, Scope], Value]

_MISSING = object()


class Compiler:
    """Compiles one text; counts nodes and nesting, which loops and functions charge for."""

    def __init__(self, text: str, shadowing: Iterable[str]) -> None:
        self.text = text
        self._shadowing = frozenset(shadowing)  # variables' names; they go before built-in functions
        self._local = 0  # scopes inside the outermost
        self._size = 0
        self._level = 0
        self._deepest = 0
        self._uses_partial = False

    def compile(self, node: tree.Node) -> Code:
        self._size += 1
        self._level += 1
        self._deepest = max(self._deepest, self._level)
        code = _COMPILERS[type(node)](self, node)
        self._level -= 1
        return code

    def _measured(self, node: tree.Node) -> tuple[Code, int, int]:
        """The code of a body with its size and its depth."""
        size, deepest = self._size, self._deepest
        self._deepest = self._level
        code = self.compile(node)
        depth = self._deepest - self._level + 2
        self._deepest = max(deepest, self._deepest)
        return code, self._size - size, depth

    # -- values ------------------------------------------------------------------------------------

    def literal(self, node: tree.Literal) -> Code:
        value = node.value
        if type(value) is Decimal:
            value = numbers.rounded(value)
            if value is None:
                raise self._error("a number is too large", node.at)
        return lambda s: value

    def at_literal(self, node: tree.AtLiteral) -> Code:
        value, at = temporal.parse_any(node.text), node.at
        if value is not None:
            return lambda s: value

        def unreadable(s: Scope) -> Value:
            s.run.warn("The text after @ is no date, time or duration", at)
            return None

        return unreadable

    def _error(self, message: str, at: int) -> FeelSyntaxError:
        return FeelSyntaxError(message, *line_and_column(self.text, at), self.text)

    def name(self, node: tree.Name) -> Code:
        name, at = node.name, node.at
        if name == "partial":
            self._uses_partial = True
        fallback = BUILTINS.get(name, _MISSING)

        def missing(s: Scope) -> Value:
            if fallback is not _MISSING:
                return fallback
            s.run.warn(f"There is no variable '{name}'", at)
            return None

        if not self._local:

            def outermost(s: Scope) -> Value:
                value = s.names.get(name, _MISSING)
                if type(value) in PLAIN:
                    return value
                return missing(s) if value is _MISSING else s.run.imported(value)

            return outermost

        def nested(s: Scope) -> Value:
            scope: Scope | None = s
            while scope is not None:
                value = scope.names.get(name, _MISSING)
                if value is not _MISSING:
                    return value if scope.parent is not None else s.run.imported(value)
                scope = scope.parent
            return missing(s)

        return nested

    def list_literal(self, node: tree.ListLiteral) -> Code:
        items = [self.compile(item) for item in node.items]
        return lambda s: [item(s) for item in items]

    def context_literal(self, node: tree.ContextLiteral) -> Code:
        self._local += 1
        entries = [(key, self.compile(value)) for key, value in node.entries]
        self._local -= 1

        def context(s: Scope) -> Value:
            names: dict[str, Value] = {}
            inner = Scope(names, s, s.run)
            for key, code in entries:
                names[key] = code(inner)
            return names

        return context

    def range_literal(self, node: tree.RangeLiteral) -> Code:
        start = self.compile(node.start) if node.start is not None else None
        end = self.compile(node.end) if node.end is not None else None
        at, start_included, end_included, operator = (
            node.at,
            node.start_included,
            node.end_included,
            node.operator,
        )
        same = start is not None and node.start is node.end
        if same:
            end = None

        def make(s: Scope) -> Value:
            low = start(s) if start is not None else None
            high = low if same else end(s) if end is not None else None
            if low is None and high is None and not same:
                s.run.warn("A range needs an end that is not null", at)
                return None
            if low is not None and high is not None and not same:
                ordered = operators.less_or_equal(low, high)
                if ordered is None:
                    s.run.warn(f"There is no range from {type_name(low)} to {type_name(high)}", at)
                    return None
            return Range(low, high, start_included, end_included, operator)

        ends = [each for each in (node.start, node.end) if each is not None]
        if all(isinstance(each, tree.Literal) and each.value is not None for each in ends):
            blank = Run(None, DEFAULT, self.text)
            constant = make(Scope({}, None, blank))
            if constant is not None:
                return lambda s: constant
        return make

    def unlike(self, node: tree.Unlike) -> Code:
        value = self.compile(node.value)
        return lambda s: AllBut(value(s))

    # -- operators ---------------------------------------------------------------------------------

    def arithmetic(self, node: tree.Arithmetic) -> Code:
        first = self.compile(node.first)
        rest = [(operator, at, self.compile(operand)) for operator, at, operand in node.rest]
        if len(rest) == 1:
            operator, at, operand = rest[0]
            direct = _DIRECT.get(operator)

            def one(s: Scope) -> Value:
                left, right = first(s), operand(s)
                if direct is not None and type(left) is Decimal and type(right) is Decimal:
                    try:
                        return direct(left, right)
                    except ArithmeticError:
                        pass
                return operators.arithmetic(operator, left, right, s.run, at)

            return one

        def several(s: Scope) -> Value:
            value = first(s)
            for operator, at, operand in rest:
                value = operators.arithmetic(operator, value, operand(s), s.run, at)
            return value

        return several

    def negation(self, node: tree.Negation) -> Code:
        operand, at, count = self.compile(node.operand), node.at, node.count % 2 or 2

        def negate(s: Scope) -> Value:
            value = operand(s)
            for _ in range(count):
                value = operators.negate(value, s.run, at)
            return value

        return negate

    def logic(self, node: tree.Logic) -> Code:
        operands = [self.compile(operand) for operand in node.operands]
        decisive = node.operator == "or"  # this value of any operand decides
        at, operator = node.at, node.operator

        def combine(s: Scope) -> bool | None:
            result: bool | None = not decisive
            for operand in operands:
                value = operand(s)
                if value is decisive:
                    return decisive
                if type(value) is not bool:
                    if value is not None:
                        s.run.warn(f"'{operator}' needs booleans and got {type_name(value)}", at)
                    result = None
            return result

        if len(operands) > 2:
            return combine
        left, right = operands

        def two(s: Scope) -> bool | None:
            one = left(s)
            if one is decisive:
                return decisive
            other = right(s)
            if other is decisive:
                return decisive
            if type(one) is bool and type(other) is bool:
                return not decisive
            for value in (one, other):
                if value is not None and type(value) is not bool:
                    s.run.warn(f"'{operator}' needs booleans and got {type_name(value)}", at)
            return None

        return two

    def comparison(self, node: tree.Comparison) -> Code:
        left, right = self.compile(node.left), self.compile(node.right)
        operator, at = node.operator, node.at
        compare = operators.compare
        native = _NATIVE_COMPARISONS[operator]

        def run(s: Scope) -> bool | None:
            one, other = left(s), right(s)
            kind = type(one)
            if kind is type(other) and (kind is Decimal or kind is str):
                return native(one, other)
            return compare(operator, one, other, s.run, at)

        return run

    def between(self, node: tree.Between) -> Code:
        value, low, high = self.compile(node.value), self.compile(node.low), self.compile(node.high)
        at = node.at
        return lambda s: operators.between(value(s), low(s), high(s), s.run, at)

    def in_tests(self, node: tree.In) -> Code:
        value, at = self.compile(node.value), node.at
        asking = [uses_input(test) for test in node.tests]
        self._local += any(asking)
        tests = [(self.compile(test), asks) for test, asks in zip(node.tests, asking, strict=True)]
        self._local -= any(asking)

        def test_all(s: Scope) -> bool | None:
            subject = value(s)
            result: bool | None = False
            inner = Scope({"?": subject}, s, s.run) if any(asking) else s
            for test, asks in tests:
                target = test(inner)
                if asks and type(target) is bool:
                    fits: bool | None = target
                else:
                    fits = operators.matches_test(subject, target, s.run)
                if fits is True:
                    return True
                if fits is None:
                    s.run.warn(f"Cannot look for {type_name(subject)} in {type_name(target)}", at)
                    result = None
            return result

        return test_all

    def instance_of(self, node: tree.InstanceOf) -> Code:
        value, type_ = self.compile(node.value), node.type

        def check(s: Scope) -> bool:
            subject = value(s)
            s.run.charge(len(subject) if type(subject) is list else 1)
            return type_.contains(subject)

        return check

    def if_(self, node: tree.If) -> Code:
        branches = [(self.compile(condition), self.compile(then)) for condition, then in node.branches]
        otherwise, at = self.compile(node.otherwise), node.at

        def choose(s: Scope) -> Value:
            for condition, then in branches:
                decided = condition(s)
                if decided is True:
                    return then(s)
                if decided is not False and decided is not None:
                    s.run.warn(f"The condition of 'if' is {type_name(decided)} and no boolean", at)
            return otherwise(s)

        return choose

    # -- loops and functions -----------------------------------------------------------------------

    def for_(self, node: tree.For) -> Code:
        outer_partial, self._uses_partial = self._uses_partial, False
        sources = self._sources(node.iterators)
        body, size, _ = self._measured(node.body)
        self._local -= len(node.iterators)
        uses_partial, self._uses_partial = self._uses_partial, outer_partial
        return loops.for_loop(sources, body, size, uses_partial=uses_partial)

    def quantified(self, node: tree.Quantified) -> Code:
        sources = self._sources(node.iterators)
        body, size, _ = self._measured(node.body)
        self._local -= len(node.iterators)
        return loops.quantifier(sources, body, size, every=node.every)

    def _sources(self, iterators: list[tree.Iterator]) -> list[loops.Source]:
        """The iterators' code; each sees the names of those before it. Leaves their scopes open."""
        sources = []
        for iterator in iterators:
            source = self.compile(iterator.source)
            end = self.compile(iterator.end) if iterator.end is not None else None
            sources.append(loops.Source(iterator.name, source, end, iterator.at))
            self._local += 1
        return sources

    def function_definition(self, node: tree.FunctionDefinition) -> Code:
        parameters = tuple(name for name, _ in node.parameters)
        types: tuple[Type | None, ...] = tuple(type_ for _, type_ in node.parameters)
        self._local += 1
        body, size, depth = self._measured(node.body)
        self._local -= 1
        return lambda s: UserFunction(parameters, types, body, s, size=size, depth=depth)

    # -- access chains -----------------------------------------------------------------------------

    def access(self, node: tree.Access) -> Code:
        base, steps = node.base, node.steps
        if isinstance(base, tree.Name):
            first = steps[0]
            if isinstance(first, tree.Call):
                return self._chain(self._named_call(base, first), steps[1:])
            if not self._local and isinstance(first, tree.Path):
                path = list(itertools.takewhile(lambda step: isinstance(step, tree.Path), steps))
                return self._chain(self._variable_path(base, path), steps[len(path) :])
        return self._chain(self.compile(base), steps)

    def _chain(self, code: Code, steps: list) -> Code:
        if not steps:
            return code
        compiled = [_STEPS[type(step)](self, step) for step in steps]
        if len(compiled) == 1:
            only = compiled[0]
            return lambda s: only(code(s), s)

        def chain(s: Scope) -> Value:
            value = code(s)
            for step in compiled:
                value = step(value, s)
            return value

        return chain

    def _variable_path(self, base: tree.Name, steps: list) -> Code:
        """`frist.T04`: walks the host's contexts without importing all of them."""
        whole = self.name(base)
        name, keys = base.name, [(step.name, step.at) for step in steps]
        self._size += len(keys)

        def walk(s: Scope) -> Value:
            value = s.names.get(name, _MISSING)
            for index, (key, _) in enumerate(keys):
                if type(value) is dict and key in value:
                    value = value[key]
                    continue
                value = whole(s) if index == 0 else s.run.imported(value)
                for rest, at in keys[index:]:
                    value = paths.step(value, rest, s.run, at)
                return value
            return value if type(value) in PLAIN else s.run.imported(value)

        return walk

    def path(self, node: tree.Path) -> Step:
        self._size += 1
        name, at = node.name, node.at
        return lambda value, s: paths.step(value, name, s.run, at)

    def filter(self, node: tree.Filter) -> Step:
        self._local += 2
        condition, size, _ = self._measured(node.condition)
        self._local -= 2
        constant = node.condition.value if isinstance(node.condition, tree.Literal) else None
        index = constant if type(constant) is Decimal else None
        return loops.filter_step(condition, size, node.at, index=index)

    def _arguments(self, node: tree.Call) -> list[Code]:
        return [self.compile(argument) for argument in node.arguments]

    def _named_call(self, base: tree.Name, node: tree.Call) -> Code:
        """A call by name: of the library's function, unless the name is bound to a function of its own."""
        arguments, names, at, builtin = self._arguments(node), node.names, base.at, BUILTINS.get(base.name)
        self._size += 1
        if builtin is not None and not self._local and base.name not in self._shadowing:
            return lambda s: invoke(builtin, [argument(s) for argument in arguments], names, s.run, at)
        look_up = self.name(base)

        def call(s: Scope) -> Value:
            function = look_up(s)
            if builtin is not None and not isinstance(function, Function):
                function = builtin
            return invoke(function, [argument(s) for argument in arguments], names, s.run, at)

        return call

    def call(self, node: tree.Call) -> Step:
        arguments, names, at = self._arguments(node), node.names, node.at
        self._size += 1
        return lambda value, s: invoke(value, [argument(s) for argument in arguments], names, s.run, at)

    # -- unary tests -------------------------------------------------------------------------------

    def tests(self, node: tree.Tests) -> Code:
        """Code over a scope that has `?`: true, false or null."""
        compiled = [(self.compile(test), uses_input(test)) for test in node.tests]
        negated = node.negated
        if not compiled:
            return lambda s: True

        def test_all(s: Scope) -> bool | None:
            subject = s.run.imported(s.names["?"])
            result: bool | None = False
            for code, asks in compiled:
                fits = operators.satisfies(subject, code(s), s.run, asks=asks)
                if fits is True:
                    result = True
                    break
                if fits is None:
                    result = None
            if result is None or not negated:
                return result
            return not result

        return test_all


_DIRECT = {"+": numbers.add, "-": numbers.subtract, "*": numbers.multiply}
_NATIVE_COMPARISONS: dict[str, Callable[[Value, Value], bool]] = {
    "=": lambda one, other: one == other,
    "!=": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">": lambda one, other: one > other,
    ">=": lambda one, other: one >= other,
}
_COMPILERS: dict[type, Callable] = {
    tree.Literal: Compiler.literal,
    tree.AtLiteral: Compiler.at_literal,
    tree.Name: Compiler.name,
    tree.ListLiteral: Compiler.list_literal,
    tree.ContextLiteral: Compiler.context_literal,
    tree.RangeLiteral: Compiler.range_literal,
    tree.Unlike: Compiler.unlike,
    tree.Arithmetic: Compiler.arithmetic,
    tree.Negation: Compiler.negation,
    tree.Logic: Compiler.logic,
    tree.Comparison: Compiler.comparison,
    tree.Between: Compiler.between,
    tree.In: Compiler.in_tests,
    tree.InstanceOf: Compiler.instance_of,
    tree.If: Compiler.if_,
    tree.For: Compiler.for_,
    tree.Quantified: Compiler.quantified,
    tree.FunctionDefinition: Compiler.function_definition,
    tree.Access: Compiler.access,
}
_STEPS: dict[type, Callable] = {
    tree.Path: Compiler.path,
    tree.Filter: Compiler.filter,
    tree.Call: Compiler.call,
}
