"""The smallest promises of the expression language."""

from __future__ import annotations

from decimal import Decimal

from flowcase.feel import compile_expression, compile_unary_tests


def test_a_condition_over_variables_is_true():
    condition = compile_expression('amount > 5 and status = "open"')

    evaluation = condition.evaluate({"amount": 7, "status": "open"})

    assert evaluation == (True, ())


def test_a_cell_tests_the_input_value():
    cell = compile_unary_tests("[1..5], > 10")

    assert [cell.value(Decimal(number), {}) for number in (3, 7, 11)] == [True, False, True]
