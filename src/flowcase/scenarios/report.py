"""A played scenario for people and for programs: per step what was expected and what came."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowcase.scenarios.reading import Scenario
from flowcase.scenarios.running import StepReport, VariantReport


def lines(scenario: Scenario, variants: Sequence[VariantReport]) -> Iterator[str]:
    """Every variant with its steps; differences stand below their step with file and line."""
    for variant in variants:
        name = f"{scenario.id}" + (f" variant {variant.variant}" if variant.variant else "")
        yield f"{'PASS' if variant.passed else 'FAIL'}  {name}: {variant.title}"
        for report in variant.steps:
            step = report.step
            asked = sum(len(items) for part in (step.expect, step.expect_not) for items in part.values())
            mark = "!!" if report.differences else "ok"
            yield f"  {mark} {step.at.isoformat(timespec='minutes')} {_what(report)} ({asked} expected)"
            for difference in report.differences:
                yield f"     {scenario.file}:{step.line}: {difference.kind}: expected {difference.expected}"
                yield f"       but came: {difference.came}"


def _what(report: StepReport) -> str:
    step = report.step
    target = ".".join(step.arguments[key] for key in ("process", "element") if key in step.arguments)
    named = (
        target
        or step.arguments.get("notification")
        or step.arguments.get("name")
        or step.arguments.get("fact", "")
    )
    case = f" {step.arguments['case']}" if "case" in step.arguments else ""
    actor = f" as {step.actor}" if step.actor else ""
    return f"{step.do} {named}{case}{actor}".strip()


def data(variant: VariantReport) -> Mapping[str, Any]:
    """The same for programs."""
    return {
        "scenario": variant.scenario,
        "variant": variant.variant,
        "title": variant.title,
        "file": variant.file,
        "passed": variant.passed,
        "steps": [
            {
                "number": report.number,
                "id": report.step.id,
                "at": report.step.at.isoformat(),
                "do": report.step.do,
                "line": report.step.line,
                "passed": not report.differences,
                "differences": [
                    {"kind": one.kind, "expected": one.expected, "came": one.came}
                    for one in report.differences
                ],
            }
            for report in variant.steps
        ],
        "elements": {process: sorted(found) for process, found in variant.elements.items()},
        "flows": {process: sorted(found) for process, found in variant.flows.items()},
    }
