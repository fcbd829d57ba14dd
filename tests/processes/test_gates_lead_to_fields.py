"""What bars a user task leads whoever filled it in to the field that is to be changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from flowcase.config import shipped_processes
from flowcase.modeling import read_bpmn, read_form

FOLDER = shipped_processes()
DMN = {"d": "https://www.omg.org/spec/DMN/20191111/MODEL/"}


def gates_of_forms() -> Iterator[tuple[str, str]]:
    """(gate, form) as diagrams ask them."""
    for path in sorted(FOLDER.glob("*.bpmn")):
        for process in read_bpmn(path.read_bytes(), path.name).processes:
            for element in process.elements.values():
                form = element.user_task.form_id if element.user_task is not None else element.form_id
                for gate in element.properties.get("flowcase.gate", "").split():
                    if form:
                        yield gate, form


ASKED = sorted(set(gates_of_forms()))


def rows_of(gate: str) -> list[tuple[str | None, str]]:
    """(field, sentence) of each row; None for a column that is not there."""
    for path in sorted((FOLDER / "decisions").glob("*.dmn")):
        document = etree.fromstring(path.read_bytes())
        for decision in document.findall(f"d:decision[@id='{gate}']", DMN):
            names = [each.get("name") for each in decision.findall(".//d:output", DMN)]
            rows = []
            for rule in decision.findall(".//d:rule", DMN):
                said = [
                    each.findtext("d:text", namespaces=DMN) for each in rule.findall("d:outputEntry", DMN)
                ]
                answers = dict(zip(names, said, strict=True))
                rows.append((answers.get("felt"), answers["besked"]))
            return rows
    raise AssertionError(gate)


def fields_of(form: str) -> set[str]:
    path: Path = FOLDER / "forms" / f"{form}.form"
    read = read_form(path.read_bytes(), path.name)
    return {".".join(field.path) for field in read.fields} | {".".join(field.path) for field in read.values()}


@pytest.mark.parametrize("gate", sorted({gate for gate, _ in ASKED}))
def test_each_row_of_a_gate_names_a_field_of_its_form_or_that_it_is_about_several(gate: str) -> None:
    known = set().union(*(fields_of(form) for asked, form in ASKED if asked == gate))

    for field, sentence in rows_of(gate):
        assert field is not None, f"{gate}: no column »felt«"
        assert field == "null" or field.strip('"') in known, (field, sentence)


def test_a_next_follow_up_that_lies_too_early_leads_to_its_date() -> None:
    """On a phone it stands nine screens below the sentence."""
    [field] = [field for field, said in rows_of("gate_opfoelgning") if "skal ligge efter" in said]

    assert field == '"naeste"'
