"""The cells of decision tables (DMN 1.5, sections 7.3.3 and 10.3.2.10)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from flowcase.feel import FeelSyntaxError, compile_unary_tests


@pytest.mark.parametrize(
    ("cell", "fitting", "failing"),
    [
        ("-", [1, "a", None], []),
        ("", [1, None], []),
        ("5", [5, Decimal("5.0")], [4]),
        ("-5", [-5], [5]),
        ("< 5", [4], [5, 6]),
        (">= 5", [5, 6], [4]),
        ("= 5", [5], [4]),
        ("!= 5", [4], [5]),
        ("[1..5]", [1, 5], [0, 6]),
        ("]1..5[", [2], [1, 5]),
        ("(1..5]", [5], [1]),
        ("1, 3, > 10", [1, 3, 11], [2, 10]),
        ('"a", "b"', ["a", "b"], ["c", ""]),
        ('not("a", "b")', ["c"], ["a", "b"]),
        ("not(< 5)", [5], [4]),
        ("not([1..3], > 10)", [5], [2, 11]),
        ("true", [True], [False]),
        ("false", [False], [True]),
        ("not(true)", [False], [True]),
        ("null", [None], [1, "a"]),
        ("not(null)", [1, "a", False], [None]),
        ("[1, 2]", [1, 2, [1, 2]], [3]),
        ("liste", ["x", "y"], ["z"]),
        ("grænse", [7], [8]),
        ("> grænse", [8], [7]),
        ("? > 5 and ? < 8", [6], [5, 8]),
        ("? = null or ? > 5", [None, 6], [5]),
        ('starts with(?, "DK")', ["DK1"], ["SE1"]),
        ('matches(?, "[0-9]{4}")', ["5000"], ["x"]),
        ("even(?)", [2], [3]),
        ("grænse > 5", [1, 100, "a"], []),
        ("grænse < 5", [], [1, 100, "a"]),
        ("not(?) or false", [False], [True]),
        ('@"2026-01-01"', [dt.date(2026, 1, 1)], [dt.date(2026, 1, 2)]),
        ('[@"P1D"..@"P7D"]', [dt.timedelta(days=2)], [dt.timedelta(days=8)]),
        ("if grænse > 5 then 1 else 2", [1], [2]),
    ],
)
def test_a_cell_tests_its_input(cell, fitting, failing):
    variables = {"grænse": 7, "liste": ["x", "y"]}
    tests = compile_unary_tests(cell, names=list(variables))

    assert [each for each in fitting if tests.value(each, variables) is not True] == []
    assert [each for each in failing if tests.value(each, variables) is not False] == []


@pytest.mark.parametrize(
    ("cell", "subject"), [("< 5", "a"), ("< 5", None), ("? > 5", "a"), ("not(< 5)", "a")]
)
def test_a_cell_that_cannot_be_applied_is_null_or_false(cell, subject):
    assert not compile_unary_tests(cell).value(subject, {})


def test_a_cell_of_another_type_says_why():
    evaluation = compile_unary_tests("? > 5").evaluate("a", {})

    assert evaluation.value is None
    assert evaluation.warnings[0].reason == "Cannot compare string with number"


def test_a_cell_names_the_variables_that_it_needs():
    tests = compile_unary_tests("> grænse.nedre, ? = sag.status", names=["grænse", "sag"])

    assert tests.paths == {("grænse", "nedre"), ("sag", "status")}


@pytest.mark.parametrize("cell", ["1,", "not(1", "- 5 -", "1 2", ", 1", "not()"])
def test_a_cell_that_is_none_is_refused(cell):
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(cell)
