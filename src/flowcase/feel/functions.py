"""Functions as values: those an expression defines, those a host offers, and the built-in ones."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from flowcase.feel.errors import FeelLimitError, NullResult
from flowcase.feel.operators import is_date
from flowcase.feel.ranges import AllBut, Range
from flowcase.feel.runtime import Run, Scope
from flowcase.feel.types import Function, ListType, Type, type_name
from flowcase.feel.wide import WideDateTime
from flowcase.values import Value, YearMonthDuration


def conform(value: Value, wanted: Type | None) -> Value:
    """`value` as `wanted` takes it: as it is, unpacked from or packed into a list of one; else null."""
    if wanted is None or value is None or str(wanted) == "Any" or wanted.contains(value):
        return value
    if type(value) is list and len(value) == 1 and wanted.contains(value[0]):
        return value[0]
    if isinstance(wanted, ListType) and wanted.contains([value]):
        return [value]
    if str(wanted) == "date and time" and is_date(value):
        return as_midnight(value)
    return None


def as_midnight(value: Value) -> Value:
    """A date as the date and time of its midnight in UTC (section 10.3.2.9.4)."""
    from flowcase.feel import temporal

    return temporal.at_time(value, dt.time(tzinfo=temporal.UTC))


class UserFunction(Function):
    """What `function(a, b) a + b` yields."""

    __slots__ = ("_body", "_depth", "_scope", "_size", "_types", "parameters")

    def __init__(
        self,
        parameters: tuple[str, ...],
        types: tuple[Type | None, ...],
        body: Callable[[Scope], Value],
        scope: Scope,
        *,
        size: int,
        depth: int,
    ) -> None:
        self.parameters = parameters
        self._types, self._body, self._scope = types, body, scope
        self._size, self._depth = size, depth

    def call(self, arguments: Sequence[Value], run: Run) -> Value:
        """The body's value. The caller has checked the number of arguments."""
        run.charge(self._size)
        run.depth += self._depth
        if run.depth > run.limits.call_depth:
            raise FeelLimitError("call_depth", run.limits.call_depth)
        names = {}
        for name, type_, value in zip(self.parameters, self._types, arguments, strict=True):
            names[name] = conform(value, type_)
            if value is not None and names[name] is None:
                run.depth -= self._depth
                raise NullResult(f"The argument '{name}' should be {type_} and is {type_name(value)}")
        result = self._body(Scope(names, self._scope, run))
        run.depth -= self._depth
        return result


class HostFunction(Function):
    """A function that a host offers, such as a business knowledge model; `body` takes plain arguments."""

    __slots__ = ("_body", "_types", "parameters")

    def __init__(
        self,
        parameters: Sequence[str],
        body: Callable[..., Value],
        *,
        types: Sequence[Type | None] | None = None,
    ) -> None:
        self.parameters = tuple(parameters)
        self._body = body
        self._types = tuple(types) if types is not None else (None,) * len(self.parameters)

    def call(self, arguments: Sequence[Value], run: Run) -> Value:
        """The host's answer."""
        run.charge(10)
        run.depth += 10
        if run.depth > run.limits.call_depth:
            raise FeelLimitError("call_depth", run.limits.call_depth)
        values = []
        for name, type_, value in zip(self.parameters, self._types, arguments, strict=True):
            values.append(conform(value, type_))
            if value is not None and values[-1] is None:
                run.depth -= 10
                raise NullResult(f"The argument '{name}' should be {type_} and is {type_name(value)}")
        result = run.imported(self._body(*values))
        run.depth -= 10
        return result


# -- built-in functions ----------------------------------------------------------------------------------


def _is_function(value: Value) -> bool:
    return isinstance(value, Function)


