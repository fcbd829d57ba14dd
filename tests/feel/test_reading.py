"""How text is read: names with spaces and signs, precedence, comments, escapes, positions of errors."""

from __future__ import annotations

from decimal import Decimal

import pytest

from flowcase.feel import FeelSyntaxError, compile_expression


def value(text, variables=None, names=()):
    return compile_expression(text, names=names).evaluate(variables or {}).value


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("2 ** 3 ** 2", 64),
        ("-2 ** 2", 4),
        ("10 - 2 - 3", 5),
        ("100 / 10 / 5", 2),
        ("--5", 5),
        ("1 - -1", 2),
        (".5 + 1.5e1", Decimal("15.5")),
        ("1 + 1 = 2 and not(false) or false", True),
        ("false and true or true", True),
        ("1 < 2 = true", True),
        ("5 between 1 + 1 and 3 * 2 and true", True),
        ("if true then 1 else 2 + 10", 1),
        ("(if false then 1 else 2) + 10", 12),
        ("1 + if true then 1 else 5", 2),
        ("if false then 1 else if false then 2 else 3", 3),
        ("[1, 2, 3][2] + 1", 3),
        ("{a: {b: [{c: 5}]}}.a.b[1].c", 5),
        ("{f: function(a, b) a - b}.f(b: 1, a: 5)", 4),
        ("(function(x) x + 1)(2)", 3),
        ("1 + 2 instance of number", None),
        ("(1 + 2) instance of number", True),
        ("1 // comment\n + 2 /* and\n more */ + 3", 6),
        ("[1..5[.end included", False),
        ("]1..5].start included", False),
        ("2 in [1..[2, 3][1]]", True),
    ],
)
def test_operators_bind_as_the_grammar_says(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r'"a\nb\t\"c\"\\"', 'a\nb\t"c"\\'),
        (r'"\u00e6\U01F40E"', "æ\U0001f40e"),
        (r'"\uD83D\uDC0E"', "\U0001f40e"),
        (r'"\d"', r"\d"),
        (r'string length("\uD83D\uDC0Eab")', 3),
        ('"🐎".x', None),
    ],
)
def test_strings_resolve_their_escapes(text, expected):
    assert value(text) == expected


@pytest.mark.parametrize(
    ("text", "variables", "expected"),
    [
        ("Full Name", {"Full Name": "x"}, "x"),
        ("Full   Name", {"Full Name": "x"}, "x"),
        ("a-b", {"a-b": 1, "a": 5, "b": 2}, 1),
        ("a - b", {"a": 5, "b": 2}, 3),
        ("(a)-(b)", {"a-b": 1, "a": 5, "b": 2}, 3),
        ("T-01 frist + 1", {"T-01 frist": 1}, 2),
        ("Profit and loss > 1", {"Profit and loss": 2}, True),
        ("what if? + 1", {"what if?": 1}, 2),
        ("a - b", {"a-b": 1, "a": 5, "b": 2}, 1),
        ("Income+Expenses", {"Income+Expenses": 7}, 7),
        ("person.first name", {"person": {"first name": "x"}}, "x"),
        ("person.a-b", {"person": {"a-b": "x"}, "a-b": 0}, "x"),
        ("for first name in [1] return first name + 1", {}, [2]),
        ("{first name: 1, b: first name + 1}.b", {}, 2),
        ('{"any key!": 1}', {}, {"any key!": 1}),
        ("{a+b: 3, c: a+b}.c", {}, 3),
        ("[{first name: 1}][first name = 1].first name", {}, [1]),
        ("function_name", {"function_name": 1}, 1),
        ("date and time", {"date": True, "time": False}, False),
        ("ægteskab + år", {"ægteskab": 1, "år": 2}, 3),
    ],
)
def test_names_may_have_spaces_and_signs(text, variables, expected):
    assert value(text, variables, names=list(variables)) == expected


def test_names_with_spaces_are_read_without_being_known():
    expression = compile_expression("Applicant Age > 18 and Some Thing = null")

    assert expression.names == {"Applicant Age", "Some Thing"}


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("", "the text is empty", 1, 1),
        ("1 +", "found the end where a value should be", 1, 4),
        ("a =\n  b = 1 1", "found '1' where an operator or the end should be", 2, 9),
        ("(1, 2)", "expected ')' and found ','", 1, 3),
        ("if a then b", "expected 'else' and found the end", 1, 12),
        ('x = "abc', "a string is not closed", 1, 5),
        ("1 /* x", "a comment is not closed", 1, 3),
        ("a ; b", "found the unknown character ';'", 1, 3),
        ("f(a: 1, 2)", "positional and named arguments are mixed", 1, 9),
        ("{a: 1, a: 2}", "the context has the key 'a' twice", 1, 8),
        ("function(a, a) 1", "the function has the parameter 'a' twice", 1, 14),
        ("for x in [1]", "expected 'return' and found the end", 1, 13),
        ("[1..2", "expected ']', ')' or '[' at the end of a range and found the end", 1, 6),
        ("x instance of tNowhere", "found the unknown type 'tNowhere'", 1, 15),
        ("then", "found 'then' where a value should be", 1, 1),
        ("a.1", "found '.1' where an operator or the end should be", 1, 2),
        ('"\\uD83D"', "a string has an impossible character", 1, 1),
    ],
)
def test_a_syntax_error_says_what_and_where(text, message, line, column):
    with pytest.raises(FeelSyntaxError) as error:
        compile_expression(text)

    assert (error.value.message, error.value.line, error.value.column) == (message, line, column)


def test_functions_of_the_host_language_are_refused():
    with pytest.raises(FeelSyntaxError, match="refused"):
        compile_expression(
            'function(x) external {java: {class: "java.lang.System", method signature: "exit(int)"}}'
        )


def test_a_minus_belongs_to_the_number_behind_it():
    assert compile_expression("-4 instance of number").value({}) is True
    assert compile_expression("-4 ** 2").value({}) == 16
    assert compile_expression("--4 instance of number").value({}) is True
    assert compile_expression("2 ** -1").value({}) == compile_expression("0.5").value({})
