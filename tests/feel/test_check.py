"""Mistakes that are found before anything runs."""

from __future__ import annotations

import pytest

from flowcase.feel import check, compile_expression, compile_unary_tests, parse_type

NAMES = ["frist", "sag", "amount", "Full Name"]
TYPES = {"frist": parse_type("context<T04: date and time, T05: date and time>")}


def problems(text):
    return [str(each) for each in check(compile_expression(text, names=NAMES), names=NAMES, types=TYPES)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("amount > 5 and frist.T04 < now()", []),
        ("amonut > 5", ["unknown variable 'amonut' (line 1, column 1); did you mean 'amount'?"]),
        ("amount >\n  zzz", ["unknown variable 'zzz' (line 2, column 3)"]),
        ("frist.T4 < now()", ["unknown entry 'frist.T4' (line 1, column 1); did you mean 'T04'?"]),
        ("frist.T04.year > 2000", []),
        ("cuont([1])", ["unknown function 'cuont' (line 1, column 1); did you mean 'count'?"]),
        ("count([1], 2)", ["wrong arguments 'count' (line 1, column 1)"]),
        ('substring(strng: "a", start position: 1)', ["wrong arguments 'substring' (line 1, column 1)"]),
        ("for x in [1] return x + y", ["unknown variable 'y' (line 1, column 25)"]),
        ("some x in [1] satisfies x > amount", []),
        ("{a: 1, b: a}.b", []),
        ("(function(n) n + amount)(1)", []),
        ("sag.list[status = 1 and item.x > 2]", []),
        ("Full Nam = 1", ["unknown variable 'Full Nam' (line 1, column 1); did you mean 'Full Name'?"]),
        ("[1, 2, 3][item > amont]", []),
        ("sort([1], function(a, b) a < b)", []),
        ("abs", []),
    ],
)
def test_an_expression_is_checked(text, expected):
    assert problems(text) == expected


def test_a_cell_is_checked():
    cell = compile_unary_tests("> amonut, ? < 3")

    assert [each.suggestion for each in check(cell, names=NAMES)] == ["amount"]


def test_a_problem_has_its_parts():
    (problem,) = check(compile_expression("1 + Amount"), names=["amount"])

    assert (problem.kind, problem.name, problem.line, problem.column) == ("unknown variable", "Amount", 1, 5)
    assert problem.suggestion == "amount"


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('"a" > 5', "string > number"),
        ('x = 1 and "a" = 2', "string = number"),
        ("true < false", "boolean < boolean"),
        ('"a" * 3', "string * number"),
        ('x - "a"', "value - string"),
        ('1 + 2 + "a"', "number + string"),
        ("x and 5", "number and"),
        ("upper case(5)", "upper case(number)"),
        ('sqrt("4")', "sqrt(string)"),
        ('if "a" > 5 then 1 else 2', "string > number"),
    ],
)
def test_types_that_do_not_go_together_are_found(text, what):
    problems = check(compile_expression(text), names=["x"])

    assert [(problem.kind, problem.name) for problem in problems] == [("wrong types", what)]
    assert compile_expression(text).evaluate({"x": 1}).warnings


@pytest.mark.parametrize(
    "text",
    [
        '"a" + "b"', "-5 < 3", "x > 5", 'x = "a"', "1 = null", "not(x) and x = 1", "count(5)",
        "string(5)", 'number("5") + 1', "min(1, 2)", 'max("a", "b")', "5 in (1, 2)", "x + 5",
        'contains("ab", x)', 'date("2026-01-01")',
        '"a" + string(5)', "true = (x > 1)", 'sum(1, 2)', "[1, 2][1] + 3", 'list contains(["a"], "a")',
    ],
)  # fmt: skip
def test_types_that_go_together_are_left_alone(text):
    assert check(compile_expression(text), names=["x"]) == []
