"""What can be told of an expression's value from the types of its variables."""

from __future__ import annotations

import datetime as dt
import sys
from decimal import Decimal
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from random_feel import RandomFeel

from flowcase.feel import compile_expression
from flowcase.feel.static_types import EntriesOf, clashes, type_of
from flowcase.feel.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATE_TIME,
    NUMBER,
    STRING,
    ContextType,
    ListType,
)

NAMES = {
    "dag": DATE,
    "antal": NUMBER,
    "kode": STRING,
    "afvist": BOOLEAN,
    "frist": EntriesOf(DATE_TIME),
    "boern": ListType(ContextType({"alder": NUMBER, "navn": STRING})),
    "n": NUMBER,
    "m": NUMBER,
    "s": STRING,
    "b": BOOLEAN,
    "p": ContextType({"a": NUMBER, "b": STRING}),
}
VALUES = {"n": Decimal(3), "m": Decimal("-2.5"), "s": "abc", "b": True, "p": {"a": Decimal(1), "b": "y"}}


@pytest.mark.parametrize(
    ("text", "type_"),
    [
        ("dag + @\"P3D\"", "date"),
        ("frist.T04", "date and time"),
        ("frist.T04 - now()", "days and time duration"),
        ("dag.year", "number"),
        ("antal * duration(\"P1Y\")", "years and months duration"),
        ("if afvist then 1 else 2", "number"),
        ("if afvist then 1 else null", "number"),
        ("if afvist then 1 else \"a\"", "Any"),
        ("boern[1].navn", "string"),
        ("boern[alder > 3].alder", "list<number>"),
        ("for barn in boern return barn.alder + 1", "list<number>"),
        ("count(boern)", "number"),
        ("upper case(ukendt)", "string"),
        ("ukendt + 1", "number"),
        ("ukendt * 2", "Any"),
        ("{a: 1, b: a + 1}.b", "number"),
        ("[1, 2, 3]", "list<number>"),
        ("today()", "date"),
        ("some barn in boern satisfies barn.alder > 15", "boolean"),
    ],
)  # fmt: skip
def test_the_type_of_a_value_is_known_before_it_is_reckoned(text, type_):
    assert str(type_of(compile_expression(text).tree, NAMES)) == type_


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("dag < 14", "date < number"),
        ("dag = frist.T04", "date = date and time"),
        ('"Frist: " + dag', "string + date"),
        ("dag + 3", "date + number"),
        ("kode and afvist", "string and"),
        ("boern[alder > \"3\"]", "number > string"),
        ("every barn in boern satisfies barn.navn > 3", "string > number"),
        ("dag between 1 and 5", "date between number"),
        ("kode in (1, 2)", "string in number"),
        ("dag in [1..5]", "date in number"),
        ("if kode then 1 else 2", "if string"),
        ("-kode", "- string"),
        ("sqrt(dag)", "sqrt(date)"),
        ("boern > 3", "list > number"),
        ("p.b * 2", "string * number"),
        ("antal - dag", "number - date"),
    ],
)  # fmt: skip
def test_values_that_do_not_go_together_are_found(text, what):
    found = list(clashes(compile_expression(text).tree, NAMES))

    assert [each for _, each in found] == [what]


@pytest.mark.parametrize(
    "text",
    [
        "dag < today()", "dag = null", "frist.T04 < now()", "kode = \"ja\"", "kode in (\"ja\", \"nej\")",
        "antal in ([1..5], 7)", "antal in (< 5, > 9)", "dag in [@\"2026-01-01\"..today()]",
        "antal in (? > 3)", "kode in koder", "date and time(dag, @\"10:00:00\") < now()", "boern = null",
        "boern[navn = \"Ida\"]", "ukendt[alder > \"3\"]", "string(dag) + kode", "now() - dag",
        "list contains(kode, \"a\")", "min(dag, today())", "antal in not_known", "if ukendt then 1 else 2",
    ],
)  # fmt: skip
def test_values_that_go_together_are_left_alone(text):
    assert list(clashes(compile_expression(text).tree, NAMES)) == []


@pytest.mark.parametrize("seed", range(400))
def test_what_is_told_of_a_random_expression_is_what_comes_out(seed):
    expression = compile_expression(RandomFeel(seed).expression(4))

    told = type_of(expression.tree, NAMES)
    value = expression.evaluate(VALUES, now=dt.datetime(2026, 3, 27, tzinfo=dt.UTC)).value

    assert value is None or told == ANY or _is(value, told), (expression.text, told, value)


def _is(value, told):
    if isinstance(told, ListType):
        return isinstance(value, list) and all(each is None or _is(each, told.item) for each in value)
    return told.contains(value)
