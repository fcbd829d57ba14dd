"""The rules of the deploy check: one file each, found by themselves, run one after the other.

A rule is a module whose file name is its id (`dead_end.py` is rule `dead-end`). It has

* a docstring, from which its page under docs/rules/ is made: a title, reasons, then the blocks
  `Wrong (element id)::` and `Right::` with a small diagram each, which a test checks as well;
* `check(document, report)`, or `check(document, report, catalogue)` for one that follows references;
* `SEVERITY`, if it only warns; `BLOCKS_READING = True`, if without it no definition can be made.

It is a pure function. A rule that crashes is itself a finding, and the others still run.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from flowcase.modeling.document import Document
from flowcase.modeling.finding import Finding, Severity
from flowcase.modeling.report import Report

CRASHED = "rule-crashed"


@dataclass(frozen=True)
class Rule:
    """One rule and what its module says of it."""

    id: str
    check: Callable[..., None]
    severity: Severity
    blocks_reading: bool
    wants_catalogue: bool
    documentation: str


@cache
def load_rules() -> tuple[Rule, ...]:
    """Every rule of this package for BPMN files, by id."""
    found = []
    for info in pkgutil.iter_modules(__path__):
        module = importlib.import_module(f"{__name__}.{info.name}")
        if not hasattr(module, "check"):
            continue
        found.append(
            Rule(
                id=info.name.replace("_", "-"),
                check=module.check,
                severity=getattr(module, "SEVERITY", Severity.ERROR),
                blocks_reading=getattr(module, "BLOCKS_READING", False),
                wants_catalogue=len(inspect.signature(module.check).parameters) == 3,
                documentation=inspect.getdoc(module) or "",
            )
        )
    return tuple(sorted(found, key=lambda rule: rule.id))


def run_rule(rule: Rule, document: Document, catalogue: object | None = None) -> list[Finding]:
    """The findings of one rule. Nothing that it raises gets out."""
    report = Report(document, rule.id, rule.severity)
    try:
        if not rule.wants_catalogue:
            rule.check(document, report)
        elif catalogue is not None:
            rule.check(document, report, catalogue)
    except Exception as error:
        report.findings.append(
            Finding(
                rule=CRASHED,
                severity=Severity.ERROR,
                file=document.file,
                element=None,
                element_name=None,
                line=None,
                message=f"The rule '{rule.id}' could not judge this file ({type(error).__name__}).",
                remedy="Report the file to whoever maintains flowcase; it cannot be deployed unjudged.",
            )
        )
    return report.findings


def findings_that_block_reading(document: Document) -> list[Finding]:
    """What makes it impossible to read a definition from the file."""
    findings = [
        finding for rule in load_rules() if rule.blocks_reading for finding in run_rule(rule, document)
    ]
    return [finding for finding in findings if finding.severity is Severity.ERROR]
