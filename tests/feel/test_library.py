"""Every built-in function: what it gives and when it is null (DMN 1.5, section 10.3.4)."""

from __future__ import annotations

import pytest

from flowcase.feel import compile_expression
from flowcase.feel.library import NAMES
from flowcase.feel.limits import DEFAULT
from flowcase.feel.operators import equal
from flowcase.feel.runtime import Run

# (expression, expression that it equals)
CASES = [
    # conversions
    ('string(1.10)', '"1.1"'),
    ('string(-0.0)', '"0"'),
    ('string(1e3)', '"1000"'),
    ('string("a")', '"a"'),
    ('string(true)', '"true"'),
    ('string(null)', 'null'),
    ('string(["a", 1, null, {b: @"P1D"}])', r'"[\"a\", 1, null, {b: P1D}]"'),
    ('string([1..5))', '"[1..5)"'),
    ('string(@"P1DT2H3M4.5S")', '"P1DT2H3M4.5S"'),
    ('string(-@"P14M")', '"-P1Y2M"'),
    ('string(@"P0M")', '"P0M"'),
    ('string(@"10:00:00+02:00")', '"10:00:00+02:00"'),
    ('string(@"10:00:00Z")', '"10:00:00Z"'),
    ('number("1 000,5", " ", ",")', '1000.5'),
    ('number("1,000.5", ",", ".")', '1000.5'),
    ('number("-.5")', '-0.5'),
    ('number("1000", null, null)', '1000'),
    ('number("1,5", ",", ",")', 'null'),
    ('number("x")', 'null'),
    ('number("1.000.000,01", ".", ",")', '1000000.01'),
    ('date("2026-02-29")', 'null'),
    ('date(2026, 12, 24)', '@"2026-12-24"'),
    ('date(date and time("2026-12-24T10:00:00Z"))', '@"2026-12-24"'),
    ('date and time(@"2026-12-24", @"10:00:00Z")', '@"2026-12-24T10:00:00Z"'),
    ('date and time("2026-12-24")', '@"2026-12-24T00:00:00"'),
    ('time("23:59:00z") + duration("PT2M")', 'time("00:01:00@Etc/UTC")'),
    ('time(10, 30, 0)', '@"10:30:00"'),
    ('time(10, 30, 0, @"PT2H")', '@"10:30:00+02:00"'),
    ('time(25, 0, 0)', 'null'),
    ('time(@"2026-12-24T10:00:00Z")', '@"10:00:00Z"'),
    ('duration("P1Y2M")', '@"P14M"'),
    ('duration("P1DT24H")', '@"P2D"'),
    ('duration("P1M2D")', 'null'),
    ('years and months duration(@"2011-12-22", @"2013-08-24")', '@"P1Y8M"'),
    ('years and months duration(@"2013-08-24", @"2011-12-22")', '-@"P1Y8M"'),
    ('years and months duration(@"2026-01-31", @"2026-02-28")', '@"P0M"'),
    # boolean
    ('not(true)', 'false'),
    ('not(null)', 'null'),
    ('not("x")', 'null'),
    # strings
    ('substring("foobar", 3)', '"obar"'),
    ('substring("foobar", 3, 3)', '"oba"'),
    ('substring("foobar", -2, 1)', '"a"'),
    ('substring("foobar", 0)', 'null'),
    ('substring("foobar", 7)', 'null'),
    ('substring("foobar", 3, 0)', 'null'),
    ('substring("foobar", 3, 0.9)', 'null'),
    ('substring("foobar", 5, 9)', '"ar"'),
    ('substring("foobar", -1, 1e30)', '"r"'),
    (r'substring("\U01F40Eab", 2)', '"ab"'),
    (r'string length("\U01F40Eab")', '3'),
    ('upper case("aBc4å")', '"ABC4Å"'),
    ('lower case("ABC4Å")', '"abc4å"'),
    ('substring before("foobar", "bar")', '"foo"'),
    ('substring before("foobar", "xyz")', '""'),
    ('substring after("foobar", "ob")', '"ar"'),
    ('substring after("", "a")', '""'),
    ('substring after("foo", "")', '"foo"'),
    ('contains("foobar", "of")', 'false'),
    ('contains(["foobar"], "ob")', 'true'),
    ('starts with("foobar", "fo")', 'true'),
    ('ends with("foobar", "r")', 'true'),
    ('matches("foobar", "^fo*b")', 'true'),
    ('replace("banana", "a", "o")', '"bonono"'),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', '"[1=ab][2=]cd"'),
    (r'split("John Doe", "\s")', '["John", "Doe"]'),
    ('split("a;b;c;;", ";")', '["a", "b", "c", "", ""]'),
    ('string join(["a", null, "c"], "X")', '"aXc"'),
    ('string join(["a", "b"])', '"ab"'),
    ('string join([], "X")', '""'),
    ('string join(["a", 1], "X")', 'null'),
    # lists
    ('list contains([1, 2, null], null)', 'true'),
    ('list contains([[1]], [1])', 'true'),
    ('count([1, [2, 3]])', '2'),
    ('count([])', '0'),
    ('min(1, 3, 2)', '1'),
    ('min(["b", "a"])', '"a"'),
    ('min([])', 'null'),
    ('min(1, "a")', 'null'),
    ('max([@"2026-01-01", @"2026-02-01"])', '@"2026-02-01"'),
    ('max(1, 3, 2)', '3'),
    ('sum([1, 2, 3])', '6'),
    ('sum(1, 2, 3)', '6'),
    ('sum([])', 'null'),
    ('sum([1, null])', 'null'),
    ('product([2, 3, 4])', '24'),
    ('mean([1, 2, 4, 5])', '3'),
    ('mean([])', 'null'),
    ('median(8, 2, 5, 3, 4)', '4'),
    ('median([6, 1, 2, 3])', '2.5'),
    ('stddev(2, 4, 7, 5)', '2.081665999466132735282297706979931'),
    ('stddev(47)', 'null'),
    ('mode([6, 1, 9, 6, 1])', '[1, 6]'),
    ('mode([])', '[]'),
    ('all([false, null, true])', 'false'),
    ('all([true, null])', 'null'),
    ('all([])', 'true'),
    ('any([false, null, true])', 'true'),
    ('any([false, null])', 'null'),
    ('any([])', 'false'),
    ('sublist([4, 5, 6], 1, 2)', '[4, 5]'),
    ('sublist([4, 5, 6], -1)', '[6]'),
    ('sublist([4, 5, 6], 2, 3)', 'null'),
    ('append([1], 2, 3)', '[1, 2, 3]'),
    ('concatenate([1, 2], [3])', '[1, 2, 3]'),
    ('insert before([1, 3], 1, 2)', '[2, 1, 3]'),
    ('insert before([1, 3], 3, 2)', 'null'),
    ('remove([1, 2, 3], 2)', '[1, 3]'),
    ('list replace([2, 4, 7, 8], 3, 6)', '[2, 4, 6, 8]'),
    ('list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)', '[5, 5, 7, 8]'),
    ('reverse([1, 2, 3])', '[3, 2, 1]'),
    ('index of([1, 2, 3, 2], 2)', '[2, 4]'),
    ('union([1, 2], [2, 3])', '[1, 2, 3]'),
    ('distinct values([1, 2, 3, 2, 1, 1.0])', '[1, 2, 3]'),
    ('distinct values([[1], [1], {a: 1}, {a: 1.0}, null, null])', '[[1], {a: 1}, null]'),
    ('duplicate values([1, 2, 3, 2, 1, 2])', '[2, 1]'),
    ('flatten([[1, 2], [[3]], 4])', '[1, 2, 3, 4]'),
    ('sort(list: [3, 1, 4, 5, 2], precedes: function(x, y) x < y)', '[1, 2, 3, 4, 5]'),
    ('sort(["b", "a"])', '["a", "b"]'),
    # numbers
    ('decimal(1/3, 2)', '0.33'),
    ('decimal(2.5, 0)', '2'),
    ('decimal(125, -1)', '120'),
    ('decimal(1, 7000)', 'null'),
    ('floor(-1.56, 1)', '-1.6'),
    ('floor(1.5)', '1'),
    ('ceiling(-1.56, 1)', '-1.5'),
    ('ceiling(1.5)', '2'),
    ('round up(-5.5, 0)', '-6'),
    ('round up(1.121, 2)', '1.13'),
    ('round down(-1.126, 2)', '-1.12'),
    ('round half up(5.5, 0)', '6'),
    ('round half up(-1.126, 2)', '-1.13'),
    ('round half down(5.5, 0)', '5'),
    ('round half down(-5.5, 0)', '-5'),
    ('abs(@"-PT5H")', '@"PT5H"'),
    ('abs(-10)', '10'),
    ('abs(@"-P1Y")', '@"P1Y"'),
    ('modulo(-12, 5)', '3'),
    ('modulo(12, -5)', '-3'),
    ('modulo(-10.1, 4.5)', '3.4'),
    ('modulo(1, 0)', 'null'),
    ('sqrt(16)', '4'),
    ('sqrt(-1)', 'null'),
    ('decimal(log(10), 8)', '2.30258509'),
    ('log(0)', 'null'),
    ('decimal(exp(5), 8)', '148.41315910'),
    ('exp(1000000)', 'null'),
    ('odd(5)', 'true'),
    ('even(-4)', 'true'),
    ('even(1e300)', 'true'),
    ('odd(1.5)', 'null'),
    # contexts
    ('get value({a: 1}, "a")', '1'),
    ('get value({a: 1}, "b")', 'null'),
    ('get value({a: {b: 2}}, ["a", "b"])', '2'),
    ('get entries({a: 1})', '[{key: "a", value: 1}]'),
    ('context([{key: "a", value: 1}, {key: "b", value: 2, c: 3}])', '{a: 1, b: 2}'),
    ('context([{key: "a"}])', 'null'),
    ('context put({x: 1}, "y", 2)', '{x: 1, y: 2}'),
    ('context put({x: 1, y: {a: 0}}, ["y", "a"], 2)', '{x: 1, y: {a: 2}}'),
    ('context put({x: 1}, [], 2)', 'null'),
    ('context merge([{x: 1, y: 0}, {y: 2}])', '{x: 1, y: 2}'),
    # identity
    ('is(@"23:00:50Z", @"23:00:50")', 'false'),
    ('is(@"23:00:50Z", @"23:00:50+00:00")', 'true'),
    ('is(@"2012-12-25", @"23:00:50")', 'false'),
    ('is(1, 1.0)', 'true'),
    # calendar
    ('day of year(@"2019-09-17")', '260'),
    ('day of week(@"2019-09-17")', '"Tuesday"'),
    ('month of year(@"2019-09-17T10:00:00Z")', '"September"'),
    ('week of year(@"2005-01-01")', '53'),
    ('week of year(@"2003-12-29")', '1'),
    # extras
    ('get or else(null, 5)', '5'),
    ('is defined(null)', 'false'),
    ('is empty([])', 'true'),
    ('is blank("  ")', 'true'),
    ('trim("  a ")', '"a"'),
    ('partition([1, 2, 3, 4, 5], 2)', '[[1, 2], [3, 4], [5]]'),
    ('partition([1], 0)', 'null'),
    ('last day of month(@"2024-02-10")', '@"2024-02-29"'),
    ('range("[18..21)")', '[18..21)'),
    ('range("[21..18]")', 'null'),
    ('range("[1..date(now())]")', 'null'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_builtin_gives(text, expected):
    result = compile_expression(text).evaluate({})
    wanted = compile_expression(expected).evaluate({})

    assert equal(result.value, wanted.value, Run(None, DEFAULT, "")) is True, result


def test_every_builtin_has_a_case():
    elsewhere = {"now", "today"} | set(RANGE_FUNCTIONS)
    used = {name for name in NAMES if any(f"{name}(" in text for text, _ in CASES)}

    assert used | elsewhere == NAMES


RANGE_FUNCTIONS = {
    # name: (pairs for which it is true, pairs for which it is false)
    "before": (
        ["1, 10", "1, (1..10]", "1, [5..10]", "[1..10), 10", "[1..10], [15..20]", "[1..10], (10..20]"],
        ["10, 1", "1, [1..10]", "[1..10], 10", "[1..10], [10..20]"],
    ),
    "after": (
        ["10, 5", "12, [1..10]", "10, [1..10)", "(11..20], 11", "[11..20], [1..11)"],
        ["5, 10", "10, [1..10]", "[11..20], 12", "[1..10], [11..20]"],
    ),
    "meets": (["[1..5], [5..10]"], ["[1..5), [5..10]", "[1..5], (5..10]", "[1..5], [6..10]"]),
    "met by": (["[5..10], [1..5]"], ["[5..10], [1..5)", "(5..10], [1..5]", "[6..10], [1..5]"]),
    "overlaps": (
        ["[1..5], [3..8]", "[3..8], [1..5]", "[1..8], [3..5]", "[1..5], [5..8]"],
        ["[1..5], [6..8]", "[1..5], (5..8]", "[1..5), [5..8]", "(5..8], [1..5]"],
    ),
    "overlaps before": (
        ["[1..5], [3..8]", "[1..5], [5..8]", "[1..5), (1..5]", "[1..5], (1..5]"],
        ["[1..5], [6..8]", "[1..5], (5..8]", "[1..5), [1..5]", "[1..5], [1..5]"],
    ),
    "overlaps after": (
        ["[3..8], [1..5]", "[5..8], [1..5]", "(1..5], [1..5)", "(1..5], [1..5]"],
        ["[6..8], [1..5]", "(5..8], [1..5]", "[1..5], [1..5)", "[1..5], [1..5]"],
    ),
    "finishes": (
        ["10, [1..10]", "[5..10], [1..10]", "[5..10), [1..10)", "(1..10], [1..10]"],
        ["10, [1..10)", "[5..10), [1..10]"],
    ),
    "finished by": (
        ["[1..10], 10", "[1..10], [5..10]", "[1..10), [5..10)", "[1..10], (1..10]"],
        ["[1..10), 10", "[1..10], [5..10)"],
    ),
    "includes": (
        ["[1..10], 5", "[1..10], 1", "[1..10], [4..6]", "(1..10], (1..5]", "[1..10], [1..10)"],
        ["[1..10], 12", "(1..10], 1", "[1..10), 10", "(1..10], [1..5]"],
    ),
    "during": (
        ["5, [1..10]", "10, [1..10]", "[4..6], [1..10]", "(1..10), [1..10]"],
        ["12, [1..10]", "1, (1..10]", "10, [1..10)", "[1..10], (1..10]"],
    ),
    "starts": (
        ["1, [1..10]", "[1..5], [1..10]", "(1..5], (1..10]", "[1..10), [1..10]"],
        ["1, (1..10]", "2, [1..10]", "(1..5], [1..10]", "[1..5], (1..10]"],
    ),
    "started by": (
        ["[1..10], 1", "[1..10], [1..5]", "(1..10], (1..5]", "[1..10], [1..10)"],
        ["(1..10], 1", "[1..10], 2", "[1..10], (1..5]", "(1..10], [1..5]"],
    ),
    "coincides": (["5, 5", "[1..5], [1..5]"], ["3, 4", "(1..5), [1..5]", "[1..5], [2..6]"]),
}


@pytest.mark.parametrize("name", RANGE_FUNCTIONS)
def test_a_range_function_tells_how_two_lie_to_each_other(name):
    holds, fails = RANGE_FUNCTIONS[name]

    assert [pair for pair in holds if compile_expression(f"{name}({pair})").value({}) is not True] == []
    assert [pair for pair in fails if compile_expression(f"{name}({pair})").value({}) is not False] == []


@pytest.mark.parametrize(
    "text", ['before(1, "a")', "before(null, 1)", "meets(1, 2)", 'includes([1..5], @"P1D")']
)
def test_a_range_function_of_what_cannot_be_compared_is_null(text):
    assert compile_expression(text).value({}) is None


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('substring(1, 2)', "substring: 'string' should be string and is number"),
        ('even("x")', "even: 'number' should be number and is string"),
        ('count()', "count: does not take this number of arguments"),
        ('count(lst: [])', "count has no parameters of these names"),
        ('nosuch(1)', "null cannot be called"),
        ('date("x")', "date: this text is no date"),
        ('sum(["a"])', "sum: the list has items that are no numbers"),
        ('matches("a", "(")', "matches: a '(' has no ')'"),
    ],
)  # fmt: skip
def test_a_call_that_fails_is_null_with_a_reason(text, reason):
    evaluation = compile_expression(text).evaluate({})

    assert evaluation.value is None
    assert reason in [warning.reason for warning in evaluation.warnings]


def test_arguments_may_be_named():
    assert compile_expression('substring(start position: 2, string: "abc")').value({}) == "bc"
    assert compile_expression("time(hour: 10, minute: 5, second: 0).minute").value({}) == 5
    assert compile_expression('string join(delimiter: "-", list: ["a", "b"])').value({}) == "a-b"


def test_functions_are_values():
    assert compile_expression("for f in [abs, function(n) n * 2] return f(-3)").value({}) == [3, -6]
    assert compile_expression("sort([-3, 1, 2], function(a, b) abs(a) < abs(b))").value({}) == [1, 2, -3]
