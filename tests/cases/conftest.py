"""The shipped rule sets and tables, asked as the services ask them."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowcase.cases.deadline_rules import DeadlineRules
from flowcase.cases.rule_sets import Profile, RuleSet, compose, read_manifest
from flowcase.modeling.read_dmn import read_dmn

PROCESSES = Path(__file__).parents[2] / "processes"


@pytest.fixture(scope="session")
def manifests():
    return [read_manifest(path.read_bytes(), path.name) for path in sorted(PROCESSES.glob("rulesets/*.yaml"))]


@pytest.fixture(scope="session")
def decide():
    models = [
        read_dmn((PROCESSES / "decisions" / name).read_bytes(), name)
        for name in ("D-11_fristpolitik.dmn", "D-02_opfoelgning_kadence.dmn")
    ]
    found = {decision: model for model in models for decision in model.decisions}

    def evaluate(decision, inputs):
        result = found[decision].evaluate(decision, inputs)
        # "No rule matched" is an answer here, everything else that is said is a fault of the table.
        assert not [each for each in result.record.warnings if result.value is not None]
        return result.value

    return evaluate


@pytest.fixture
def composed(manifests):
    """Compose the shipped profile: `composed("HERNING", month_end="stick_to_end")`."""

    def make(*selected, **overrides):
        profile = next(each for each in manifests if isinstance(each, Profile))
        rule_sets = [each for each in manifests if isinstance(each, RuleSet)]
        return compose(profile, rule_sets, selected=selected, overrides=overrides)

    return make


@pytest.fixture
def rules(composed, decide):
    """Deadline rules of the shipped profile with what is selected and overridden."""
    return lambda *selected, **overrides: DeadlineRules(composed(*selected, **overrides), decide)


@pytest.fixture
def office(store):
    """`office("2026-03-27T16:40+01:00")`: an installation with the shipped rule sets and process `frist`."""
    from .office import Office

    def open_at(now):
        installation = Office(store, now)
        installation.deploy()
        return installation

    return open_at
