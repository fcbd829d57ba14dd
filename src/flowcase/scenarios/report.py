"""A played scenario for people and for programs: per step what was expected and what came."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from flowcase.scenarios.coverage import Coverage
from flowcase.scenarios.running import StepReport, VariantReport
from flowcase.services.deploying.scenario_files import Scenario


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


def coverage_lines(found: Coverage, *, with_missing: bool = False) -> Iterator[str]:
    """How much of each diagram was gone through; `with_missing` names what was not, of every diagram."""
    rows = [
        (
            each.process,
            f"{each.elements.counted}/{len(each.elements.drawn)}",
            f"{each.flows.counted}/{len(each.flows.drawn)}",
            f"{math.floor(each.percent)} %",  # 100 % only when nothing is missing
        )
        for each in found.diagrams
        if each.is_reached or with_missing
    ]
    header = ("Diagram", "elements", "flows", "")
    if rows:
        widths = [max(len(row[n]) for row in (header, *rows)) for n in range(len(header))]
        for first, *others in (header, *rows):
            rest = "  ".join(cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
            yield f"{first.ljust(widths[0])}  {rest}".rstrip()
    for each in found.diagrams:
        for kind, part in (("element", each.elements), ("flow", each.flows)):
            if part.missing and with_missing:
                yield f"{each.process}: no scenario reaches {kind} {', '.join(part.missing)}"
            for exception in part.argued.values():
                yield f"{each.process}: {kind} {exception.id} argued ({exception.place}): {exception.why}"
    untouched = [each.process for each in found.diagrams if not each.is_reached]
    if untouched and not with_missing:
        yield f"Not entered: {', '.join(untouched)}"
    for exception, problem in found.stale:
        yield f"{exception.place}: this exception does not hold: {problem}"


def coverage_data(found: Coverage) -> Mapping[str, Any]:
    """The same for programs."""
    return {
        "diagrams": [
            {
                "process": each.process,
                "file": each.file,
                "percent": round(each.percent, 1),
                **{
                    kind: {
                        "drawn": len(part.drawn),
                        "reached": len(part.reached),
                        "argued": {id: exception.why for id, exception in part.argued.items()},
                        "missing": part.missing,
                    }
                    for kind, part in (("elements", each.elements), ("flows", each.flows))
                },
            }
            for each in found.diagrams
        ],
        "stale": [{"place": exception.place, "problem": problem} for exception, problem in found.stale],
    }


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
                "what": _what(report),
                **{
                    key: report.step.arguments[key]
                    for key in ("process", "element", "case", "notification", "name", "fact")
                    if key in report.step.arguments
                },
                **({"as": report.step.actor} if report.step.actor else {}),
                "line": report.step.line,
                "passed": not report.differences,
                "differences": [one.data for one in report.differences],
            }
            for report in variant.steps
        ],
        "elements": {process: sorted(found) for process, found in variant.elements.items()},
        "flows": {process: sorted(found) for process, found in variant.flows.items()},
        "rests_on": sorted(variant.rests_on),
    }
