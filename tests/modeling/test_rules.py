"""Every rule refuses the wrong diagram of its page, at its element and line, and takes the right one."""

from __future__ import annotations

import pytest
from diagrams import diagram, examples

from flowcase.feel import compile_expression
from flowcase.feel.types import NUMBER, STRING
from flowcase.modeling import Severity, check_bpmn
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.rules import load_rules
from flowcase.modeling.signatures import Asked, DecisionSignature, HandlerSignature

CATALOGUE = Catalogue(
    job_types={"kvittering.send"},
    handler_types={
        "kvittering.send": HandlerSignature(
            {"antal": NUMBER, "modtager": STRING}, frozenset({"antal", "modtager"}), {}
        )
    },
    forms={"F-A1"},
    decisions={"d_frist", "d_alder"},
    decision_types={
        "d_alder": DecisionSignature(STRING, (Asked("Alder", compile_expression("alder"), NUMBER),))
    },
    processes={"underretning"},
    groups={"frontpersonale"},
    rule_sets={"LOV-BL"},
    templates={"flowcase.kvittering.send"},
)


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_the_wrong_diagram_of_a_rule_is_found_at_its_element_and_line(rule):
    wrong, _ = examples(rule.documentation)
    content = diagram(wrong.body)

    findings = [f for f in check_bpmn(content, "wrong.bpmn", CATALOGUE) if f.rule == rule.id]

    assert findings, f"{rule.id} found nothing"
    assert wrong.element in {finding.element or "" for finding in findings}
    if wrong.element:
        lines = content.decode().splitlines()
        finding = next(f for f in findings if f.element == wrong.element)
        assert finding.line is not None
        block = "\n".join(lines[max(0, finding.line - 4) : finding.line + 4])
        assert f'"{wrong.element}"' in block
    assert all(finding.message.endswith((".", "?")) and finding.remedy.endswith(".") for finding in findings)


def test_a_flow_without_a_name_is_called_by_where_it_leads():
    content = diagram("""
        <startEvent id="start"/>
        <sequenceFlow id="f1" sourceRef="start" targetRef="valg"/>
        <exclusiveGateway id="valg" name="Er barnet&#10;fyldt 15?"/>
        <sequenceFlow id="f2" sourceRef="valg" targetRef="slut1"/>
        <sequenceFlow id="f3" sourceRef="valg" targetRef="slut2" name="Ja"/>
        <endEvent id="slut1"/>
        <endEvent id="slut2"/>
    """)

    findings = [each for each in check_bpmn(content, "a.bpmn", CATALOGUE) if each.rule == "branch-condition"]

    assert {each.element: each.element_name for each in findings} == {
        "f2": "Er barnet fyldt 15? → slut1",
        "f3": "Ja",
    }
    assert "'Er barnet fyldt 15?'" in findings[0].message


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_the_right_diagram_of_a_rule_is_accepted(rule):
    _, right = examples(rule.documentation)

    findings = check_bpmn(diagram(right.body), "right.bpmn", CATALOGUE)

    assert [f for f in findings if f.severity is Severity.ERROR or f.rule == rule.id] == []
