"""Hostile and absurd texts end in a clear answer within bounded work: a value, a syntax error or a limit."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from flowcase.errors import FlowcaseError
from flowcase.feel import (
    FeelLimitError,
    FeelSyntaxError,
    Limits,
    compile_expression,
    compile_unary_tests,
)
from flowcase.feel.limits import DEFAULT

sys.path.insert(0, str(Path(__file__).parent))

from attacks import ATTACKS, SYNTAX, answer

PAGE = Path(__file__).parents[2] / "docs" / "feel-attacks.md"


@pytest.mark.parametrize("name", ATTACKS)
def test_an_attack_ends_in_a_clear_answer(name):
    text, expected = ATTACKS[name]
    begin = time.process_time()

    kind, steps = answer(text)

    assert kind == expected
    assert steps > -DEFAULT.steps, "one operation took far more than it was charged"
    assert time.process_time() - begin < 1.5  # generous: the machine is shared; alone it is below 0.1


@pytest.mark.parametrize("name", [name for name, (text, kind) in ATTACKS.items() if kind == SYNTAX])
def test_unary_tests_refuse_what_expressions_refuse(name):
    with pytest.raises(FeelSyntaxError):
        compile_unary_tests(ATTACKS[name][0])


def test_the_errors_belong_to_the_family():
    assert issubclass(FeelLimitError, FlowcaseError)
    assert issubclass(FeelSyntaxError, FlowcaseError)


def test_a_limit_error_names_the_limit():
    with pytest.raises(FeelLimitError) as error:
        compile_expression("for i in 1..100 return i").evaluate({}, limits=Limits(list_items=50))

    assert (error.value.limit, error.value.allowed) == ("list_items", 50)


def test_deep_text_is_refused_on_a_nearly_full_stack_too():
    def sink(levels):
        if levels:
            return sink(levels - 1)
        with pytest.raises((FeelSyntaxError, FeelLimitError)):
            compile_expression("(" * 50 + "1" + ")" * 50).evaluate({})
        return None

    depth = len(__import__("inspect").stack())
    sink(sys.getrecursionlimit() - depth - 90)


def test_honest_recursion_and_loops_have_room():
    factorial = "{f: function(n) if n <= 1 then 1 else n * f(n - 1), r: f(40)}.r"
    assert compile_expression(factorial).value({}) > 10**47
    assert compile_expression("count((for i in 1..5000 return i * i)[item > 100])").value({}) == 4990
    assert compile_expression("(" * 50 + "1" + ")" * 50).value({}) == 1


def test_a_deep_value_of_the_host_is_refused():
    deep: list = []
    for _ in range(5000):
        deep = [deep]

    with pytest.raises(FeelLimitError):
        compile_expression("count(a)").evaluate({"a": deep})


def test_the_table_of_attacks_is_that_of_the_tests():
    rows = [line.split(" | ") for line in PAGE.read_text(encoding="utf-8").splitlines() if " ms |" in line]

    assert len(ATTACKS) >= 40
    told = {row[0].removeprefix("| "): row[2] for row in rows}
    assert told == {name: kind for name, (_, kind) in ATTACKS.items()}, "run tools/feel_attacks.py"
    assert all(float(row[4].split()[0]) <= 100 for row in rows), "an attack took longer than 100 ms"
