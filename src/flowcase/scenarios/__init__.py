"""Executable scenarios: a story with exact instants, told to the real services on a settable clock.

`read` turns a YAML file into a `Scenario` and names every mistake with its line; `run` plays it
against a fresh embedded database and compares what was expected with what came. The format is
published in `schema.json` and explained in `docs/scenarios.md`.
"""

from flowcase.scenarios.coverage import Coverage, coverage
from flowcase.scenarios.running import Difference, StepReport, VariantReport, run, told
from flowcase.services.deploying.scenario_files import (
    NotCovered,
    Scenario,
    ScenarioError,
    Step,
    Variant,
    read,
    schema,
)

__all__ = [
    "Coverage",
    "Difference",
    "NotCovered",
    "Scenario",
    "ScenarioError",
    "Step",
    "StepReport",
    "Variant",
    "VariantReport",
    "coverage",
    "read",
    "run",
    "schema",
    "told",
]
