"""Three-valued logic, equality and order, `in`, `between`, `instance of`, quantifiers, loops and filters."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flowcase.feel import compile_expression
from flowcase.feel.types import NUMBER, STRING, ContextType


def value(text, variables=None):
    return compile_expression(text).evaluate(variables or {}).value


@pytest.mark.parametrize(
    ("left", "right", "both", "either"),
    [
        ("true", "true", True, True),
        ("true", "false", False, True),
        ("true", "null", None, True),
        ("true", "1", None, True),
        ("false", "false", False, False),
        ("false", "null", False, None),
        ('false', '"x"', False, None),
        ("null", "null", None, None),
    ],
)  # fmt: skip
def test_logic_is_three_valued(left, right, both, either):
    assert value(f"{left} and {right}") is both
    assert value(f"{right} and {left}") is both
    assert value(f"{left} or {right}") is either
    assert value(f"{right} or {left}") is either
    assert value(f"{left} and {right} and true") is both
    assert value(f"{left} or {right} or false") is either


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 = 1.0", True),
        ('1 = "1"', None),
        ('1 != "1"', None),
        ("1 = null", False),
        ("null = null", True),
        ("null != 1", True),
        ("[1, [2]] = [1.0, [2]]", True),
        ("[1, 2] = [2, 1]", False),
        ("{a: 1, b: 2} = {b: 2, a: 1}", True),
        ("{a: 1} = {a: 1, b: 2}", False),
        ("[1..5] = [1..5]", True),
        ("(< 5) = (null..5)", False),
        ('"B" < "a"', True),
        ('1 < "a"', None),
        ("null < 1", None),
        ("true < false", None),
        ('@"P1D" = @"PT24H"', True),
        ('@"P1Y" > @"P11M"', True),
        ('@"P1Y" = @"P365D"', None),
        ('@"10:00:00Z" < @"11:30:00+01:00"', True),
        ('@"10:00:00Z" = @"10:00:00"', False),
        ("3 between 1 and 5", True),
        ("6 between 1 and 5", False),
        ("null between 1 and 5", None),
        ("1 + null", None),
        ('"a" + "b"', "ab"),
        ('"a" + 1', None),
        ("1 / 0", None),
        ("1 / 3", Decimal("0.3333333333333333333333333333333333")),
        ("0.1 + 0.2 = 0.3", True),
        ("-null", None),
    ],
)
def test_values_compare_and_combine_within_their_type(text, expected):
    assert value(text) == expected
    assert type(value(text)) is type(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5 in (< 3, 5)", True),
        ("5 in (1, 2)", False),
        ("5 in [4, 5]", True),
        ("5 in [[1..3], [5..7]]", True),
        ("5 in (5..7]", False),
        ("5 in >= 5", True),
        ("5 in != 5", False),
        ('"b" in ["a".."c"]', True),
        ('5 in "a"', None),
        ("null in [1, null]", True),
        ("5 in (? > 3)", True),
        ("[1] in [[1], [2]]", True),
        ('@"2026-03-01" in [@"2026-01-01"..@"2026-12-31"]', True),
    ],
)
def test_in_looks_for_a_value_in_tests(text, expected):
    assert value(text) is expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 instance of number", True),
        ('"1" instance of number', False),
        ("null instance of Any", False),
        ("null instance of Null", True),
        ("[1, 2] instance of list<number>", True),
        ('[1, "a"] instance of list<number>', False),
        ("{a: 1, b: 2} instance of context<a: number>", True),
        ('{a: "x"} instance of context<a: number>', False),
        ("[1..5] instance of range<number>", True),
        ("(function(a) a) instance of function<Any> -> Any", True),
        ('@"2026-01-01" instance of date', True),
        ('@"2026-01-01T00:00:00" instance of date', False),
        ('@"2026-01-01T00:00:00" instance of date and time', True),
        ('@"P1D" instance of days and time duration', True),
        ('@"P1Y" instance of years and months duration', True),
    ],
)
def test_instance_of_asks_for_the_type(text, expected):
    assert value(text) is expected


def test_instance_of_knows_the_hosts_types():
    person = ContextType({"name": STRING, "age": NUMBER})

    expression = compile_expression("p instance of tPerson", types={"tPerson": person})

    assert expression.value({"p": {"name": "x", "age": 3}}) is True
    assert expression.value({"p": {"name": "x"}}) is False


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("some x in [1, 2] satisfies x > 1", True),
        ("some x in [1, null] satisfies x > 1", None),
        ("some x in [2, null] satisfies x > 1", True),
        ("some x in [] satisfies true", False),
        ("every x in [2, 3] satisfies x > 1", True),
        ("every x in [2, null] satisfies x > 1", None),
        ("every x in [1, null] satisfies x > 1", False),
        ("every x in [] satisfies false", True),
        ("some x in [1, 2], y in [x, 5] satisfies y = 5 and x = 2", True),
        ("every x in 1..3 satisfies x < 4", True),
        ("some x in null satisfies true", None),
        ("for x in [1, 2, 3] return x * 2", [2, 4, 6]),
        ("for x in 3..1 return x", [3, 2, 1]),
        ("for x in [1..3] return x", [1, 2, 3]),
        ("for x in (1..3) return x", [2]),
        ("for x in [1, 2], y in [10, 20] return x + y", [11, 21, 12, 22]),
        ("for i in 0..4 return if i = 0 then 1 else i * partial[-1]", [1, 1, 2, 6, 24]),
        ("for i in 1..3 return count(partial)", [0, 1, 2]),
        ('for d in @"2026-02-27"..@"2026-03-01" return d.day', [27, 28, 1]),
        ("for x in 5 return x", [5]),
        ("for x in null return x", None),
        ("[1, 2, 3][item > 1]", [2, 3]),
        ("[1, 2, 3][-1]", 3),
        ("[1, 2, 3][4]", None),
        ("[1, 2, 3][if item = 2 then true else false]", [2]),
        ("[{x: 1, y: 2}, {x: 2, y: 3}][x = 1].y", [2]),
        ("[{x: 1}, {x: null}, {y: 1}][x < 2]", [{"x": 1}]),
        ("[{item: 1}, {item: 2}][item > 1]", [{"item": 2}]),
        ("[[1, 2], [3]][count(item) > 1]", [[1, 2]]),
        ("3[item > 2]", [3]),
        ("3[1]", 3),
        ("3[2]", None),
        ("null[item > 1]", []),
        ("[1, 2, 3][n]", 2),
        ("{a: [{b: 1}, {b: 2}]}.a.b", [1, 2]),
        ("{a: 1, b: a + 1, c: b * 10}.c", 20),
        ("[1..5].end - [1..5].start", 4),
        ("if null then 1 else 2", 2),
        ("if 5 then 1 else 2", 2),
    ],
)
def test_loops_filters_and_paths(text, expected):
    assert value(text, {"n": 2}) == expected


def test_functions_close_over_their_scope():
    assert value("{add: function(a) function(b) a + b, five: add(2)(3)}.five") == 5
    assert value("for f in (for n in 1..3 return function(x) x + n) return f(10)") == [11, 12, 13]


def test_typed_parameters_convert_or_refuse_their_argument():
    assert value("(function(n: number) n + 1)([41])") == 42
    assert value('(function(n: number) n + 1)("a")') is None
    assert value("(function(n: list<number>) count(n))(5)") == 1
    assert value("(function(a, b) a)(1)") is None
