"""The static check of tables: overlaps, gaps, rules that never match; and what it does not look at."""

import pytest
from small_decisions import decision, definitions, table

from flowcase.finding import Severity
from flowcase.modeling.read_dmn import check_dmn


def problems(rules, *, inputs=("x",), outputs=("o",), names=None, **more):
    content = definitions(decision("d", table(inputs, outputs, rules, **more)))
    return [each for each in check_dmn(content, "x.dmn", names=names) if each.rule.startswith("dmn-")]


def rules_of(rules, **more):
    return [finding.rule for finding in problems(rules, **more)]


def test_a_table_that_covers_everything_once_has_no_findings():
    assert rules_of([("< 5", "1"), ("[5..8]", "2"), ("> 8", "3")]) == []


def test_overlapping_rules_of_a_unique_table_block_with_both_rules_and_the_values():
    (finding,) = problems([("<= 5", "1"), (">= 5", "2")])

    assert (finding.rule, finding.severity, finding.element) == (
        "dmn-table-overlap",
        Severity.ERROR,
        "rule_2",
    )
    assert finding.line == 4
    assert "Rules 1 and 2 both match when x = 5" in finding.message
    assert "'x'" in finding.remedy


def test_overlaps_need_a_common_value_in_every_column():
    apart = [("< 5", '"a"', "1"), ("< 9", '"b"', "2")]

    found = rules_of(apart, inputs=("x", "y"))

    assert "dmn-table-overlap" not in found


def test_rules_of_an_any_table_may_overlap_when_their_outputs_agree():
    assert rules_of([("-", "1"), ("> 5", "1")], hit_policy="ANY") == []
    assert rules_of([("-", "1"), ("> 5", "2")], hit_policy="ANY") == ["dmn-table-overlap"]


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["< 5", "> 5"], "x = 5"),
        (["[1..5]", "[6..9]"], "x < 1 or (5..6) or > 9"),
        (['"a"', '"b"'], "x = any other text"),
        (["true"], "x = false"),
        (['<= date("2024-01-31")', '> date("2024-02-01")'], "x = 2024-02-01"),
        (['< @"PT1H"', '> @"PT1H"'], "x = 1 hours"),
        (['< duration("P1Y")', '> duration("P13M")'], "x in [12 months..13 months]"),
    ],
)
def test_a_gap_is_told_with_the_values_that_no_rule_covers(cells, words):
    (finding,) = problems([(cell, "1") for cell in cells])

    assert (finding.rule, finding.severity) == ("dmn-table-gap", Severity.WARNING)
    assert f"when {words}." in finding.message


def test_days_leave_no_gap_between_neighbours():
    assert rules_of([('<= date("2024-01-31")', "1"), ('>= date("2024-02-01")', "2")]) == []


def test_whole_numbers_leave_no_gap_between_neighbours():
    rules = [("<= 3", "1"), (">= 4", "2")]

    assert rules_of(rules, types={"x": "integer"}) == []
    assert rules_of(rules, types={"x": "number"}) == ["dmn-table-gap"]


def test_allowed_values_bound_what_has_to_be_covered():
    assert rules_of([('"a"', "1"), ('"b"', "2")], allowed={"x": '"a", "b"'}) == []
    assert rules_of([("[0..5]", "1"), ("(5..9]", "2")], allowed={"x": "[0..9]"}) == []


def test_a_default_output_closes_every_gap():
    assert rules_of([("true", "1")], defaults={"o": "0"}) == []


def test_collecting_tables_need_no_rule_for_every_input():
    assert rules_of([("true", "1"), ("-", "1")], hit_policy="COLLECT") == []


def test_a_rule_below_rules_that_always_win_is_unreachable():
    (finding,) = problems([("< 5", "1"), ("< 3", "2"), ("-", "3")], hit_policy="FIRST")

    assert (finding.rule, finding.element) == ("dmn-table-unreachable-rule", "rule_2")
    assert "a stronger rule does (1)" in finding.message


def test_a_rule_covered_by_several_stronger_ones_together_is_unreachable():
    rules = [("< 5", "1"), (">= 5", "2"), ("[3..8]", "3")]

    assert rules_of(rules, hit_policy="FIRST") == ["dmn-table-unreachable-rule"]


def test_a_last_rule_for_everything_is_reached_by_missing_values():
    assert rules_of([("true", "1"), ("false", "2"), ("-", "3")], hit_policy="FIRST") == []


def test_the_strength_of_priority_rules_comes_from_the_output_values():
    rules = [("< 3", '"low"'), ("-", '"high"')]

    assert rules_of(rules, hit_policy="PRIORITY", allowed={"o": '"high", "low"'}) == [
        "dmn-table-unreachable-rule"
    ]
    assert rules_of(rules, hit_policy="PRIORITY", allowed={"o": '"low", "high"'}) == []


@pytest.mark.parametrize(("cell", "allowed"), [("[5..1]", {}), ('"c"', {"x": '"a", "b"'})])
def test_a_cell_that_no_value_fits_is_told(cell, allowed):
    found = problems([(cell, "1"), ("-", "2")], hit_policy="FIRST", allowed=allowed)

    assert [(finding.rule, finding.element) for finding in found] == [
        ("dmn-table-unreachable-rule", "rule_1")
    ]
    assert "no value of 'x' fits its cell" in found[0].message


