"""Extension elements and properties: what has a meaning here, what is told, what is refused."""

from __future__ import annotations

import pytest
from diagrams import diagram, in_a_row

from flowcase.modeling import check_bpmn
from flowcase.modeling.catalogue import Catalogue
from flowcase.modeling.rules import load_rules
from flowcase.modeling.variables import FACTS
from flowcase.services.casework.case_facts import NAMES


def findings_of(body: str) -> set[tuple[str, str]]:
    """Rule and severity of what the check finds, without layout and unknown variables."""
    return {
        (finding.rule, str(finding.severity))
        for finding in check_bpmn(diagram(body), "x.bpmn")
        if not finding.rule.startswith("layout") and finding.rule != "unknown-variable"
    }


def at(element: str, extension: str, rest: str = "") -> str:
    return in_a_row(f"<{element} ID><extensionElements>{extension}</extensionElements>{rest}</{element}>")


STARTABLE = (
    '<startEvent id="start"><extensionElements><zeebe:properties>'
    '<zeebe:property name="{name}" value="{value}"/>'
    "</zeebe:properties></extensionElements></startEvent>"
    '<sequenceFlow id="f" sourceRef="start" targetRef="slut"/><endEvent id="slut"/>'
)
TASK = '<zeebe:taskDefinition type="x"/>'
ACCEPTED = {
    "a priority of jobs": at("serviceTask", TASK + '<zeebe:jobPriorityDefinition priority="=1 + 1"/>'),
    "headers of a job": at(
        "serviceTask", TASK + '<zeebe:taskHeaders><zeebe:header key="a" value="b"/></zeebe:taskHeaders>'
    ),
    "static and computed mappings": at(
        "serviceTask",
        TASK + '<zeebe:ioMapping><zeebe:input source="GET" target="metode"/>'
        '<zeebe:output source="=svar" target="a.b"/>'
        "</zeebe:ioMapping>",
    ),
    "a computed job type": at("serviceTask", '<zeebe:taskDefinition type="=min_type" retries="=3"/>'),
    "foreign properties": at(
        "userTask", '<zeebe:properties><zeebe:property name="noget" value="1"/></zeebe:properties>'
    ),
    "an assignment": at(
        "userTask", '<zeebe:assignmentDefinition assignee="=sag.sagsbehandler" candidateGroups="a, b"/>'
    ),
    "a template": in_a_row(
        '<serviceTask ID zeebe:modelerTemplate="t" zeebe:modelerTemplateVersion="1">'
        f"<extensionElements>{TASK}</extensionElements></serviceTask>"
    ),
    "a job at a business rule task": at("businessRuleTask", TASK),
    "who may start a process by hand": STARTABLE.format(name="flowcase.starters", value="fronten ppr"),
    "a process that starts outside of a case": STARTABLE.format(name="flowcase.case", value="none"),
    "a process called the standard way": in_a_row('<callActivity ID calledElement="underretning"/>'),
}


@pytest.mark.parametrize("body", ACCEPTED.values(), ids=ACCEPTED.keys())
def test_what_has_a_meaning_is_accepted(body):
    assert findings_of(body) == set()


TOLD = {
    "headers of a user task": at(
        "userTask", '<zeebe:taskHeaders><zeebe:header key="a" value="b"/></zeebe:taskHeaders>'
    ),
    "a form binding": at("userTask", '<zeebe:formDefinition formId="F" bindingType="deployment"/>'),
    "a business id": at("callActivity", '<zeebe:calledElement processId="b" businessId="=1"/>'),
    "a message's own element": '<message id="m" name="b"/>\n'
    + at(
        "intermediateThrowEvent",
        '<zeebe:publishMessage correlationKey="=1"/>',
        '<messageEventDefinition id="d" messageRef="m"/>',
    ),
}


@pytest.mark.parametrize("body", TOLD.values(), ids=TOLD.keys())
def test_what_has_no_meaning_is_told(body):
    assert findings_of(body) == {("zeebe-extension", "warning")}


