"""Boxed expressions: contexts, lists, relations, functions, invocations, conditionals, filters, loops."""

from decimal import Decimal

import pytest
from small_decisions import decide, decision, literal

from flowcase.feel import FeelLimitError


def value_of(logic, **inputs):
    return decide(decision("d", logic), **inputs).value


def entry(name, logic, type_ref=None):
    typed = f' typeRef="{type_ref}"' if type_ref else ""
    variable = f'<variable name="{name}"{typed}/>' if name else ""
    return f"<contextEntry>{variable}{logic}</contextEntry>"


def context(*entries):
    return f"<context>{''.join(entries)}</context>"


def test_an_entry_of_a_context_sees_the_entries_before_it():
    logic = context(entry("a b", literal("2")), entry("c", literal("a b * 3")))

    assert value_of(logic) == {"a b": 2, "c": 6}


def test_a_context_with_a_result_entry_gives_that_entry():
    assert value_of(context(entry("a", literal("2")), entry(None, literal("a + 1")))) == 3


def test_an_entry_that_does_not_fit_its_type_is_null_with_a_warning():
    result = decide(decision("d", context(entry("a", literal('"x"'), "number"))))

    assert result.value == {"a": None}
    assert "not of the type number" in result.record.warnings[0].message


def test_a_list_holds_its_items():
    assert value_of(f"<list>{literal('1')}{literal('x')}</list>", x="b") == [1, "b"]


def test_a_relation_is_a_list_of_contexts():
    rows = f"<row>{literal('1')}{literal('2')}</row><row>{literal('3')}{literal('4')}</row>"
    logic = f'<relation><column name="a"/><column name="b c"/>{rows}</relation>'

    assert value_of(logic) == [{"a": 1, "b c": 2}, {"a": 3, "b c": 4}]


FUNCTION = (
    '<functionDefinition><formalParameter name="n" typeRef="number"/>'
    f"{literal('if n <= 1 then 1 else n * f(n - 1)')}</functionDefinition>"
)


def test_a_boxed_function_is_called_and_may_call_itself():
    assert value_of(context(entry("f", FUNCTION), entry(None, literal("f(5)")))) == 120


def test_named_arguments_reach_a_boxed_function_and_wrong_ones_make_it_null():
    assert value_of(context(entry("f", FUNCTION), entry(None, literal("f(n: 4)")))) == 24
    assert value_of(context(entry("f", FUNCTION), entry(None, literal("f(m: 4)")))) is None
    assert value_of(context(entry("f", FUNCTION), entry(None, literal('f("x")')))) is None
    assert value_of(context(entry("f", FUNCTION), entry(None, literal("f(1, 2)")))) is None


def test_endless_recursion_ends_in_a_clear_error():
    endless = f'<functionDefinition><formalParameter name="n"/>{literal("f(n + 1)")}</functionDefinition>'

    with pytest.raises(FeelLimitError):
        value_of(context(entry("f", endless), entry(None, literal("f(1)"))))


def binding(name, logic):
    return f'<binding><parameter name="{name}"/>{logic}</binding>'


@pytest.mark.parametrize(
    ("called", "bindings", "expected"),
    [
        ("f", binding("n", literal("3")), 6),
        ("abs", binding("n", literal("-3")), 3),
        ("f", binding("m", literal("3")), None),
        ("missing", binding("n", literal("3")), None),
    ],
)
def test_an_invocation_calls_what_its_expression_names(called, bindings, expected):
    invocation = f"<invocation>{literal(called)}{bindings}</invocation>"
    logic = context(entry("f", FUNCTION), entry("missing", literal("null")), entry(None, invocation))

    assert value_of(logic) == expected


def test_a_conditional_evaluates_only_the_branch_that_holds():
    logic = (
        f"<conditional><if>{literal('x')}</if><then>{literal('1')}</then>"
        f"<else>{literal('1 + null')}</else></conditional>"
    )

    assert value_of(logic, x=True) == 1
    assert decide(decision("d", logic), x=True).record.warnings == ()
    assert value_of(logic, x=None) is None


def iteration(kind, collection, part, text, variable="e"):
    return (
        f'<{kind} iteratorVariable="{variable}"><in>{literal(collection)}</in>'
        f"<{part}>{literal(text)}</{part}></{kind}>"
    )


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (iteration("for", "[1, 2, 3]", "return", "e * 2"), [2, 4, 6]),
        (iteration("for", "[1..3]", "return", "e"), [1, 2, 3]),
        (iteration("for", "[1, 2, 3]", "return", "e + count(partial)"), [1, 3, 5]),
        (iteration("for", "null", "return", "e"), None),
        (iteration("some", "[1, 2]", "satisfies", "e > 1"), True),
        (iteration("some", "[1, 2]", "satisfies", "e > 2"), False),
        (iteration("some", "[]", "satisfies", "true"), False),
        (iteration("every", "[1, 2]", "satisfies", "e > 0"), True),
        (iteration("every", "[1, 2]", "satisfies", "e > 1"), False),
        (iteration("every", "[1, null]", "satisfies", "e > 0"), None),
    ],
)
def test_boxed_iteration_goes_through_its_collection(logic, expected):
    assert value_of(logic) == expected


@pytest.mark.parametrize(
    ("collection", "match", "expected"),
    [
        ("[1, 2, 3]", "item > 1", [2, 3]),
        ("[{a: 1}, {a: 2}]", "a = 2", [{"a": Decimal(2)}]),
        ("[5, 6]", "1", 5),
        ("[5, 6]", "-1", 6),
        ("[5, 6]", "3", None),
        ("7", "item = 7", [7]),
        ("null", "true", None),
    ],
)
def test_a_boxed_filter_keeps_what_matches(collection, match, expected):
    logic = f"<filter><in>{literal(collection)}</in><match>{literal(match)}</match></filter>"

    assert value_of(logic) == expected


def test_a_loop_over_too_many_items_is_refused():
    nested = iteration("for", "[1..3000]", "return", "sum([e])")
    outer = f'<for iteratorVariable="o"><in>{literal("[1..3000]")}</in><return>{nested}</return></for>'

    with pytest.raises(FeelLimitError):
        value_of(outer)
