"""What a form or a task says to people: in words, without rule numbers and keys, and in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

from flowcase.modeling.read_form import CHECKS

PROCESSES = Path(__file__).parents[2] / "processes"
CODE = re.compile(r"\b[RD]-\d+\b|\b[a-zæøå]+_[a-zæøå_]+\b")
SAID = ("label", "description", "text")
YES_OR_NO = ("true", "false", True, False)  # the page says these itself
PROPERTY = "{http://camunda.org/schema/zeebe/1.0}property"


def said_by_forms() -> Iterator[tuple[str, str]]:
    for path in sorted(PROCESSES.glob("forms/*.form")):
        for component in every(json.loads(path.read_text("utf-8"))["components"]):
            properties = component.get("properties", {})
            for key in SAID:
                yield path.name, component.get(key) or ""
                yield path.name, properties.get(f"{key}_en", "")


def every(components: list[dict]) -> Iterator[dict]:
    for component in components:
        yield component
        yield from every(component.get("components", []))


def said_by_tasks() -> Iterator[tuple[str, str]]:
    for path in sorted(PROCESSES.glob("*.bpmn")):
        for each in etree.parse(path).getroot().iter(PROPERTY):
            if each.get("name", "").startswith("flowcase.instruction"):
                yield path.name, each.get("value", "")


def test_forms_and_instructions_speak_in_words():
    said = [*said_by_forms(), *said_by_tasks()]

    assert len(said) > 500
    assert [(file, words) for file, words in said if CODE.search(words)] == []


def test_what_a_form_says_is_said_in_english_too():
    only_danish = [
        (path.name, component["id"], key)
        for path in sorted(PROCESSES.glob("forms/*.form"))
        for component in every(json.loads(path.read_text("utf-8"))["components"])
        for key in SAID
        if component.get(key) and not component.get("properties", {}).get(f"{key}_en")
    ]

    assert only_danish == []


def test_each_answer_that_a_form_offers_has_its_english():
    offered = [
        (path.name, component["id"], option["value"], component.get("properties", {}))
        for path in sorted(PROCESSES.glob("forms/*.form"))
        for component in every(json.loads(path.read_text("utf-8"))["components"])
        for option in component.get("values") or []
        if option["value"] not in YES_OR_NO
    ]

    assert len(offered) > 500
    assert [each[:3] for each in offered if not each[3].get(f"value_en.{each[2]}")] == []


def test_what_a_form_says_of_a_date_tells_what_to_do_in_both_languages():
    said = [
        (path.name, component["id"], name)
        for path in sorted(PROCESSES.glob("forms/*.form"))
        for component in every(json.loads(path.read_text("utf-8"))["components"])
        for name, words in component.get("properties", {}).items()
        if re.match(r"(refuse|warn)(_en)?\.", name) and not re.search(r"\b(Ret|Skriv|Correct|Write)\b", words)
    ]
    without_english = [
        (path.name, component["id"], name)
        for path in sorted(PROCESSES.glob("forms/*.form"))
        for component in every(json.loads(path.read_text("utf-8"))["components"])
        for name in component.get("properties", {})
        if (found := re.match(r"(refuse|warn)(\..+)", name))
        and f"{found[1]}_en{found[2]}" not in component["properties"]
    ]

    assert said == without_english == []


def test_each_date_that_people_write_is_asked_whether_it_can_be_so():
    by_a_table_alone = [("F-Q2.form", "uddannet")]
    written = [
        (path.name, component["key"], component.get("properties", {}))
        for path in sorted(PROCESSES.glob("forms/*.form"))
        for component in every(json.loads(path.read_text("utf-8"))["components"])
        if component["type"] == "datetime" and not component.get("readonly")
    ]

    assert len(written) > 100
    assert [each[:2] for each in written if not any(name.startswith(CHECKS) for name in each[2])] == (
        by_a_table_alone
    )
