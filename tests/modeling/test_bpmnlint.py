"""bpmnlint's recommended rules beside our deploy check, on the shipped diagrams and the behaviour suite.

A diagram that both accept deploys. Where bpmnlint reports an error and we deploy, the rule is listed here.
"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from flowcase.modeling import Severity, check_bpmn, read_bpmn
from tests.node_packages import node_package

REPOSITORY = Path(__file__).parents[2]
SHIPPED = sorted((REPOSITORY / "processes").glob("*.bpmn"))
SUITE = sorted((REPOSITORY / "tests" / "engine" / "conformance").glob("*.bpmn"))
OTHERS = sorted((REPOSITORY / "tests" / "engine" / "diagrams").glob("*.bpmn"))

# Errors of bpmnlint that do not block here, and why.
DIFFERENCES = {
    "label-required": "a missing label is our warning `layout-label`: it changes nothing in the run",
    "no-bpmndi": "a missing drawing is our warning `layout-shape`: it changes nothing in the run",
    "no-gateway-join-fork": "an event gateway that a loop comes back to runs as drawn",
}


@pytest.fixture(scope="module")
def linted():
    """bpmnlint's errors by path: (rule, element)."""
    run = node_package(Path(__file__).parent / "moddle", "lint.mjs")
    paths = [*SHIPPED, *SUITE, *OTHERS]
    answers = [json.loads(line) for line in run(given="\n".join(map(str, paths))).splitlines()]
    assert len(answers) == len(paths)
    return {
        Path(answer["path"]): {
            (finding["rule"], finding["element"])
            for finding in answer["findings"]
            if finding["category"] != "warn"
        }
        for answer in answers
    }


def blocking(path):
    content = path.read_bytes()
    return [each for each in check_bpmn(content, path.name, None) if each.severity is Severity.ERROR]


def test_what_bpmnlint_and_our_check_accept_deploys(linted):
    accepted = [path for path, errors in linted.items() if not errors and not blocking(path)]

    assert len(accepted) > 70
    assert all(read_bpmn(path.read_bytes(), path.name).processes for path in accepted)


def test_where_bpmnlint_refuses_what_we_deploy_is_known(linted):
    errors = Counter(rule for path, found in linted.items() if not blocking(path) for rule, _ in found)

    print(f"{len(linted)} diagrams; errors of bpmnlint where ours deploys: {dict(errors)}")
    assert set(errors) == set(DIFFERENCES), "a new difference, or one that is gone"


def test_the_diagrams_of_the_behaviour_suite_satisfy_bpmnlint(linted):
    assert {path.name: linted[path] for path in SUITE if linted[path]} == {}


def test_a_label_that_bpmnlint_misses_is_missed_by_our_check_too(linted):
    """Ours asks for labels where the way divides and leaves events without a name alone."""
    for path in SHIPPED:
        ours = {each.element for each in check_bpmn(path.read_bytes(), path.name, None)}
        gateways = {
            element
            for rule, element in linted[path]
            if rule == "label-required" and f'Gateway id="{element}"' in path.read_text("utf-8")
        }
        assert gateways <= ours
