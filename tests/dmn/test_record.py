"""What an evaluation leaves behind."""

import json
from decimal import Decimal

from small_decisions import decide, decision, input_data, literal, needs, table


def test_the_record_names_inputs_rules_path_and_warnings():
    parts = [
        input_data("age", "number"),
        decision(
            "band",
            table(["age"], ["o"], [("< 18", '"child"'), (">= 18", '"adult"')]),
            requires=[needs("Input", "age")],
        ),
        decision("d", literal("band + unknown"), requires=[needs("Decision", "band")]),
    ]

    record = decide(*parts, age=Decimal(20), unrelated="secret").record.to_json()

    assert record == {
        "decision": "d",
        "decision_name": "d",
        "inputs": {"age": 20},
        "matched_rules": [{"decision": "band", "rules": ["rule_2"], "indexes": [2]}],
        "steps": [
            {"kind": "decision", "id": "band", "name": "band", "value": "adult"},
            {"kind": "decision", "id": "d", "name": "d", "value": None},
        ],
        "warnings": record["warnings"],
    }
    assert any("unknown" in warning["message"] for warning in record["warnings"])


def test_warnings_never_hold_a_value():
    parts = [input_data("i", "number"), decision("d", literal("i + 1"), requires=[needs("Input", "i")])]

    record = decide(*parts, i="010203-1234").record

    assert record.warnings
    assert not any("010203" in warning.message for warning in record.warnings)


def test_a_record_with_functions_and_ranges_is_json_all_the_same():
    result = decide(decision("d", literal("{f: function(x) x, r: [1..5], n: 1.50}")))

    step = result.record.to_json()["steps"][0]["value"]

    assert json.loads(json.dumps(step))["n"] == {"$": "number", "v": "1.50"}
    assert set(step) == {"f", "r", "n"}


def test_the_same_model_is_evaluated_again_without_a_trace_of_the_first_time():
    from small_decisions import model

    read = model(decision("d", table(["x"], ["o"], [("> 1", '"a"')])))

    first = read.evaluate("d", {"x": Decimal(2)})
    second = read.evaluate("d", {"x": Decimal(1)})

    assert (first.value, second.value) == ("a", None)
    assert len(second.record.matched_rules) == 1
