"""Edits of YAML: what an edit means is in the text afterwards, and everything else stands as it stood."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import pytest
import yaml

from flowcase.modeling.yaml_edits import EditRefused, YamlText
from flowcase.modeling.yaml_places import compose

PROCESSES = Path(__file__).parents[2] / "processes"

STORY = """# Øverst
id: KORT-01 # hvorfor
steps:
  - {id: a, at: 2026-05-04T08:30+02:00, do: start, process: foranstaltning}
  # om samtykket
  - id: b
    at: 2026-05-04T10:00+02:00
    do: complete
    values: &begge {ung: givet, form: skriftligt} # delt
  - id: c
    at: 2026-05-05T10:00+02:00
    do: complete
    values: {<<: *begge, form: mundtligt}
    expect:
      tasks:
        - {process: p, element: e}
"""


def test_one_value_changes_and_every_other_byte_stays():
    text = YamlText(STORY)

    made = text.set(("steps", 1, "at"), "2026-05-04T11:00+02:00")

    assert made.text == STORY.replace(
        "10:00+02:00\n    do: complete\n    values: &b", "11:00+02:00\n    do: complete\n    values: &b"
    )


def test_a_new_key_stands_where_the_format_has_it():
    made = YamlText(STORY).set(("steps", 1, "title"), "Mor: ja, og nej", ["id", "title", "at"])

    assert '  - id: b\n    title: "Mor: ja, og nej"\n    at:' in made.text


def test_a_step_moves_with_its_comment():
    made = YamlText(STORY).move(("steps",), 1, 0)

    assert made.text.index("# om samtykket\n  - id: b") < made.text.index("{id: a")
    assert [step["id"] for step in made.data["steps"]] == ["b", "a", "c"]


def test_what_a_later_step_shares_is_written_out_when_the_first_is_changed_or_taken_away():
    text = YamlText(STORY)

    changed = text.set(("steps", 1, "values", "ung"), "nej")
    gone = text.remove(("steps", 1))

    assert changed.get(("steps", 1, "values", "ung")) == "nej"
    assert changed.get(("steps", 2, "values")) == {"ung": "givet", "form": "mundtligt"}
    assert gone.get(("steps", 1, "values")) == {"ung": "givet", "form": "mundtligt"}


def test_a_step_that_uses_what_stands_later_is_written_out_when_it_moves_before_it():
    made = YamlText(STORY).move(("steps",), 2, 0)

    assert made.get(("steps", 0, "values")) == {"ung": "givet", "form": "mundtligt"}
    assert made.get(("steps", 2, "values")) == {"ung": "givet", "form": "skriftligt"}


def test_a_copy_stands_behind_and_shares_no_anchor():
    made = YamlText(STORY).copy(("steps",), 1)

    assert made.text.count("&begge") == 1
    assert made.get(("steps", 2, "values")) == made.get(("steps", 1, "values"))


def test_the_last_expectation_leaves_an_empty_list_and_a_first_one_begins_one():
    text = YamlText(STORY)

    assert text.remove(("steps", 2, "expect", "tasks", 0)).get(("steps", 2, "expect")) == {"tasks": []}
    made = text.insert(("steps", 1, "expect", "deadlines"), 0, {"timer": "T01"})
    assert made.get(("steps", 1, "expect")) == {"deadlines": [{"timer": "T01"}]}


def test_a_comment_behind_an_entry_is_read_and_changed():
    text = YamlText("settings:\n  graense: 20 # R-023\n  navne: # om navne\n    a: b\n", yaml.SafeLoader)

    assert text.comment(("settings", "graense")) == "R-023"
    assert text.comment(("settings", "navne")) == "om navne"
    assert (
        "graense: 20 # R-024 # og mere\n" in text.set_comment(("settings", "graense"), "R-024 # og mere").text
    )


def test_dates_and_words_of_rule_sets_stay_what_they_are():
    text = YamlText('in_force_from: 2016-01-01\nversion: "1"\n', yaml.SafeLoader)

    made = text.set(("in_force_from",), dt.date(2026, 6, 1)).set(("version",), "2").set(("title",), "no")

    assert made.data == {"in_force_from": dt.date(2026, 6, 1), "version": "2", "title": "no"}


def test_what_cannot_be_changed_so_is_refused_and_the_text_stays():
    text = YamlText("- - a\n  - b\n- - c\n")

    with pytest.raises(EditRefused):
        text.set((0, 0, "d"), 1)
    assert text.text == "- - a\n  - b\n- - c\n"


def test_aliases_that_unfold_without_bounds_are_refused():
    bomb = "a: &a [1,1,1,1,1,1,1,1,1,1]\n" + "".join(
        f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 10)}]\n" for n in range(9)
    )

    for hostile in (bomb, "a: &a [*a]\n", "[" * 500 + "]" * 500):
        with pytest.raises((yaml.YAMLError, RecursionError)):
            compose(hostile)


FILES = sorted([*(PROCESSES / "scenarios").glob("*.yaml"), *(PROCESSES / "rulesets").glob("*.yaml")])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_shipped_file_takes_edits_and_gives_back_its_bytes_when_they_are_undone(file):
    source = file.read_text("utf-8")
    text = YamlText(source) if file.parent.name == "scenarios" else YamlText(source, yaml.SafeLoader)
    place = ("steps",) if file.parent.name == "scenarios" else ("title",)
    comments = source.count("#")

    changed = text.set(("title",), "Et andet navn: det nye")
    back = changed.set(("title",), text.data["title"])

    assert back.data == text.data and back.text.count("#") == comments
    if place == ("steps",) and file.stem.startswith(("S-0", "UND")):
        index = random.Random(file.stem).randrange(len(text.data["steps"]))
        copied = text.copy(place, index)
        assert copied.remove((*place, index + 1)).data == text.data
