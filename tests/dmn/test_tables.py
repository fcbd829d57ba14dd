"""Cells, allowed values and types of decision tables."""

import datetime as dt
from decimal import Decimal

import pytest
from small_decisions import decide, decision, table

from flowcase.dmn.cells import read_cell, split_tests
from flowcase.dmn.quick import NOT_SIMPLE, quick_test
from flowcase.feel import compile_unary_tests


def answers(cell, value):
    result = decide(decision("d", table(["x"], ["o"], [(cell, "true")])), x=value)
    return result.value is True


@pytest.mark.parametrize(
    ("cell", "value", "expected"),
    [
        ('"a", "b"', "b", True),
        ('"a", "b"', "c", False),
        ("not(5)", Decimal(5), False),
        ("not(5)", Decimal(6), True),
        ("[1..5]", Decimal(5), True),
        ("[1..5)", Decimal(5), False),
        ("]1..5]", Decimal(1), False),
        ("< 3, > 7", Decimal(8), True),
        ("not(< 3, > 7)", Decimal(8), False),
        ("-", None, True),
        ("", None, True),
        ("null", None, True),
        ('"a"', None, False),
        ("< 3", "text", False),
        ("true", True, True),
        ("? > 3 and ? < 5", Decimal(4), True),
        ('date("2024-02-29")', dt.date(2024, 2, 29), True),
        ('> date("2024-02-29")', dt.date(2024, 3, 1), True),
        ('contains(?, "b")', "abc", True),
        ("[2, 4]", Decimal(4), True),
    ],
)
def test_a_cell_matches_as_feel_says(cell, value, expected):
    assert answers(cell, value) is expected


SIMPLE_CELLS = [
    '"a"', '"a", "b"', 'not("a")', 'not("a", "b")', '= "a"', "5", "-5", "1.5, 2", "not(5)", "< 5", "<= 5",
    "> -5", ">= .5", "= 5", "!= 5", "[1..5]", "(1..5)", "]1..5[", "[1.5..2.5)", "< 1, > 5", "not([1..5])",
    "true",
    "false", "true, false", "not(true)",
]  # fmt: skip
VALUES = [
    "a",
    "b",
    "",
    True,
    False,
    *(Decimal(text) for text in ("-5", "0", ".5", "1", "1.0", "2", "5", "5.5")),
]


@pytest.mark.parametrize("cell", SIMPLE_CELLS)
def test_a_quick_answer_is_feels_answer(cell):
    kind, quick = quick_test(cell)
    feel = compile_unary_tests(cell)
    compared = [value for value in VALUES if type(value) is kind]

    assert compared
    for value in compared:
        assert quick(value) is feel.value(value, {}), value


@pytest.mark.parametrize(
    "cell", ["x", "? > 5", "5 + 5", '"a" in b', "[a..5]", "f(5)", '"a", 5', "12abc", "[1..5"]
)
def test_a_cell_that_is_more_than_literals_is_left_to_feel(cell):
    assert quick_test(cell) is NOT_SIMPLE


def test_commas_in_texts_and_brackets_do_not_split_tests():
    assert split_tests('"a,b", [1..5], f(1, 2), "c\\","') == ['"a,b"', "[1..5]", "f(1, 2)", '"c\\","']


def test_temporal_literals_are_read_for_the_check():
    assert read_cell('@"2024-02-30"') is None
    assert read_cell('duration("P1Y2M")').spans[0].low.months == 14
    assert read_cell('[@"2024-01-01"..@"2024-02-01")').spans[0].kind == "date"


def test_an_input_outside_of_its_allowed_values_makes_the_table_null():
    logic = table(["x"], ["o"], [("-", "1")], allowed={"x": '"a", "b"'})

    assert decide(decision("d", logic), x="a").value == 1
    assert decide(decision("d", logic), x=None).value == 1
    result = decide(decision("d", logic), x="c")
    assert result.value is None
    assert "none of its allowed values" in result.record.warnings[0].message


def test_an_output_of_the_wrong_type_or_outside_of_its_values_is_null():
    typed = table(["x"], ["o"], [("1", '"text"'), ("2", "2")], types={"o": "number"})
    listed = table(["x"], ["o"], [("1", '"c"'), ("2", '"a"')], allowed={"o": '"a", "b"'})

    assert decide(decision("d", typed), x=Decimal(1)).value is None
    assert decide(decision("d", typed), x=Decimal(2)).value == 2
    assert decide(decision("d", listed), x=Decimal(1)).value is None
    assert decide(decision("d", listed), x=Decimal(2)).value == "a"


def test_cells_may_name_other_inputs():
    logic = table(["x"], ["o"], [("> limit", '"over"')])

    assert decide(decision("d", logic), x=Decimal(5), limit=Decimal(4)).value == "over"


def test_whole_python_numbers_are_accepted_as_inputs():
    assert decide(decision("d", table(["x"], ["o"], [("[1..5]", '"in"')])), x=3).value == "in"
