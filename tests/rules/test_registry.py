"""Every rule of the domain has a home that is there and a proof that names it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from flowcase.errors import InvalidDefinition
from flowcase.modeling.rule_registry import DomainRule, read_registry
from tests.rules.places import ROOT, problem_of_home, problem_of_proof

REGISTRY = ROOT / "processes" / "rules"
SECTIONS = read_registry(REGISTRY)
RULES = {rule.id: rule for section in SECTIONS for rule in section.rules}

# What the domain specification lists, by section.
LISTED = [
    *(f"R-{number:03}" for first, last in (
        (1, 11), (20, 37), (40, 51), (60, 78), (80, 102), (110, 126), (130, 146)
    ) for number in range(first, last + 1)),
    *(f"T{number:02}" for number in range(1, 24)),
    *(f"D-{number:02}" for number in range(1, 19)),
    *(f"X-{number:02}" for number in range(1, 25)),
]  # fmt: skip

# What is not carried and proved yet; a rule that has both may not stand here.
_YET_TO_COME = """
"""
WITHOUT = frozenset(_YET_TO_COME.split())


def test_the_registry_has_every_rule_of_the_specification_once():
    ids = [rule.id for section in SECTIONS for rule in section.rules]

    assert sorted(ids) == sorted(LISTED)
    assert sum(id.startswith("R-") for id in ids) == 117


@pytest.mark.parametrize("id", LISTED)
def test_a_rule_has_a_home_that_is_there_and_a_proof_that_names_it(id: str):
    rule = RULES[id]

    problems = [
        *(problem_of_home(rule, home) for home in rule.home),
        *(problem_of_proof(rule, proof) for proof in rule.proof),
    ]

    assert [problem for problem in problems if problem] == []
    assert rule.home
    assert rule.proof


@pytest.mark.parametrize("id", [id for id in LISTED if id[0] == "R"])
def test_a_rule_says_its_source_and_its_kind_and_a_proposal_its_switch(id: str):
    rule = RULES[id]

    assert rule.kinds
    assert rule.source or rule.kinds == ("P",)
    if rule.is_proposed:
        assert rule.switch, f"{id} is recommended or proposed: name the setting, or say why there is none"


def _settings() -> set[str]:
    return {
        name
        for file in (ROOT / "processes" / "rulesets").glob("*.yaml")
        for name in yaml.safe_load(file.read_text("utf-8")).get("settings", {})
    }


def _switches() -> set[tuple[str, str]]:
    return {
        (rule.id, name)
        for rule in RULES.values()
        if rule.switch and not rule.switch.startswith("always: ")
        for name in rule.switch.split(", ")
    }


def test_every_switch_is_a_setting_of_a_rule_set():
    assert {(id, name) for id, name in _switches() if name not in _settings()} == set()


def test_whatever_is_read_is_a_setting_and_every_setting_is_read_or_the_home_of_a_rule():
    figures_of_the_sources = {"sos_kursushold", "sos_kursusdage", "sos_ekstradage"}
    drawn = [
        file.read_text("utf-8")
        for kind in ("*.bpmn", "decisions/*.dmn", "forms/*.form")
        for file in (ROOT / "processes").glob(kind)
    ]
    read = {name for text in drawn for name in re.findall(r"\bindstilling\.(\w+)", text)}
    code = "".join(
        file.read_text("utf-8")
        for place in ("[!w]*/**/*.py", "web/*/*.py")
        for file in (ROOT / "src/flowcase").glob(place)
    )
    homes = {home.partition("#")[2] for rule in RULES.values() for home in rule.home}

    unread = {
        name
        for name in _settings() - read - homes - figures_of_the_sources
        if f'"{name}"' not in code and not name.startswith(("reference_", "maal_"))
    }

    assert read - _settings() == set()
    assert unread == set()


_SAID_OF_IT = re.compile(r"<(bpmn:documentation|bpmn:text|description|annotationEntry)>.*?</\1>", re.DOTALL)
_KEY = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")


def test_a_key_that_a_text_in_a_diagram_or_table_names_is_there():
    """A setting, process, element, decision or fact that was renamed is named anew where it is explained."""
    drawn = {
        file.name: file.read_text("utf-8")
        for kind in ("*.bpmn", "decisions/*.dmn")
        for file in (ROOT / "processes").glob(kind)
    }
    there = _settings() | {key for text in drawn.values() for key in _KEY.findall(_SAID_OF_IT.sub("", text))}

    said = {
        (name, key)
        for name, text in drawn.items()
        for words in _SAID_OF_IT.finditer(text)
        for key in _KEY.findall(words[0])
    }

    assert len(said) > 20
    assert {each for each in said if each[1] not in there} == set()


def test_what_a_handler_says_of_its_rules_is_in_the_registry():
    from flowcase.handlers import load_handlers

    named = {rule for registration in load_handlers().values() for rule in registration.rules}

    assert {rule for rule in named if rule not in RULES} == set()


# --- the check itself can fail ---------------------------------------------------------------------

RULE = DomainRule(id="R-001", text="Risk assessment of every notification")


@pytest.mark.parametrize(
    ("home", "says"),
    [
        ("findes_ikke.bpmn#start", "there is no file"),
        ("underretning.bpmn", "names no element"),
        ("underretning.bpmn#risikovurdering_48t", "has no 'risikovurdering_48t'"),
        ("decisions/D-08_risikovurdering.dmn#fare", "has no 'fare'"),
        ("forms/F-A2.form#vaegt", "has no 'vaegt'"),
        ("rulesets/standard.yaml#dagsmoede", "has no 'dagsmoede'"),
        ("job type: findes.ikke", "no handler"),
        ("job type: sagstal.beregn", "does not name R-001"),
        ("entity: Findesikke", "no entity"),
        ("entity: Sag.hoejde", "hoejde"),
        ("python: flowcase.cases.caseload.findes_ikke", "has no 'findes_ikke'"),
    ],
)
def test_a_home_that_is_not_there_is_found(home: str, says: str):
    assert says in (problem_of_home(RULE, home) or "nothing")


@pytest.mark.parametrize(
    ("proof", "says"),
    [
        ("tests/nowhere.py::test_x", "there is no file"),
        ("tests/rules/test_registry.py::test_that_is_not_there", "has no test"),
        ("tests/cases/test_entities.py::test_attribute_names_are_unique_within", "does not name R-001"),
        ("processes/scenarios/S-12_sagstal.yaml", "does not name R-001"),
    ],
)
def test_a_proof_that_is_not_there_or_proves_something_else_is_found(proof: str, says: str):
    assert says in (problem_of_proof(RULE, proof) or "nothing")


def test_a_rule_that_is_written_wrongly_is_refused_with_its_file(tmp_path: Path):
    file = tmp_path / "3.1_x.yaml"
    file.write_text('section: "3.1"\ntitle: x\nrules: [{id: R-001, text: t, houme: [x]}]\n', "utf-8")

    with pytest.raises(InvalidDefinition) as error:
        read_registry(tmp_path)

    [finding] = error.value.findings
    assert finding.file == str(file)
    assert "R-001 has houme" in finding.message
