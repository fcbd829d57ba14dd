"""Types that an expression shows before it runs, and the operations on them that can only give null.

What is not known is `Any`, and nothing is said of it. So a finding holds whatever the variables are, as
long as they have the types that were handed in.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from flowcase.feel import tree
from flowcase.feel.functions import BUILTINS, Builtin, Parameter
from flowcase.feel.static_operators import comparison_fits, name_of, result_of
from flowcase.feel.types import (
    ANY,
    BOOLEAN,
    CONTEXT,
    DATE,
    DATE_TIME,
    DAYS,
    LIST,
    MONTHS,
    NULL,
    NUMBER,
    RANGE,
    STRING,
    TIME,
    ContextType,
    ListType,
    NullType,
    Type,
    type_name,
)

if TYPE_CHECKING:
    from collections.abc import Callable

Names = Mapping[str, Type]
_TAKES_ANY = frozenset(("any", "value", "point", "list"))  # a single value is taken for a list of one
_RESULTS = {"bool": BOOLEAN, "Decimal": NUMBER, "str": STRING, "dict": CONTEXT, "list": LIST, "Range": RANGE}
_RESULTS |= {"dt.datetime": DATE_TIME, "AnyDateTime": DATE_TIME, "dt.date": DATE, "AnyDate": DATE}
_RESULTS |= {"dt.time": TIME, "YearMonthDuration": MONTHS, "list[str]": ListType(STRING)}
_PARTS = {
    **dict.fromkeys(("year", "month", "day", "weekday"), (DATE, DATE_TIME)),
    **dict.fromkeys(("hour", "minute", "second"), (TIME, DATE_TIME)),
    **dict.fromkeys(("days", "hours", "minutes", "seconds"), (DAYS,)),
    **dict.fromkeys(("years", "months"), (MONTHS,)),
}


@dataclass(frozen=True)
class EntriesOf(Type):
    """A context in which every entry, whatever its name, has one type."""

    item: Type
    name = "context"


def type_of(root: object, names: Names | None = None) -> Type:
    """The type of the expression's value when it is not null; Any where that cannot be told."""
    return _Reading().type_of(root, names or {})


def clashes(root: object, names: Names | None = None) -> Iterable[tuple[int, str]]:
    """(offset, what does not go together) of every operation that gives null whatever the variables are."""
    reading = _Reading()
    reading.type_of(root, names or {})
    return reading.found


def joined(types: Iterable[Type]) -> Type:
    """The one type that all of them are; nulls do not count; Any when they differ."""
    found: Type | None = None
    for each in types:
        if isinstance(each, NullType):
            continue
        if found is None or found == each:
            found = each
        elif isinstance(found, ListType) and isinstance(each, ListType):
            found = ListType(joined((found.item, each.item)))
        else:
            return ANY
    return ANY if found is None else found


