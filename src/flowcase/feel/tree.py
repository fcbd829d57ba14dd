"""The syntax tree. Left-associative operators are flat chains, so that a long sum is not a deep tree."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Node:
    at: int  # offset in the text


@dataclass(slots=True)
class Literal(Node):
    value: Any


@dataclass(slots=True)
class AtLiteral(Node):
    text: str


@dataclass(slots=True)
class Name(Node):
    name: str


@dataclass(slots=True)
class Arithmetic(Node):
    """`first`, then (operator, offset, operand) from left to right; all operators of one precedence."""

    first: Node
    rest: list[tuple[str, int, Node]]


@dataclass(slots=True)
class Negation(Node):
    count: int  # how many minus signs
    operand: Node


@dataclass(slots=True)
class Logic(Node):
    """`and` or `or` over all operands."""

    operator: str
    operands: list[Node]


@dataclass(slots=True)
class Comparison(Node):
    operator: str
    left: Node
    right: Node


@dataclass(slots=True)
class Between(Node):
    value: Node
    low: Node
    high: Node


@dataclass(slots=True)
class In(Node):
    value: Node
    tests: list[Node]


@dataclass(slots=True)
class InstanceOf(Node):
    value: Node
    type: Any  # types.Type


@dataclass(slots=True)
class If(Node):
    branches: list[tuple[Node, Node]]
    otherwise: Node


@dataclass(slots=True)
class Iterator(Node):
    """One `x in list` or `x in 1..5` (then `end` is set)."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(slots=True)
class For(Node):
    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class Quantified(Node):
    every: bool
    iterators: list[Iterator]
    body: Node


@dataclass(slots=True)
class ListLiteral(Node):
    items: list[Node]


@dataclass(slots=True)
class ContextLiteral(Node):
    entries: list[tuple[str, Node]]


@dataclass(slots=True)
class RangeLiteral(Node):
    """`[1..5]`; None for the missing side of `< 5` and its like."""

    start: Node | None
    end: Node | None
    start_included: bool
    end_included: bool
    operator: str = ""


@dataclass(slots=True)
class Unlike(Node):
    """The test `!= 5`, only inside `in` and unary tests."""

    value: Node


@dataclass(slots=True)
class FunctionDefinition(Node):
    parameters: list[tuple[str, Any]]  # name, types.Type or None
    body: Node


@dataclass(slots=True)
class Path(Node):
    """Step `.name` of an access chain."""

    name: str


@dataclass(slots=True)
class Filter(Node):
    """Step `[condition]` of an access chain."""

    condition: Node


@dataclass(slots=True)
class Call(Node):
    """Step `(arguments)` of an access chain; `names` is set for a named invocation."""

    arguments: list[Node]
    names: list[str] | None = None


@dataclass(slots=True)
class Access(Node):
    """A base and the path, filter and call steps applied to it from left to right."""

    base: Node
    steps: list[Path | Filter | Call] = field(default_factory=list)


@dataclass(slots=True)
class Tests(Node):
    """Unary tests over the implicit value `?`; no tests means any value fits."""

    negated: bool
    tests: list[Node]
