"""Random expressions, sensible and not: nothing but a value, a syntax error or a limit ever comes out."""

from __future__ import annotations

import datetime as dt
import random

import pytest

from flowcase.feel import FeelLimitError, FeelSyntaxError, check, compile_expression, compile_unary_tests
from flowcase.feel.library import NAMES

ATOMS = [
    "1",
    "0",
    "-1",
    "2.5",
    "1e6144",
    "1e-6143",
    "null",
    "true",
    '"abc"',
    '""',
    "[]",
    "[1,2,3]",
    "[null]",
    "{}",
    "{a:1}",
    "a",
    "l",
    "abs",
    "[1..5]",
    "(<5)",
    "(!=5)",
    "(=true)",
    '@"2026-03-29"',
    '@"10:00:00Z"',
    '@"10:00:00@Europe/Copenhagen"',
    '@"2026-03-29T02:30:00@Europe/Copenhagen"',
    '@"P1D"',
    '@"-P1Y"',
    '@"2026-03-29T02:30:00"',
    '@"-999999999-01-01"',
    '@"999999999-12-31T23:59:59Z"',
    '@"P999999999M"',
    '[[1,[2]],"x"]',
    '"("',
    '"a*"',
    '"\\\\"',
    '@"0001-01-01T00:00:00@Asia/Tokyo"',
    '@"9999-12-31T23:59:59@America/New_York"',
    "?",
    "item",
]
ATOMS += ["function(x) x", "function(x, y) x < y"]
WORDS = [
    *ATOMS,
    *[
        "+",
        "-",
        "*",
        "/",
        "**",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ".",
        "..",
        ":",
        "=",
        "<",
        ">=",
        "and",
        "or",
        "in",
        "between",
        "if",
        "then",
        "else",
        "for",
        "return",
        "some",
    ],
]
WORDS += ["instance of", "satisfies", "list<", "not", "x"]
PROPERTIES = ["a", "year", "start", "hours", "months", "time offset", "timezone", "second", "weekday"]
OPERATORS = ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or", "in"]
TYPES = ["number", "list<Any>", "context<a: number>", "range<date>", "date and time"]
FUNCTIONS = sorted(NAMES)


def expression(random_: random.Random, depth: int) -> str:
    def part() -> str:
        return expression(random_, depth - 1)

    if depth <= 0 or random_.random() < 0.3:
        return random_.choice(ATOMS)
    arguments = ", ".join(part() for _ in range(random_.choice([0, 1, 1, 2, 2, 2, 3, 4])))
    return random_.choice(
        [
            lambda: f"({part()} {random_.choice(OPERATORS)} {part()})",
            lambda: f"{random_.choice(FUNCTIONS)}({arguments})",
            lambda: f"{random_.choice(FUNCTIONS)}({arguments})",
            lambda: f"-{part()}",
            lambda: f"({part()})[{part()}]",
            lambda: f"({part()}).{random_.choice(PROPERTIES)}",
            lambda: f"({part()} between {part()} and {part()})",
            lambda: f"(for x in {part()} return {part()})",
            lambda: f"(for x in {part()}..{part()} return x)",
            lambda: f"(some x in {part()} satisfies {part()})",
            lambda: f"{{k: {part()}, m: {part()}}}",
            lambda: f"({part()})({part()})",
            lambda: f"[{part()}..{part()}]",
            lambda: f"string({part()})",
            lambda: f"({part()} instance of {random_.choice(TYPES)})",
            lambda: f"if {part()} then {part()} else {part()}",
        ]
    )()


@pytest.mark.parametrize("seed", range(20))
def test_no_text_breaks_out(seed):
    random_ = random.Random(seed)
    now = dt.datetime(2026, 3, 29, 1, 30, tzinfo=dt.UTC)
    variables = {"a": 1, "l": [1, "a", None, {"item": 3}]}
    came_through = 0
    for _ in range(150):
        if random_.random() < 0.8:
            text = expression(random_, random_.randint(1, 4))
        else:
            text = " ".join(random_.choice(WORDS) for _ in range(random_.randint(1, 15)))
        try:
            compiled = compile_expression(text)
            check(compiled, names=["a"])
            compiled.evaluate(variables, now=now)
            compile_unary_tests(text).evaluate(random_.choice([1, "x", None, [1]]), variables, now=now)
            came_through += 1
        except (FeelSyntaxError, FeelLimitError):
            continue
        except Exception as problem:
            raise AssertionError(f"seed {seed}: {text}") from problem

    assert came_through > 50
