"""FEEL, the expression language of DMN 1.5: read once, compiled to closures, evaluated within limits."""

from flowcase.feel.check import Problem, check
from flowcase.feel.errors import FeelLimitError, FeelSyntaxError
from flowcase.feel.expression import (
    Evaluation,
    Expression,
    UnaryTests,
    compile_expression,
    compile_unary_tests,
    parse_expression,
    parse_type,
)
from flowcase.feel.functions import HostFunction, conform
from flowcase.feel.limits import DEFAULT, Limits
from flowcase.feel.ranges import Range
from flowcase.feel.runtime import FeelWarning
from flowcase.feel.types import Function, Type

__all__ = [
    "DEFAULT",
    "Evaluation",
    "Expression",
    "FeelLimitError",
    "FeelSyntaxError",
    "FeelWarning",
    "Function",
    "HostFunction",
    "Limits",
    "Problem",
    "Range",
    "Type",
    "UnaryTests",
    "check",
    "compile_expression",
    "compile_unary_tests",
    "conform",
    "parse_expression",
    "parse_type",
]
