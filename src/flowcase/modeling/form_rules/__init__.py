"""The rules for forms: one file each, in the manner of the rules for diagrams.

A rule has `check(form, report)` or `check(form, report, catalogue)` with `form` the located JSON of the file.
Its docstring becomes its page; its examples are lists of components.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flowcase.finding import Finding, Severity
from flowcase.modeling.form_json import Located
from flowcase.modeling.read_form import MAX_DEPTH
from flowcase.modeling.rule import MAX_FINDINGS_PER_RULE, Rule, collect_rules

LABELS = ("label", "dateLabel", "timeLabel")  # where a component says what is written above it


class FormReport:
    """Called by a rule for each defect of a form."""

    def __init__(self, file: str, rule: str, severity: Severity) -> None:
        self.file, self.rule, self.severity = file, rule, severity
        self.findings: list[Finding] = []

    def __call__(
        self, component: Located, message: str, remedy: str, *, severity: Severity | None = None
    ) -> None:
        if len(self.findings) >= MAX_FINDINGS_PER_RULE:
            return
        self.findings.append(
            Finding(
                rule=self.rule,
                severity=severity or self.severity,
                file=self.file,
                element=name_of(component) or None,
                element_name=_label_of(component) or None,
                line=component.line,
                message=message,
                remedy=remedy,
            )
        )


def load_form_rules() -> tuple[Rule, ...]:
    return collect_rules(__name__, __path__)


def name_of(component: Located) -> str:
    """What a reader calls a component: its key, its path, or its id."""
    for attribute in ("key", "path", "id"):
        if isinstance(component.get(attribute), str) and component[attribute].strip():
            return component[attribute].strip()
    return ""


def _label_of(component: Located) -> str:
    """What is written above it; a date has a label of its own."""
    labels = (component.get(name) for name in LABELS)
    return next((label for label in labels if isinstance(label, str) and label.strip()), "")


def components_of(form: Located) -> Iterator[tuple[Located, tuple[Located, ...]]]:
    """Every component with those around it, outermost first, in document order."""
    waiting: list[tuple[Any, tuple[Located, ...]]] = [(form.get("components"), ())]
    while waiting:
        components, around = waiting.pop(0)
        if not isinstance(components, list) or len(around) > MAX_DEPTH + 1:
            continue
        for component in components:
            if isinstance(component, Located):
                yield component, around
                if component.get("components"):
                    waiting.append((component["components"], (*around, component)))


def properties_of(component: Located) -> dict[str, str]:
    properties = component.get("properties")
    if not isinstance(properties, dict):
        return {}
    return {str(name): "" if value is None else str(value).strip() for name, value in properties.items()}