_KINDS: dict[str, Callable[[Value], bool]] = {
    "any": lambda value: True,
    "value": lambda value: value is not None,
    "number": lambda value: type(value) is Decimal,
    "string": lambda value: type(value) is str,
    "boolean": lambda value: type(value) is bool,
    "list": lambda value: type(value) is list,
    "context": lambda value: type(value) is dict,
    "range": lambda value: type(value) is Range,
    "function": _is_function,
    "date": is_date,
    "time": lambda value: isinstance(value, dt.time),
    "date and time": lambda value: isinstance(value, (dt.datetime, WideDateTime)),
    "days and time duration": lambda value: isinstance(value, dt.timedelta),
    "years and months duration": lambda value: type(value) is YearMonthDuration,
    "point": lambda value: value is not None and type(value) not in (Range, AllBut, list, dict),
    "null": lambda value: value is None,
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a built-in function."""

    name: str
    kinds: tuple[str, ...]
    optional: bool
    rest: bool  # takes all remaining arguments

    def accepts(self, value: Value) -> bool:
        return any(_KINDS[kind](value) for kind in self.kinds)

    def convert(self, value: Value) -> tuple[bool, Value]:
        """Whether the value is taken, and as what, after the standard's implicit conversions."""
        if self.accepts(value):
            return True, value
        if type(value) is list and len(value) == 1 and "list" not in self.kinds and self.accepts(value[0]):
            return True, value[0]
        if "list" in self.kinds and value is not None:
            return True, [value]
        if "date and time" in self.kinds and is_date(value):
            return True, as_midnight(value)
        return False, value


@dataclass(frozen=True, slots=True)
class Signature:
    """One way to call a built-in function."""

    parameters: tuple[Parameter, ...]
    body: Callable[..., Value]

    def takes(self, count: int) -> bool:
        required = sum(not parameter.optional for parameter in self.parameters)
        most = len(self.parameters)
        has_rest = bool(self.parameters) and self.parameters[-1].rest
        return count >= required and (has_rest or count <= most)

    def positional(self, names: Sequence[str]) -> list[int] | None:
        """For each parameter the index of its named argument (-1: left out); None when names do not fit."""
        order = [names.index(each.name) if each.name in names else -1 for each in self.parameters]
        return order if len(names) == len(set(names)) == sum(index >= 0 for index in order) else None

    def bind(self, arguments: Sequence[Value]) -> tuple[list[Value] | None, str]:
        """The converted arguments, or the reason why they do not fit."""
        bound = []
        last = len(self.parameters) - 1
        for index, value in enumerate(arguments):
            parameter = self.parameters[min(index, last)]
            fits, converted = parameter.convert(value)
            if not fits and not (value is None and parameter.optional and not parameter.rest):
                wanted = " or ".join(parameter.kinds)
                return None, f"'{parameter.name}' should be {wanted} and is {type_name(value)}"
            bound.append(converted)
        return bound, ""


class Builtin(Function):
    """A function of the standard's library, with all its signatures."""

    __slots__ = ("name", "parameters", "signatures")

    def __init__(self, name: str) -> None:
        self.name = name
        self.parameters: tuple[str, ...] = ()
        self.signatures: list[Signature] = []

    def call(self, arguments: Sequence[Value], run: Run) -> Value:
        """The result. Raises NullResult with the reason when it is null because of wrong arguments."""
        run.charge(1)
        fitting = [each for each in self.signatures if each.takes(len(arguments))]
        return self._first_that_binds(fitting, [arguments] * len(fitting), run)

    def call_named(self, names: Sequence[str], arguments: Sequence[Value], run: Run) -> Value:
        """As `call`, with the arguments' names."""
        run.charge(1)
        fitting: list[Signature] = []
        ordered: list[Sequence[Value]] = []
        for signature in self.signatures:
            order = signature.positional(names)
            if order is not None:
                fitting.append(signature)
                required = sum(not each.optional for each in signature.parameters)
                while len(order) > required and order[-1] < 0:
                    order.pop()
                ordered.append([None if index < 0 else arguments[index] for index in order])
        if not fitting:
            raise NullResult(f"{self.name} has no parameters of these names")
        return self._first_that_binds(fitting, ordered, run)

    def _first_that_binds(
        self, signatures: list[Signature], arguments: list[Sequence[Value]], run: Run
    ) -> Value:
        reason = "does not take this number of arguments"
        if len(signatures) > 1:  # an exact fit goes before a converted one
            for signature, values in zip(signatures, arguments, strict=True):
                last = len(signature.parameters) - 1
                if all(signature.parameters[min(i, last)].accepts(v) for i, v in enumerate(values)):
                    return self._apply(signature, values, run)
        for signature, values in zip(signatures, arguments, strict=True):
            bound, why = signature.bind(values)
            if bound is not None:
                return self._apply(signature, bound, run)
            reason = why
        raise NullResult(f"{self.name}: {reason}")

    def _apply(self, signature: Signature, values: Sequence[Value], run: Run) -> Value:
        try:
            return signature.body(run, *values)
        except (ArithmeticError, ValueError):  # decimal's and datetime's ways to say "out of range"
            raise NullResult(f"{self.name}: the result is out of range") from None


BUILTINS: dict[str, Builtin] = {}

_SIGNATURE = re.compile(r"(?P<name>[^(]+)\((?P<parameters>.*)\)")


def builtin(*signatures: str) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Register a function under `name(parameter: kind, optional?: kind|kind, rest...: kind)`."""

    def register(body: Callable[..., Value]) -> Callable[..., Value]:
        for text in signatures:
            found = _SIGNATURE.fullmatch(text)
            if found is None:
                raise ValueError(text)
            function = BUILTINS.setdefault(found["name"], Builtin(found["name"]))
            parameters = tuple(_parameter(part) for part in found["parameters"].split(", ") if part)
            function.signatures.append(Signature(parameters, body))
            if len(parameters) > len(function.parameters) or len(function.signatures) == 1:
                function.parameters = tuple(parameter.name for parameter in parameters)
        return body

    return register


def _parameter(text: str) -> Parameter:
    name, _, kinds = text.partition(": ")
    rest = name.endswith("...")
    optional = name.endswith("?") or rest
    unknown = set(kinds.split("|")) - _KINDS.keys()
    if unknown:
        raise ValueError(text)
    return Parameter(name.rstrip("?."), tuple(kinds.split("|")), optional, rest)


def call(function: Function, arguments: Sequence[Value], run: Run) -> Value:
    """Call any function with as many arguments as given, for built-ins that take functions."""
    if isinstance(function, Builtin):
        return function.call(arguments, run)
    if isinstance(function, (UserFunction, HostFunction)):
        if len(arguments) != len(function.parameters):
            raise NullResult(f"The function takes {len(function.parameters)} arguments, not {len(arguments)}")
        return function.call(arguments, run)
    raise NullResult("This is no function")


def invoke(function: Value, arguments: list[Value], names: Sequence[str] | None, run: Run, at: int) -> Value:
    """The value of a call in the text; null with a reason when it cannot be made (table 63)."""
    try:
        if isinstance(function, Builtin):
            if names is None:
                return function.call(arguments, run)
            return function.call_named(names, arguments, run)
        if not isinstance(function, (UserFunction, HostFunction)):
            raise NullResult(f"{type_name(function)} cannot be called")
        if names is not None:
            if not set(names) <= set(function.parameters) or len(names) != len(set(names)):
                raise NullResult("The function has no parameters of these names")
            by_name = dict(zip(names, arguments, strict=True))
            arguments = [by_name.get(name) for name in function.parameters]
        return call(function, arguments, run)
    except NullResult as problem:
        run.warn(str(problem), at)
        return None
