"""What each hit policy makes of the rules that match (DMN 1.5, 8.2.8)."""

from decimal import Decimal

import pytest
from small_decisions import decide, decision, table

RULES = [("< 10", '"low"'), ("[5..20]", '"middle"'), ("> 15", '"high"')]


def outcome(hit_policy, x, *, rules=RULES, aggregation=None, **more):
    part = decision("d", table(["x"], ["o"], rules, hit_policy=hit_policy, aggregation=aggregation, **more))
    return decide(part, x=Decimal(x))


def test_unique_gives_the_output_of_the_only_rule():
    assert outcome("UNIQUE", 2).value == "low"


def test_unique_with_two_matching_rules_is_null_and_says_which():
    result = outcome("UNIQUE", 7)

    assert result.value is None
    assert "Rules 1, 2 match" in result.record.warnings[0].message


def test_unique_without_a_matching_rule_is_null_with_a_warning():
    result = outcome("UNIQUE", 2, rules=[("> 5", '"high"')])

    assert result.value is None
    assert [warning.message for warning in result.record.warnings] == [
        "No rule matches, so the result is null."
    ]


def test_any_accepts_rules_that_agree_and_refuses_rules_that_do_not():
    agreeing = [("< 10", '"same"'), ("> 5", '"same"')]

    assert outcome("ANY", 7, rules=agreeing).value == "same"
    assert outcome("ANY", 7).value is None


def test_first_takes_the_upper_rule_and_stops_there():
    result = outcome("FIRST", 7)

    assert result.value == "low"
    assert result.record.matched_rules[0].rules == ("rule_1",)


def test_priority_takes_the_rule_whose_output_stands_first_in_the_output_values():
    assert outcome("PRIORITY", 7, allowed={"o": '"middle", "low", "high"'}).value == "middle"
    assert outcome("PRIORITY", 7, allowed={"o": '"high", "low", "middle"'}).value == "low"


def test_output_order_lists_all_outputs_by_priority():
    assert outcome("OUTPUT ORDER", 17, allowed={"o": '"high", "middle", "low"'}).value == ["high", "middle"]


def test_rule_order_and_collect_list_all_outputs_by_rule():
    assert outcome("RULE ORDER", 7).value == ["low", "middle"]
    assert outcome("COLLECT", 7).value == ["low", "middle"]


def test_a_collecting_table_without_a_match_is_an_empty_list():
    for hit_policy in ("COLLECT", "RULE ORDER"):
        assert outcome(hit_policy, 7, rules=[("> 50", '"x"')]).value == []


@pytest.mark.parametrize(
    ("aggregation", "expected"),
    [("SUM", Decimal("7.5")), ("MIN", Decimal("2.5")), ("MAX", Decimal(5)), ("COUNT", Decimal(2))],
)
def test_collect_aggregates_numbers(aggregation, expected):
    rules = [("< 10", "5"), ("> 5", "2.5"), ("> 100", "9")]

    assert outcome("COLLECT", 7, rules=rules, aggregation=aggregation).value == expected


def test_a_sum_over_nothing_is_null_and_a_count_of_nothing_is_zero():
    rules = [("> 100", "9")]

    assert outcome("COLLECT", 7, rules=rules, aggregation="SUM").value is None
    assert outcome("COLLECT", 7, rules=rules, aggregation="COUNT").value == 0


def test_a_sum_of_texts_is_null_with_a_warning():
    result = outcome("COLLECT", 7, aggregation="SUM")

    assert result.value is None
    assert "SUM needs outputs" in result.record.warnings[0].message


def test_several_outputs_make_a_context_and_the_left_one_ranks_first():
    rules = [("-", '"no"', "1"), ("-", '"yes"', "2"), ("-", '"yes"', "1")]
    logic = table(
        ["x"],
        ["answer", "rate"],
        rules,
        hit_policy="PRIORITY",
        allowed={"answer": '"yes", "no"', "rate": "1, 2"},
    )

    assert decide(decision("d", logic), x=Decimal(1)).value == {"answer": "yes", "rate": 1}


def test_the_default_output_holds_when_no_rule_matches():
    logic = table(["x"], ["a", "b"], [("> 5", "1", "2")], defaults={"a": "0"})

    assert decide(decision("d", logic), x=Decimal(1)).value == {"a": 0, "b": None}


@pytest.mark.parametrize("short", ["U", "A", "F", "P", "R", "O", "C"])
def test_hit_policies_may_be_written_by_their_letter(short):
    logic = table(["x"], ["o"], [("> 5", '"a"')], hit_policy=short, allowed={"o": '"a"'})

    assert decide(decision("d", logic), x=Decimal(6)).value in ("a", ["a"])
