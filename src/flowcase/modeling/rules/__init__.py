"""The rules of the deploy check: one file each, found by themselves, run one after the other.

A rule is a module whose file name is its id (`dead_end.py` is rule `dead-end`). It has

* a docstring, from which its page under docs/rules/ is made: a title, reasons, then the blocks
  `Wrong (element id)::` and `Right::` with a small diagram each, which a test checks as well;
* `check(document, report)`, or `check(document, report, catalogue)` for one that follows references;
* `SEVERITY`, if it only warns; `BLOCKS_READING = True`, if without it no definition can be made.

It is a pure function. A rule that crashes is itself a finding, and the others still run.
"""

from __future__ import annotations

from flowcase.finding import Finding, Severity
from flowcase.modeling.document import Document
from flowcase.modeling.report import Report
from flowcase.modeling.rule import Rule, collect_rules, crash_finding

SIZE_LIMIT = "size-limit"


def load_rules() -> tuple[Rule, ...]:
    """Every rule of this package for BPMN files, by id."""
    return collect_rules(__name__, __path__)


def run_rule(rule: Rule, document: Document, catalogue: object | None = None) -> list[Finding]:
    """The findings of one rule; that it crashed is one of them."""
    report = Report(document, rule.id, rule.severity)
    if not rule.run(document, report, catalogue):
        report.findings.append(crash_finding(rule.id, document.file))
    return report.findings


def findings_that_block_reading(document: Document) -> list[Finding]:
    """What makes it impossible to read a definition from the file."""
    blocking = [rule for rule in load_rules() if rule.blocks_reading]
    blocking.sort(key=lambda rule: rule.id != SIZE_LIMIT)
    found: list[Finding] = []
    for rule in blocking:
        found += [f for f in run_rule(rule, document) if f.severity is Severity.ERROR]
        if found and rule.id == SIZE_LIMIT:
            break  # the rest would take longer than anybody waits
    return found
