"""The deploy check of one form file: every rule, all findings at once."""

from __future__ import annotations

from flowcase.errors import InvalidDefinition
from flowcase.finding import Finding
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.check_bpmn import sort_findings
from flowcase.modeling.form_json import parse_form_json
from flowcase.modeling.form_rules import FormReport, load_form_rules
from flowcase.modeling.read_form import read_form
from flowcase.modeling.rule import crash_finding


def check_form(content: bytes, file: str, catalogue: Catalogue | None = None) -> list[Finding]:
    """All findings in a form; never raises for bad input."""
    try:
        read_form(content, file)
        form = parse_form_json(content, file, is_checked=True)
    except InvalidDefinition as refusal:
        return list(refusal.findings)
    findings: list[Finding] = []
    for rule in load_form_rules():
        report = FormReport(file, rule.id, rule.severity)
        if not rule.run(form, report, catalogue):
            report.findings.append(crash_finding(rule.id, file))
        findings.extend(report.findings)
    return sort_findings(findings)
