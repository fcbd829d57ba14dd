"""Each shipped flow says what it is for, and each user task what is to be done, in both languages."""

from __future__ import annotations

from flowcase.config import shipped_processes
from flowcase.modeling import read_bpmn
from flowcase.modeling.definition import Element, ElementKind


def _begun_by_people() -> list[tuple[str, Element]]:
    return [
        (file.name, element)
        for file in sorted(shipped_processes().glob("*.bpmn"))
        for definition in read_bpmn(file.read_bytes(), file.name).processes
        for element in definition.elements.values()
        if element.kind is ElementKind.START_EVENT and element.properties.get("flowcase.starters")
    ]


def test_a_flow_that_people_may_start_says_what_it_is_for() -> None:
    said = {
        file: [start.properties.get(f"flowcase.instruction{end}", "") for end in ("", "_en")]
        for file, start in _begun_by_people()
    }

    assert len(said) > 25
    assert [file for file, texts in said.items() if not all(text.endswith(".") for text in texts)] == []
    assert [file for file, (danish, english) in said.items() if danish == english] == []


def test_every_user_task_says_what_to_do_in_both_languages() -> None:
    asked = [
        (file.name, element.id, [element.properties.get(f"flowcase.instruction{end}") for end in ("", "_en")])
        for file in sorted(shipped_processes().glob("*.bpmn"))
        for definition in read_bpmn(file.read_bytes(), file.name).processes
        for element in definition.elements.values()
        if element.kind is ElementKind.USER_TASK
    ]

    assert len(asked) > 200
    assert [(file, id) for file, id, (danish, english) in asked if not danish or not english] == []
    assert [(file, id) for file, id, (danish, english) in asked if danish == english] == []
