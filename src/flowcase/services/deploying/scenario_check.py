"""The deploy check of scenarios: a story must be readable, and what it names should be in force."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from flowcase.modeling import Finding, Severity
from flowcase.modeling.check_bundle import kind_of
from flowcase.services.deploying.scenario_files import Scenario, ScenarioError, read_text

FILE, REFERENCE = "scenario-file", "scenario-reference"

Elements = Callable[[str], Collection[str] | None]  # of a process; None for one that there is not


def check_scenarios(files: Mapping[str, bytes], elements: Elements) -> list[Finding]:
    """Findings about the stories of a bundle, each at its line."""
    findings: list[Finding] = []
    for path, content in sorted(files.items()):
        if kind_of(path) != "scenario":
            continue
        try:
            findings += _unknown(read_text(content, path), elements)
        except ScenarioError as error:
            findings += [
                _finding(
                    path,
                    line,
                    said,
                    Severity.ERROR,
                    FILE,
                    "Correct the story; docs/scenarios.md is the format.",
                )
                for line, said in error.problems
            ]
    return findings


def _unknown(story: Scenario, elements: Elements) -> Iterator[Finding]:
    """Processes and elements that steps name and that are not in force; a draft may bring them."""
    seen = set()
    for variant in story.variants:
        for step in variant.steps:
            process, element = step.arguments.get("process"), step.arguments.get("element")
            if not process or step.line in seen:
                continue
            seen.add(step.line)
            known = elements(process)
            if known is None:
                said = f"The process '{process}' is not in force."
            elif element and element not in known:
                said = f"The process '{process}' has no element '{element}'."
            else:
                continue
            remedy = "Correct the name, or deploy the diagram that has it."
            yield _finding(story.file, step.line, said, Severity.WARNING, REFERENCE, remedy)


def _finding(file: str, line: int, message: str, severity: Severity, rule: str, remedy: str) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        file=file,
        element=None,
        element_name=None,
        line=line,
        message=message,
        remedy=remedy,
    )
