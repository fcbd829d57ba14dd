"""The editors of bpmn.io come without Danish; ours has every word of their palettes, menus and panels."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

import flowcase.web

FRONTEND = Path(flowcase.web.__file__).parent / "frontend"
PACKAGES = FRONTEND / "node_modules"
TRANSLATED = re.compile(r"translate\(\s*(['\"])((?:\\.|(?!\1).)+)\1")
LABELLED = re.compile(r"\b(?:label|name|title):\s*(['\"])((?:\\.|(?!\1).)+)\1")
# A label in the panel: `label: translate('Name')`, of a group or of an entry.
IN_PANEL = re.compile(r"\b(?:label|title|tooltip):\s*translate\(\s*(['\"])((?:\\.|(?!\1).)+)\1")

pytestmark = pytest.mark.skipif(not PACKAGES.is_dir(), reason="the front end is not built here")


def words_in(pattern: re.Pattern[str], *paths: str) -> set[str]:
    files: list[Path] = []
    for path in paths:
        found = PACKAGES / path
        files += sorted(found.rglob("*.js")) if found.is_dir() else [found]
    assert files
    return {
        match[1].replace("\\'", "'").replace("\\n", "\n")
        for file in files
        for match in _matches(pattern, file)
    }


def _matches(pattern: re.Pattern[str], file: Path) -> Iterable[tuple[str, str]]:
    return pattern.findall(file.read_text("utf-8"))


HIT_POLICY = re.compile(r"(?:label|explanation): (')([^']+)'")


def danish(name: str) -> dict[str, str]:
    return json.loads((FRONTEND / "studio" / f"danish-{name}.json").read_text("utf-8"))


def test_palette_context_pad_and_menus_of_the_diagram_editor_are_danish():
    keys = words_in(
        TRANSLATED, "bpmn-js/lib", "diagram-js/lib", "bpmn-js-create-append-anything/dist/index.es.js"
    )
    menu = words_in(
        LABELLED,
        "bpmn-js/lib/features/replace/ReplaceOptions.js",
        "bpmn-js-create-append-anything/dist/index.es.js",
    )

    assert len(keys) > 40 and len(menu) > 60
    assert sorted((keys | menu) - danish("bpmn").keys()) == []


def test_groups_and_fields_of_the_properties_panel_are_danish():
    panel = words_in(IN_PANEL, "bpmn-js-properties-panel/dist/index.esm.js")

    # Documentation links and the kinds of Camunda 7 that this panel never shows.
    shown = {
        word
        for word in panel
        if not re.search(
            r"documentation|List<|Map<|TypedValue|\$\{|^Learn|How to configure", word, re.IGNORECASE
        )
    }
    assert len(shown) > 100
    assert sorted(shown - danish("bpmn").keys()) == []


def test_the_editor_of_tables_is_danish():
    packages = ("shared", "drd", "decision-table", "literal-expression", "boxed-expression")
    keys = words_in(TRANSLATED, *(f"dmn-js-{package}/lib" for package in packages))

    policies = words_in(HIT_POLICY, "dmn-js-decision-table/lib/features/hit-policy/HitPolicies.js")
    assert len(keys) > 100 and len(policies) == 22
    assert sorted((keys | policies) - danish("dmn").keys()) == []


def test_palette_and_panel_of_the_editor_of_forms_are_danish():
    labels = words_in(
        re.compile(r"\blabel:\s*(')((?:\\.|[^'])+)'"), "@bpmn-io/form-js-editor/dist/index.es.js"
    )
    source = (PACKAGES / "@bpmn-io/form-js-viewer/dist/index.es.js").read_text("utf-8")
    fields = set(re.findall(r"\.config = \{[^}]*?name: '([^']+)'", source))

    tooltips = words_in(
        re.compile(r"\btooltip: (')((?:\\.|[^'])+)'"), "@bpmn-io/form-js-editor/dist/index.es.js"
    )

    assert len(labels) > 60 and len(fields) > 15 and len(tooltips) > 6
    assert sorted((labels | fields | tooltips) - danish("forms").keys()) == []


@pytest.mark.parametrize("name", ["bpmn", "dmn", "forms"])
def test_what_is_filled_in_is_filled_in_in_danish_too(name):
    for english, word in danish(name).items():
        assert word.strip()
        assert sorted(re.findall(r"{[^}]+}", english)) == sorted(re.findall(r"{[^}]+}", word)), english


def test_a_gateway_is_found_by_the_word_that_the_findings_have_for_it():
    danish = json.loads((FRONTEND / "studio" / "danish-bpmn.json").read_text("utf-8"))

    for kind, word in (("Exclusive", "eksklusiv"), ("Inclusive", "inklusiv"), ("Parallel", "parallel")):
        assert f"{word} forgrening" in danish[f"{kind} gateway"].lower()