REFUSED = {
    "execution listeners": (
        at(
            "userTask",
            '<zeebe:executionListeners><zeebe:executionListener eventType="start" type="a"/>'
            "</zeebe:executionListeners>",
        ),
        "zeebe-extension",
    ),
    "linked resources": (at("serviceTask", TASK + "<zeebe:linkedResources/>"), "zeebe-extension"),
    "an unknown extension": (at("userTask", "<zeebe:magic/>"), "zeebe-extension"),
    "an unknown field": (at("userTask", '<zeebe:assignmentDefinition asignee="x"/>'), "zeebe-extension"),
    "an extension in a wrong place": (at("userTask", TASK), "zeebe-extension"),
    "two of a kind": (at("serviceTask", TASK + TASK), "zeebe-extension"),
    "two implementations": (
        at("scriptTask", TASK + '<zeebe:script expression="=1" resultVariable="a"/>'),
        "zeebe-extension",
    ),
    "an unknown binding": (
        at("callActivity", '<zeebe:calledElement processId="b" bindingType="newest"/>'),
        "zeebe-extension",
    ),
    "a tag without a name": (
        at("callActivity", '<zeebe:calledElement processId="b" bindingType="versionTag"/>'),
        "zeebe-extension",
    ),
    "an embedded form": (at("userTask", '<zeebe:formDefinition formKey="a"/>'), "form-binding"),
    "a form of another system": (
        at("userTask", '<zeebe:formDefinition externalReference="a"/>'),
        "form-binding",
    ),
    "a misspelt property": (
        at(
            "userTask",
            '<zeebe:properties><zeebe:property name="flowcase.gates" value="a"/></zeebe:properties>',
        ),
        "flowcase-property",
    ),
    "a property in a wrong place": (
        at(
            "userTask",
            '<zeebe:properties><zeebe:property name="flowcase.catchUp" value="all"/></zeebe:properties>',
        ),
        "flowcase-property",
    ),
    "starters at a user task": (
        at(
            "userTask",
            '<zeebe:properties><zeebe:property name="flowcase.starters" value="ppr"/></zeebe:properties>',
        ),
        "flowcase-property",
    ),
    "starters at a timer start": (
        STARTABLE.format(name="flowcase.starters", value="ppr").replace(
            "</startEvent>",
            '<timerEventDefinition id="t"><timeCycle>R/P1D</timeCycle></timerEventDefinition></startEvent>',
        ),
        "flowcase-property",
    ),
    "a case neither needed nor not": (
        STARTABLE.format(name="flowcase.case", value="perhaps"),
        "flowcase-property",
    ),
    "another spelling of the prefix": (
        at(
            "userTask",
            '<zeebe:properties><zeebe:property name="Flowcase.gate" value="a"/></zeebe:properties>',
        ),
        "flowcase-property",
    ),
    "a Java class": (in_a_row('<serviceTask ID camunda:class="a.B"/>'), "vendor-extension"),
    "a form of Camunda 7": (in_a_row('<userTask ID camunda:formKey="embedded:a"/>'), "vendor-extension"),
    "an assignee of Camunda 7": (in_a_row('<userTask ID camunda:assignee="demo"/>'), "vendor-extension"),
    "a listener of Camunda 7": (
        at("userTask", '<camunda:taskListener event="create" class="a.B"/>'),
        "vendor-extension",
    ),
    "a script of another language": (
        in_a_row('<scriptTask ID scriptFormat="python"><script>1</script></scriptTask>'),
        "task-implementation",
    ),
}


@pytest.mark.parametrize(("body", "rule"), REFUSED.values(), ids=REFUSED.keys())
def test_what_would_change_the_run_is_refused(body, rule):
    assert (rule, "error") in findings_of(body)


@pytest.mark.parametrize("name", ["historyTimeToLive", "versionTag"])
def test_what_other_engines_keep_for_themselves_is_left_alone(name):
    body = (
        f'<process id="p" isExecutable="true" camunda:{name}="180">\n{in_a_row("<userTask ID/>")}\n</process>'
    )

    assert findings_of(body) == set()


def test_a_crashed_rule_is_a_finding_and_the_others_still_run(monkeypatch):
    def crash(document, report):
        raise ZeroDivisionError

    crashing = next(rule for rule in load_rules() if rule.id == "dead-end")
    monkeypatch.setitem(vars(crashing), "check", crash)

    found = findings_of(in_a_row("<complexGateway ID/>"))

    assert {("rule-crashed", "error"), ("complex-gateway", "error")} <= found


def test_the_check_knows_every_fact_that_a_diagram_can_read():
    assert set(NAMES) <= FACTS


def test_a_group_that_may_start_a_process_exists():
    body = STARTABLE.format(name="flowcase.starters", value="fronten frontten")

    findings = check_bpmn(diagram(body), "x.bpmn", Catalogue(groups={"fronten"}))

    found = [finding for finding in findings if finding.rule == "candidate-group"]
    assert [(each.element, each.message) for each in found] == [("start", "There is no group 'frontten'.")]
    assert "Did you mean 'fronten'?" in found[0].remedy
