"""The deploy check of one BPMN file: every rule, all findings at once."""

from __future__ import annotations

from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding, Severity
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.document import Document, read_document
from flowcase.modeling.rules import SIZE_LIMIT, load_rules, run_rule


def check_bpmn(
    content: bytes, file: str, catalogue: Catalogue | None = None, document: Document | None = None
) -> list[Finding]:
    """All findings in a file, errors and warnings by line; never raises for bad input.

    Without a catalogue, references to forms, decisions, handlers and other files are not followed.
    `document` is the same file, where it has been read.
    """
    try:
        document = document or read_document(content, file)
    except InvalidDefinition as refusal:
        return list(refusal.findings)
    rules = {rule.id: rule for rule in load_rules()}
    too_large = run_rule(rules[SIZE_LIMIT], document)
    if too_large:
        return sort_findings(too_large)  # judging it would take longer than anybody waits
    findings = [finding for rule in rules.values() for finding in run_rule(rule, document, catalogue)]
    return sort_findings(findings)


def sort_findings(findings: list[Finding]) -> list[Finding]:
    """By file and line, errors first within a line; equal findings once."""
    return sorted(
        dict.fromkeys(findings),
        key=lambda f: (
            f.file,
            f.line or 0,
            f.severity is not Severity.ERROR,
            f.rule,
            f.element or "",
            f.message,
        ),
    )
