"""The generated pages are those of the code, and every rule has one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from flowcase import modeling
from flowcase.modeling import dialect, zeebe
from flowcase.modeling.form_properties import FORM_PROPERTIES
from flowcase.modeling.pages import pages
from flowcase.modeling.rules import load_rules

DOCS = Path(__file__).parents[2] / "docs"
SOURCE = Path(modeling.__file__).parent


@pytest.mark.parametrize("name", pages())
def test_a_generated_page_is_up_to_date(name):
    path = DOCS / name

    assert path.exists(), f"docs/{name} is missing: run `make docs`"
    assert path.read_text(encoding="utf-8") == pages()[name], f"docs/{name} is out of date: run `make docs`"


def test_no_page_is_left_of_a_rule_that_is_gone():
    wanted = {Path(name).name for name in pages() if name.startswith("rules/")}

    assert {path.name for path in (DOCS / "rules").glob("*.md")} == wanted


def test_every_rule_id_that_the_code_can_report_has_a_page():
    reported = set()
    for path in [*SOURCE.rglob("*.py"), *(SOURCE.parent / "dmn").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        reported |= set(re.findall(r'"((?:dmn|xml|form|rule-set|bundle|file)-[a-z-]+)"', text))
    reported |= {rule.id for rule in load_rules()}

    missing = {rule for rule in reported if f"rules/{rule}.md" not in pages()}

    assert missing == set()


def test_every_refused_element_is_refused_by_a_rule_that_there_is():
    rules = {rule.id for rule in load_rules()}

    assert {rule for rule, _ in dialect.refused().values()} <= rules


def test_no_element_both_runs_and_is_refused():
    assert not set(dialect.RUNS) & set(dialect.DOCUMENTATION)
    assert not (set(dialect.RUNS) | set(dialect.DOCUMENTATION)) & set(dialect.refused())


def test_everything_that_the_dialect_says_of_fields_is_a_whole_sentence():
    for extension in zeebe.EXTENSIONS.values():
        notes = [extension.note, *(field.note for field in extension.fields.values())]
        assert all(not note or note.endswith(".") for note in notes)


def _properties(component: dict[str, Any]) -> Iterator[str]:
    yield from component.get("properties", {})
    for each in component.get("components", ()):
        yield from _properties(each)


def test_every_property_that_a_shipped_form_sets_at_a_field_is_told_of():
    named = set()
    for path in (DOCS.parent / "processes/forms").glob("*.form"):
        for component in json.loads(path.read_text("utf-8"))["components"]:
            named |= set(_properties(component))

    without_codes = {re.sub(r"^(value_en|key)\..+", r"\1.<code>", name) for name in named}
    told = {re.sub(r"^((?:flowcase\.)?(?:refuse|warn)(?:_en)?)\..+", r"\1.<name>", n) for n in without_codes}

    assert told <= FORM_PROPERTIES.keys()