def test_cells_of_another_type_than_the_input_are_told():
    assert "dmn-cell-type" in rules_of([('"a"', "1"), ("-", "2")], types={"x": "number"}, hit_policy="FIRST")


def test_one_cell_of_another_type_among_others_is_told_at_its_rule():
    found = problems([('"a"', "1"), ("15", "2"), ("-", "3")], types={"x": "string"}, hit_policy="FIRST")

    assert [(each.rule, each.element) for each in found] == [("dmn-cell-type", "rule_2")]
    assert found[0].message == (
        "Rule 2 compares 'x', which has the type string, with something else, so it never matches there."
    )


def test_a_text_without_quotes_is_told_where_nothing_is_called_so():
    rules = [("hjemme", "kontor"), ('"ude", klub', '"c"'), ("-", "vej")]
    found = problems(rules, types={"x": "string", "o": "string"}, names={"vej"}, hit_policy="FIRST")

    told = {(each.element, each.message) for each in found if each.rule == "dmn-text-unquoted"}
    assert told == {
        ("rule_1", "Rule 1 answers with what is called kontor, and nothing is."),
        ("rule_1", "Rule 1 compares 'x' with what is called hjemme, and nothing is."),
        ("rule_2", "Rule 2 compares 'x' with what is called klub, and nothing is."),
    }
    assert {each.remedy for each in found if each.rule == "dmn-text-unquoted"} == {
        f'Write a text in quotes: "{word}".' for word in ("hjemme", "kontor", "klub")
    }


def test_an_input_that_is_nearly_called_as_something_that_is_set_is_told():
    rules = [('"a"', '"b"', "1"), ("-", "-", "2")]
    asked = {"inputs": ("hvor", "besoegsdagg"), "hit_policy": "FIRST"}

    (told,) = [each for each in problems(rules, names={"besoegsdag", "hvor"}, **asked) if "name" in each.rule]

    assert (told.rule, told.severity) == ("dmn-unknown-name", Severity.WARNING)
    assert told.message == (
        "The input 'besoegsdagg' reads 'besoegsdagg', which nothing sets; 'besoegsdag' is set."
    )
    assert told.remedy == "Write 'besoegsdag' if that is meant."
    for names in (None, {"hvor"}, {"hvor", "besoegsdagg"}):
        assert "dmn-unknown-name" not in rules_of(rules, names=names, **asked)


def test_a_word_that_may_be_the_name_of_a_value_is_left_alone():
    rules = [("x", "hjemme"), ("y", "1"), ("-", "2")]
    known = {"names": {"hjemme", "y"}, "hit_policy": "FIRST"}

    assert "dmn-text-unquoted" not in rules_of(rules, types={"x": "string", "o": "string"}, **known)
    assert "dmn-text-unquoted" not in rules_of([("hjemme", "1")], types={"x": "string"})
    assert "dmn-text-unquoted" not in rules_of([("hjemme", "1")], types={"x": "number"}, names=set())


@pytest.mark.parametrize(
    "hit_policy", ["UNIQUE", "FIRST", "ANY", "PRIORITY", "RULE ORDER", "OUTPUT ORDER", "COLLECT"]
)
def test_an_answer_of_another_type_than_its_column_is_told_whatever_the_hit_policy(hit_policy):
    rules = [("< 5", '"a"'), (">= 5", "7")]
    found = problems(rules, hit_policy=hit_policy, types={"o": "string"}, allowed={"o": '"a", "b"'})

    [told] = [each for each in found if each.rule == "dmn-cell-type"]
    assert (told.severity, told.element) == (Severity.WARNING, "rule_2")
    assert (
        told.message == "Rule 2 answers 7 in 'o', but the column has the type string, so the result is null."
    )


def test_answers_that_a_sum_cannot_add_up_are_told_and_what_computes_is_left_alone():
    rules = [("< 5", '"a"'), ("[5..6]", "2"), ("> 6", "x + 1")]
    summed = problems(rules, hit_policy="COLLECT", aggregation="SUM")

    [told] = [each for each in summed if each.rule == "dmn-cell-type"]
    assert (told.element, "SUM cannot add up" in told.message) == ("rule_1", True)
    assert "dmn-cell-type" not in rules_of(rules, hit_policy="COLLECT", aggregation="COUNT")
    assert "dmn-cell-type" not in rules_of(rules, hit_policy="COLLECT", types={"o": "date"})


def test_what_is_not_analysed_is_said_with_the_input():
    (finding,) = problems([("? > limit", "1"), ("< 5", "2"), (">= 5", "3")])

    assert finding.rule == "dmn-table-not-analysed"
    assert "'x'" in finding.message


def test_gaps_are_told_only_where_no_unread_cell_could_match():
    found = rules_of([("true", "? > 5", "1")], inputs=("y", "x"))

    assert found == ["dmn-table-gap", "dmn-table-not-analysed"]


def test_a_large_table_is_checked_in_reasonable_time():
    rules = [(f"[{n}..{n + 1})", f'"{n % 7}"', "1") for n in range(600)]

    found = rules_of(rules, inputs=("x", "y"))

    assert "dmn-table-overlap" not in found
    assert set(found) <= {"dmn-table-gap", "dmn-table-not-analysed"}