class _Reading:
    """One walk through a tree: types upwards, findings aside."""

    def __init__(self) -> None:
        self.found: list[tuple[int, str]] = []

    def type_of(self, node: object, names: Names) -> Type:
        read = _READERS.get(type(node))
        return ANY if read is None else read(self, node, names)

    def _each(self, nodes: Iterable[object], names: Names) -> list[Type]:
        return [self.type_of(node, names) for node in nodes]

    def _tell(self, at: int, *words: object) -> None:
        self.found.append((at, " ".join(name_of(w) if isinstance(w, Type) else str(w) for w in words)))

    # --- values ------------------------------------------------------------------------------------

    def _literal(self, node: tree.Literal, names: Names) -> Type:
        return NULL if node.value is None else _named(type_name(node.value))

    def _at_literal(self, node: tree.AtLiteral, names: Names) -> Type:
        return _type_of_text("@", node.text)

    def _name(self, node: tree.Name, names: Names) -> Type:
        return names.get(node.name, ANY)

    def _list(self, node: tree.ListLiteral, names: Names) -> Type:
        return ListType(joined(self._each(node.items, names)))

    def _context(self, node: tree.ContextLiteral, names: Names) -> Type:
        entries: dict[str, Type] = {}
        inner = dict(names) | {key: ANY for key, _ in node.entries}
        for key, value in node.entries:
            entries[key] = inner[key] = self.type_of(value, inner)
        return ContextType(entries)

    def _range(self, node: tree.RangeLiteral, names: Names) -> Type:
        ends = self._each([end for end in (node.start, node.end) if end is not None], names)
        if len(ends) == 2 and not comparison_fits("<", *ends):
            self._tell(node.at, ends[0], "..", ends[1])
        return RANGE

    def _function(self, node: tree.FunctionDefinition, names: Names) -> Type:
        self.type_of(node.body, {**names, **{name: type_ or ANY for name, type_ in node.parameters}})
        return ANY

    # --- operators ---------------------------------------------------------------------------------

    def _negation(self, node: tree.Negation, names: Names) -> Type:
        operand = self.type_of(node.operand, names)
        if operand in (NUMBER, DAYS, MONTHS, ANY, NULL):
            return operand
        self._tell(node.at, "-", operand)
        return ANY

    def _logic(self, node: tree.Logic, names: Names) -> Type:
        for operand in self._each(node.operands, names):
            if operand not in (BOOLEAN, ANY, NULL):
                self._tell(node.at, operand, node.operator)
        return BOOLEAN

    def _comparison(self, node: tree.Comparison, names: Names) -> Type:
        left, right = self._each((node.left, node.right), names)
        if not comparison_fits(node.operator, left, right):
            self._tell(node.at, left, node.operator, right)
        return BOOLEAN

    def _between(self, node: tree.Between, names: Names) -> Type:
        value, *ends = self._each((node.value, node.low, node.high), names)
        for end in ends:
            if not comparison_fits("<=", value, end):
                self._tell(node.at, value, "between", end)
                break
        return BOOLEAN

    def _in(self, node: tree.In, names: Names) -> Type:
        value = self.type_of(node.value, names)
        tests = [(test, self._test(test, names)) for test in node.tests]
        if tests and not any(_may_match(value, test, each) for test, each in tests):
            self._tell(node.at, value, "in", tests[0][1])
        return BOOLEAN

    def _test(self, test: object, names: Names) -> Type:
        """What the tested value is compared with."""
        if isinstance(test, tree.RangeLiteral):
            self.type_of(test, names)
            return joined(_Reading()._each([e for e in (test.start, test.end) if e is not None], names))
        return self.type_of(test, names)

    def _arithmetic(self, node: tree.Arithmetic, names: Names) -> Type:
        left = self.type_of(node.first, names)
        for position, (operator, at, operand) in enumerate(node.rest, 1):
            right = self.type_of(operand, names)
            result = result_of(operator, left, right)
            if result is None:
                self._tell(at, left, operator, right)
                for _, _, later in node.rest[position:]:
                    self.type_of(later, names)
                return ANY
            left = result
        return left

    def _boolean(self, node: tree.InstanceOf, names: Names) -> Type:
        self.type_of(node.value, names)
        return BOOLEAN

    # --- choices and loops -------------------------------------------------------------------------

    def _if(self, node: tree.If, names: Names) -> Type:
        results = []
        for condition, result in node.branches:
            asked = self.type_of(condition, names)
            if asked not in (BOOLEAN, ANY, NULL):
                self._tell(node.at, "if", asked)
            results.append(self.type_of(result, names))
        return joined([*results, self.type_of(node.otherwise, names)])

    def _iterated(self, node: tree.For | tree.Quantified, names: Names) -> dict[str, Type]:
        inner = {**names, "partial": ANY}
        for iterator in node.iterators:
            source = self.type_of(iterator.source, inner)
            if iterator.end is not None:
                self.type_of(iterator.end, inner)
            inner[iterator.name] = source.item if isinstance(source, ListType) else ANY
        return inner

    def _for(self, node: tree.For, names: Names) -> Type:
        return ListType(self.type_of(node.body, self._iterated(node, names)))

    def _quantified(self, node: tree.Quantified, names: Names) -> Type:
        self.type_of(node.body, self._iterated(node, names))
        return BOOLEAN

    def _tests(self, node: tree.Tests, names: Names) -> Type:
        self._each(node.tests, {"?": ANY, **names})
        return BOOLEAN

    def _unlike(self, node: tree.Unlike, names: Names) -> Type:
        return self.type_of(node.value, names)

    # --- access ------------------------------------------------------------------------------------

    def _access(self, node: tree.Access, names: Names) -> Type:
        steps: list[tree.Path | tree.Filter | tree.Call] = list(node.steps)
        first = steps[0] if steps else None
        if isinstance(node.base, tree.Name) and isinstance(first, tree.Call):
            current = self._called(node.base.name, first, node.at, names)
            steps = steps[1:]
        else:
            current = self.type_of(node.base, names)
        for step in steps:
            if isinstance(step, tree.Path):
                current = _entry(current, step.name)
            elif isinstance(step, tree.Filter):
                current = self._filtered(current, step, names)
            else:
                self._each(step.arguments, names)
                current = ANY
        return current

    def _filtered(self, current: Type, step: tree.Filter, names: Names) -> Type:
        item = current.item if isinstance(current, ListType) else ANY
        if isinstance(item, ContextType):
            inner: Names = {**names, **item.entries, "item": item}
        elif item == ANY:  # any name may be an entry of the items
            inner = {}
        else:
            inner = {**names, "item": item}
        condition = self.type_of(step.condition, inner)
        if not isinstance(current, ListType):
            return ANY
        return item if condition == NUMBER else current if condition == BOOLEAN else ANY

    def _called(self, name: str, call: tree.Call, at: int, names: Names) -> Type:
        arguments = self._each(call.arguments, names)
        function = BUILTINS.get(name)
        if function is None or name in names:
            return ANY
        if call.names is None:
            fitting = [each for each in function.signatures if each.takes(len(arguments))]
            if fitting and not any(_takes(each.parameters, arguments) for each in fitting):
                shown = ", ".join("value" if each in (ANY, NULL) else name_of(each) for each in arguments)
                self.found.append((at, f"{name}({shown})"))
                return ANY
        if len(call.arguments) == 1 and isinstance(call.arguments[0], tree.Literal):
            text = call.arguments[0].value
            if name == "duration" and isinstance(text, str):
                return _type_of_text("@", text)
        return _result(function)


