"""What a form or a task says to people is said in words: no rule's number, no key of a setting or a field."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

PROCESSES = Path(__file__).parents[2] / "processes"
CODE = re.compile(r"\b[RD]-\d+\b|\b[a-zæøå]+_[a-zæøå_]+\b")
PROPERTY = "{http://camunda.org/schema/zeebe/1.0}property"


def said_by_forms() -> Iterator[tuple[str, str]]:
    for path in sorted(PROCESSES.glob("forms/*.form")):
        for component in every(json.loads(path.read_text("utf-8"))["components"]):
            properties = component.get("properties", {})
            for key in ("label", "description", "text"):
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
