"""Findings about DMN files: each defect with rule, element and line, all of them at once."""

import pytest
from small_decisions import decision, definitions, input_data, literal, needs, table

from flowcase.errors import InvalidDefinition
from flowcase.finding import Severity
from flowcase.modeling.read_dmn import check_dmn, load_dmn, read_dmn


def found(*parts, **more):
    return [(finding.rule, finding.element) for finding in check_dmn(definitions(*parts, **more), "x.dmn")]


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_dmn_1_1_to_1_5_are_read(namespace):
    content = definitions(decision("d", table(["x"], ["o"], [("-", "1")])), xmlns=namespace)

    assert read_dmn(content, "x.dmn").evaluate("d", {}).value == 1


@pytest.mark.parametrize(
    ("content", "rule"),
    [
        (b"", "xml-empty"),
        (b"<a/>", "dmn-not-dmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>', "dmn-not-dmn"),
        (b'<definitions xmlns="http://www.omg.org/spec/DMN/20130901"/>', "dmn-version"),
        (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "xml-doctype"),
    ],
)
def test_a_file_that_is_no_dmn_is_refused_and_never_raises_in_the_check(content, rule):
    assert [finding.rule for finding in check_dmn(content, "x.dmn")] == [rule]
    with pytest.raises(InvalidDefinition):
        read_dmn(content, "x.dmn")


def test_a_file_without_decisions_says_so():
    assert found() == [("dmn-nothing-to-decide", "file")]


def test_all_defects_are_named_at_once_with_their_lines():
    content = definitions(
        decision("a", literal("1 +")),
        decision("b", literal("1"), requires=[needs("Decision", "gone")]),
        decision("c", table(["x"], ["o"], [("[1..", "1")])),
    )

    with pytest.raises(InvalidDefinition) as caught:
        read_dmn(content, "x.dmn")

    places = [(finding.rule, finding.element, finding.line) for finding in caught.value.findings]
    assert sorted(places) == [
        ("dmn-reference-unknown", "b", 3),
        ("feel-syntax", "a", 2),
        ("feel-syntax", "rule_1", 5),
    ]


def test_the_line_of_a_feel_error_counts_the_lines_of_its_text():
    content = definitions(decision("a", literal("\n\n1 +\n\n(2")))

    (finding,) = check_dmn(content, "x.dmn")

    assert finding.line == 6


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ([decision("d", "")], ("dmn-logic-missing", "d")),
        ([decision("d", literal(""))], ("dmn-expression-missing", "d")),
        ([decision("d", table([""], ["o"], [("-", "1")]))], ("dmn-expression-missing", "table")),
        ([decision("d", table(["x"], ["o"], []))], ("dmn-table-empty", "table")),
        ([decision("d", table(["x"], [], [("-",)]))], ("dmn-table-output-missing", "table")),
        ([decision("d", table(["x"], ["o", "o"], [("-", "1", "2")]))], ("dmn-table-output-name", "table")),
        ([decision("d", table(["x"], ["o"], [("-", "1", "2")]))], ("dmn-rule-cells", "rule_1")),
        (
            [decision("d", table(["x"], ["o", "o_en"], [("1", '"Nej."', '"No."'), ("-", '"Ja."', '""')]))],
            ("dmn-english", "rule_2"),
        ),
        (
            [
                decision("d", table(["x"], ["o", "o_en"], [("-", '"Nej."', '"No."')])),
                decision("e", table(["x"], ["o", "p"], [("-", '"Ja."', "1")])),
            ],
            ("dmn-english", "table"),
        ),
        ([decision("d", table(["x"], ["o"], [("-", "1")], hit_policy="BEST"))], ("dmn-hit-policy", "table")),
        (
            [decision("d", table(["x"], ["o"], [("-", "1")], hit_policy="PRIORITY"))],
            ("dmn-output-order-missing", "table"),
        ),
        (
            [
                decision(
                    "d", table(["x"], ["o", "p"], [("-", "1", "2")], hit_policy="COLLECT", aggregation="SUM")
                )
            ],
            ("dmn-hit-policy", "table"),
        ),
        ([decision("d", literal("1")), decision("d", literal("2"))], ("dmn-duplicate-id", "d")),
        (
            [
                decision(
                    "d", '<literalExpression expressionLanguage="juel"><text>x</text></literalExpression>'
                )
            ],
            ("dmn-expression-language", "d"),
        ),
        (
            [decision("d", f'<functionDefinition kind="Java">{literal("1")}</functionDefinition>')],
            ("dmn-external-function", "d"),
        ),
        ([decision("d", literal("ceilin(1.5)"))], ("feel-unknown-name", "d")),
        ([decision("d", literal("abs(1, 2)"))], ("feel-wrong-arguments", "d")),
        (
            [input_data("i"), decision("d", literal("j"), requires=[needs("Input", "i")])],
            ("feel-unknown-name", "d"),
        ),
        (
            [
                decision(
                    "d", f'<relation><column name="a"/><row>{literal("1")}{literal("2")}</row></relation>'
                )
            ],
            ("dmn-relation-row", "d"),
        ),
        (
            [decision("d", f"<conditional><if>{literal('true')}</if></conditional>")],
            ("dmn-expression-missing", "d"),
        ),
    ],
)
def test_a_defect_is_found_at_its_element(parts, expected):
    assert expected in found(*parts)


