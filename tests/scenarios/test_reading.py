"""Reading a scenario file: every kind of mistake is named with its line, merge keys, shared beginnings."""

from __future__ import annotations

import datetime as dt
import textwrap
from pathlib import Path

import pytest

from flowcase.scenarios import ScenarioError, read

HEAD = """\
id: EX-01
title: Et eksempel
source: prøve
people:
  - {id: FP-1, groups: [fronten]}
"""
ONE_STEP = """\
steps:
  - {id: a, at: 2026-03-27T08:00+01:00, do: advance the clock}
"""


def problems(folder: Path, text: str) -> list[tuple[int, str]]:
    file = folder / "story.yaml"
    file.write_text(text, "utf-8")
    with pytest.raises(ScenarioError) as error:
        read(file)
    assert f"{file}:{error.value.problems[0][0]}: " in str(error.value)
    return list(error.value.problems)


def scenario(folder: Path, text: str):
    file = folder / "story.yaml"
    file.write_text(text, "utf-8")
    return read(file)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", 1, "empty"),
        ("- a\n- b\n", 1, "no mapping"),
        ("id: EX-01\ntitle: [\n", 3, "Expected YAML"),
        ("id: EX-01\ntitle: T\nsource: S\n" + ONE_STEP, 1, "lacks people"),
        (HEAD + "colour: red\n" + ONE_STEP, 1, "has colour, which the format does not know"),
        (HEAD + "steps: []\n", 6, "steps"),
        (
            HEAD + "steps:\n  - at: 2026-03-27T08:00+01:00\n    do: dance\n",
            8,
            "is 'dance', but must be one of",
        ),
        (HEAD + "steps:\n  - at: 2026-03-27T08:00\n    do: advance the clock\n", 7, "(with offset)"),
        (HEAD + "steps:\n  - {at: 2026-03-27T08:00+01:00, do: notify}\n", 7, "lacks notification, values"),
        (
            HEAD + "steps:\n  - {at: 2026-03-27T08:00+01:00, do: complete, as: FP-1}\n",
            7,
            "lacks process, element",
        ),
        (HEAD + "steps:\n  - {at: 2026-03-27T08:00+01:00, do: message}\n", 7, "lacks name"),
        (
            HEAD + "steps:\n  - {at: 2026-03-27T08:00+01:00, do: set case fact, case: A}\n",
            7,
            "lacks fact, value",
        ),
        (
            HEAD
            + ONE_STEP
            + "  - at: 2026-03-28T08:00+01:00\n    do: advance the clock\n"
            + "    expect:\n      deadlines:\n        - {case: A}\n",
            12,
            "lacks timer",
        ),
        (
            HEAD + "steps:\n  - at: 2026-03-27T08:00+01:00\n    do: advance the clock\n"
            "    expect:\n      deadlines: [{timer: T01, state: late}]\n",
            10,
            "must be one of open, met, breached, cancelled",
        ),
        (
            HEAD + "steps:\n  - at: 2026-03-27T08:00+01:00\n    do: advance the clock\n"
            "    expect:\n      weather: [{}]\n",
            9,
            "has weather",
        ),
        (
            HEAD + ONE_STEP + "  - at: 2026-03-26T08:00+01:00\n    do: advance the clock\n",
            8,
            "before the step above it",
        ),
        (
            HEAD
            + ONE_STEP
            + "  - at: 2026-03-28T08:00+01:00\n    as: NOBODY\n    do: message\n    name: x\n",
            9,
            "'NOBODY' is none of the scenario's people",
        ),
        (
            HEAD + ONE_STEP + "  - {id: a, at: 2026-03-28T08:00+01:00, do: advance the clock}\n",
            8,
            "Step id 'a' is used twice",
        ),
        (
            HEAD
            + ONE_STEP
            + "variants:\n  - id: B\n    after: nowhere\n    steps:\n"
            + "      - {at: 2026-03-28T08:00+01:00, do: advance the clock}\n",
            10,
            "begins after step 'nowhere', which there is not",
        ),
        (
            HEAD
            + ONE_STEP
            + "variants:\n  - id: B\n    steps:\n"
            + "      - {at: 2026-03-26T08:00+01:00, do: advance the clock}\n",
            11,
            "before the step above it",
        ),
        (
            HEAD + "steps:\n  - {at: 2026-03-27T08:00+01:00, do: choose rule sets}\n",
            7,
            "choose rule sets",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(tmp_path: Path, text: str, line: int, says: str):
    found = problems(tmp_path, text)

    assert any(at == line and says in sentence for at, sentence in found), found


def test_all_mistakes_are_named_at_once(tmp_path: Path):
    found = problems(
        tmp_path,
        HEAD + "steps:\n  - {at: yesterday, do: dance}\n  - {at: 2026-03-27T08:00+01:00, do: claim}\n",
    )

    assert [line for line, _ in found] == [7, 7, 8]


def test_dates_stay_text_and_only_true_and_false_are_booleans(tmp_path: Path):
    story = scenario(
        tmp_path,
        HEAD
        + "steps:\n  - at: 2026-03-27T08:00+01:00\n    do: message\n    name: x\n"
        + "    values: {day: 2026-03-27, answer: no, really: true, number: 3, nothing: null}\n",
    )

    [step] = story.variants[0].steps
    assert step.at == dt.datetime(2026, 3, 27, 7, 0, tzinfo=dt.UTC)
    assert step.arguments["values"] == {
        "day": "2026-03-27",
        "answer": "no",
        "really": True,
        "number": 3,
        "nothing": None,
    }


def test_a_merge_key_brings_values_that_what_stands_beside_it_replaces(tmp_path: Path):
    story = scenario(
        tmp_path,
        HEAD
        + textwrap.dedent("""\
            steps:
              - at: 2026-03-27T08:00+01:00
                do: message
                name: x
                values: &first {a: 1, b: 2}
              - at: 2026-03-27T09:00+01:00
                do: message
                name: x
                values: {b: 3, <<: *first, c: 4}
            """),
    )

    assert [step.arguments["values"] for step in story.variants[0].steps] == [
        {"a": 1, "b": 2},
        {"a": 1, "b": 3, "c": 4},
    ]


VARIANTS = (
    HEAD
    + """\
settings: {taeller: barn, saturday_is_hverdag: false}
cases:
  SAG-1: {status: aaben}
steps:
  - {id: a, at: 2026-03-27T08:00+01:00, do: advance the clock}
  - {id: b, at: 2026-03-27T09:00+01:00, do: advance the clock}
variants:
  - id: shares-some
    after: a
    settings: {saturday_is_hverdag: true}
    steps: [{id: c, at: 2026-03-27T10:00+01:00, do: advance the clock}]
  - id: shares-all
    people: [{id: FP-1, groups: [vagtleder]}, {id: FP-2, groups: [fronten]}]
    steps: [{id: d, at: 2026-03-27T10:00+01:00, as: FP-2, do: advance the clock}]
  - id: shares-nothing
    after: null
    rule_sets: [HERNING]
    cases: {SAG-2: {status: aaben}}
    steps: [{id: e, at: 2025-01-01T10:00+01:00, do: advance the clock}]
"""
)


def test_variants_share_a_beginning_and_replace_what_they_name(tmp_path: Path):
    main, some, whole, none = scenario(tmp_path, VARIANTS).variants

    assert [[step.id for step in variant.steps] for variant in (main, some, whole, none)] == [
        ["a", "b"],
        ["a", "c"],
        ["a", "b", "d"],
        ["e"],
    ]
    assert some.settings == {"taeller": "barn", "saturday_is_hverdag": True}
    assert [(person["id"], person["groups"]) for person in whole.people] == [
        ("FP-1", ["vagtleder"]),
        ("FP-2", ["fronten"]),
    ]
    assert (main.rule_sets, none.rule_sets) == (None, ("HERNING",))
    assert set(none.cases) == {"SAG-1", "SAG-2"}


def test_every_step_knows_its_line(tmp_path: Path):
    main, _, _, none = scenario(tmp_path, VARIANTS).variants

    assert [step.line for step in main.steps] == [10, 11]
    assert [step.line for step in none.steps] == [24]
