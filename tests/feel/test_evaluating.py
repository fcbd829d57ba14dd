"""What a host gives to an expression and gets back: values, warnings, names."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import IntEnum, StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

import pytest

from flowcase.feel import HostFunction, Limits, compile_expression, parse_type
from flowcase.values import YearMonthDuration, from_json, to_json


def value(text, variables=None, **options):
    return compile_expression(text).evaluate(variables or {}, **options).value


def test_a_condition_over_variables_is_true():
    condition = compile_expression('amount > 5 and status = "open"')

    evaluation = condition.evaluate({"amount": 7, "status": "open"})

    assert evaluation == (True, ())


def test_the_value_alone_is_to_be_had_without_warnings():
    assert compile_expression("a + 1").value({"a": Decimal(1)}) == 2


def test_numbers_of_the_host_become_decimals():
    class Level(IntEnum):
        HIGH = 3

    assert type(value("a", {"a": 1})) is Decimal
    assert value("a", {"a": 0.1}) == Decimal("0.1")
    assert type(value("a", {"a": Level.HIGH})) is Decimal
    assert value("a[2] + b.c", {"a": (1, 2), "b": MappingProxyType({"c": 40})}) == 42


def test_booleans_are_no_numbers():
    assert value("a + 1", {"a": True}) is None
    assert value("a = 1", {"a": True}) is None


def test_codes_of_the_host_become_strings():
    class Colour(StrEnum):
        RED = "red"

    assert type(value("a", {"a": Colour.RED})) is str


@pytest.mark.parametrize("strange", [float("nan"), float("inf"), Decimal("NaN"), Decimal("1e999999")])
def test_numbers_that_feel_does_not_have_are_null(strange):
    assert value("a = null", {"a": strange}) is True


def test_an_integer_of_thousands_of_digits_is_null():
    assert value("a = null", {"a": 10**7000}) is True


def test_a_value_that_is_none_of_feel_is_null_with_a_reason():
    evaluation = compile_expression("a").evaluate({"a": object()})

    assert evaluation.value is None
    assert "no FEEL value" in evaluation.warnings[0].reason


def test_attributes_of_the_hosts_values_are_out_of_reach():
    for text in ("a.__class__", "a.real", "a.upper", "b.__class__.__mro__", "c.utcnow", "d.append"):
        variables = {"a": "x", "b": 1, "c": dt.datetime(2026, 1, 1, tzinfo=dt.UTC), "d": {}}
        assert value(text, variables) is None, text


def test_a_null_says_why_and_where():
    evaluation = compile_expression('1 +\n  missing + "x"').evaluate({})

    assert [(warning.reason, warning.line, warning.column) for warning in evaluation.warnings] == [
        ("There is no variable 'missing'", 2, 3),
        ("Cannot apply + to number and null", 1, 3),
        ("Cannot apply + to null and string", 2, 11),
    ]


def test_reasons_never_contain_values():
    evaluation = compile_expression("navn + 1").evaluate({"navn": "Karla Hansen"})

    assert "Karla" not in str(evaluation.warnings)


def test_an_expression_names_the_variables_that_it_needs():
    expression = compile_expression(
        "if frist.T04 > now() then sum(for x in tal return x * faktor) else {a: 1, b: a + sag.status}.b"
    )

    assert expression.names == {"frist", "tal", "faktor", "sag"}
    assert compile_expression("nul").names == {"nul"}
    assert expression.paths == {("frist", "T04"), ("tal",), ("faktor",), ("sag", "status")}


def test_names_that_an_expression_binds_are_not_needed():
    expression = compile_expression("{f: function(n) if n < 2 then 1 else n * f(n - 1), r: f(5)}.r")

    assert expression.names == frozenset()
    assert expression.value({}) == 120


def test_the_present_time_is_the_one_that_was_given():
    instant = dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)

    assert value("string(now())", now=instant) == "2026-03-29T03:30:00@Europe/Copenhagen"
    assert value("string(now())", now=instant.astimezone(ZoneInfo("Asia/Tokyo"))).endswith("@Asia/Tokyo")
    assert value("today()", now=dt.datetime(2026, 6, 30, 22, 30, tzinfo=dt.UTC)) == dt.date(2026, 7, 1)


def test_without_a_present_time_now_is_null_with_a_reason():
    evaluation = compile_expression("now()").evaluate({})

    assert evaluation.value is None
    assert "no present time" in evaluation.warnings[0].reason


def test_a_function_of_the_host_is_called_with_its_arguments_converted():
    double = HostFunction(["n"], lambda n: n * 2, types=[parse_type("number")])
    greet = HostFunction(["name"], lambda name: {"text": f"hej {name}"})

    assert value("double(21)", {"double": double}) == 42
    assert value("double([21])", {"double": double}) == 42
    assert value("greet(name: who).text", {"greet": greet, "who": "du"}) == "hej du"
    assert value('double("x")', {"double": double}) is None


def test_a_variable_with_the_name_of_a_builtin_goes_first_when_it_is_known():
    own = HostFunction(["list"], lambda items: Decimal(-1))

    assert compile_expression("count([1])", names=["count"]).value({"count": own}) == -1
    assert compile_expression("count([1]) + count", names=["count"]).value({"count": 5}) == 6
    assert compile_expression("count([1])").value({"count": 5}) == 1


def test_limits_are_those_of_the_evaluation():
    text = "count(for i in 1..200 return i)"

    assert value(text, limits=Limits(steps=10_000)) == 200
    with pytest.raises(Exception, match="'steps'"):
        value(text, limits=Limits(steps=100))


def test_results_survive_storage():
    result = value(
        '[1.50, "å", true, null, @"2026-03-29", @"10:00:00+02:00", @"2026-03-29T12:00:00@Europe/Copenhagen",'
        ' @"P1DT2H", @"P1Y2M", {a: [1]}]'
    )

    assert from_json(to_json(result)) == result
    assert result[8] == YearMonthDuration(14)
    assert result[6].tzinfo.key == "Europe/Copenhagen"


def test_an_expression_leaves_the_hosts_values_alone():
    variables = {"a": [1, 2], "b": {"c": [3]}}

    value('[append(a, 3), context put(b, "c", 4), sort(a, function(x, y) x > y)]', variables)

    assert variables == {"a": [1, 2], "b": {"c": [3]}}