def test_a_file_without_a_word_of_english_is_not_asked_for_it():
    assert found(decision("d", table(["x"], ["o", "p"], [("-", '"Ja."', '""')]))) == []


def test_a_misspelt_function_comes_with_the_name_that_was_meant():
    (finding,) = check_dmn(definitions(decision("d", literal("ceilin(1.5)"))), "x.dmn")

    assert "Did you mean 'ceiling'?" in finding.message


def test_a_faulty_decision_is_null_while_the_others_of_the_file_work():
    model, findings = load_dmn(
        definitions(decision("a", literal("1 +")), decision("b", literal("2"))), "x.dmn"
    )

    assert [finding.severity for finding in findings] == [Severity.ERROR]
    assert model.evaluate("a", {}).value is None
    assert model.evaluate("b", {}).value == 2


def test_a_rule_with_an_unreadable_cell_never_matches():
    model, _ = load_dmn(definitions(decision("a", table(["x"], ["o"], [("[1..", "1"), ("-", "2")]))), "x.dmn")

    assert model.evaluate("a", {"x": 1}).value == 2


def test_the_version_tag_of_a_decision_is_kept():
    tag = '<z:versionTag xmlns:z="http://camunda.org/schema/zeebe/1.0" value="7"/>'
    content = definitions(decision("d", f"<extensionElements>{tag}</extensionElements>" + literal("1")))

    assert read_dmn(content, "x.dmn").decision("d").version_tag == "7"


def test_a_file_with_too_many_expressions_is_refused():
    items = "".join(literal(f"a + {n}") for n in range(15_001))

    assert ("dmn-too-large", "d") in found(decision("d", f"<list>{items}</list>"))


def test_a_cell_that_cannot_be_read_is_called_by_table_row_and_column_in_a_table_that_is_not_empty():
    rows = [("1", "1"), (">= 2 og", "2")]
    whole = definitions(decision("d", table(["x"], ["o"], rows), name="Hvor ofte"))
    alone = definitions(decision("d", table(["x"], ["o"], rows[1:]), name="Hvor ofte"))

    [told] = check_dmn(whole, "x.dmn")
    [also_told] = check_dmn(alone, "x.dmn")

    assert (told.rule, told.element_name) == ("feel-syntax", "Hvor ofte › 2 › x")
    assert (also_told.rule, also_told.element_name) == ("feel-syntax", "Hvor ofte › 1 › x")