_READERS: dict[type, Callable[..., Type]] = {
    tree.Literal: _Reading._literal,
    tree.AtLiteral: _Reading._at_literal,
    tree.Name: _Reading._name,
    tree.ListLiteral: _Reading._list,
    tree.ContextLiteral: _Reading._context,
    tree.RangeLiteral: _Reading._range,
    tree.FunctionDefinition: _Reading._function,
    tree.Negation: _Reading._negation,
    tree.Logic: _Reading._logic,
    tree.Comparison: _Reading._comparison,
    tree.Between: _Reading._between,
    tree.In: _Reading._in,
    tree.Arithmetic: _Reading._arithmetic,
    tree.InstanceOf: _Reading._boolean,
    tree.If: _Reading._if,
    tree.For: _Reading._for,
    tree.Quantified: _Reading._quantified,
    tree.Tests: _Reading._tests,
    tree.Unlike: _Reading._unlike,
    tree.Access: _Reading._access,
}


def _named(name: str) -> Type:
    return next((each for each in _SCALARS if str(each) == name), ANY)


_SCALARS = (NUMBER, STRING, BOOLEAN, DATE, TIME, DATE_TIME, DAYS, MONTHS)


def _entry(current: Type, name: str) -> Type:
    if isinstance(current, EntriesOf):
        return current.item
    if isinstance(current, ContextType):
        return current.entries.get(name, ANY)
    if isinstance(current, ListType) and isinstance(current.item, (ContextType, EntriesOf)):
        return ListType(_entry(current.item, name))
    return NUMBER if current in _PARTS.get(name, ()) else ANY


def _may_match(value: Type, test: object, compared: Type) -> bool:
    if isinstance(test, tree.Unlike) or isinstance(value, ListType):
        return True
    if isinstance(compared, ListType):
        return comparison_fits("=", value, compared.item)
    if compared in (RANGE, BOOLEAN):  # a boolean may be the answer of a test that uses `?`
        return True
    return comparison_fits("=", value, compared)


def _takes(parameters: tuple[Parameter, ...], arguments: list[Type]) -> bool:
    last = len(parameters) - 1
    for index, argument in enumerate(arguments):
        kinds = parameters[min(index, last)].kinds
        if argument in (ANY, NULL) or isinstance(argument, ListType) or not _TAKES_ANY.isdisjoint(kinds):
            continue
        if argument == DATE and "date and time" in kinds:
            continue
        if name_of(argument) not in kinds:
            return False
    return True


@cache
def _result(function: Builtin) -> Type:
    """What every signature of a built-in function is declared to give."""
    found = set()
    for signature in function.signatures:
        declared = str(inspect.get_annotations(signature.body).get("return", "")).removesuffix(" | None")
        found.add(_RESULTS.get(declared, ANY))
    return found.pop() if len(found) == 1 else ANY


@cache
def _type_of_text(before: str, text: str) -> Type:
    """The type of what `@"text"` writes."""
    from flowcase.feel.errors import FeelSyntaxError
    from flowcase.feel.expression import compile_expression

    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    try:
        return _named(type_name(compile_expression(f'{before}"{quoted}"').evaluate({}).value))
    except FeelSyntaxError:
        return ANY
