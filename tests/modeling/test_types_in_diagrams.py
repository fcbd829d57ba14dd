"""Types are followed from where a variable is set to where it is read."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from diagrams import diagram

from flowcase.bootstrap import known
from flowcase.modeling import Severity, check_bundle

TYPE_RULES = {
    "unlike-types", "condition-type", "timer-type", "collection-type", "decision-input", "handler-input",
}  # fmt: skip


def form(*components):
    return json.dumps({"id": "F-1", "type": "default", "components": list(components)}).encode()


def field(name, kind, **more):
    return {
        "type": kind, "key": name, "id": f"f_{name}", "label": name,
        "properties": {"target": f"variable:{name}", "label_en": name}, **more,
    }  # fmt: skip


FORM = form(
    field("modtaget", "datetime", subtype="date", dateLabel="Modtaget"),
    field("antal", "number"),
    field("haster", "checkbox"),
    field("kode", "select", values=[{"value": "ja", "label": "Ja"}, {"value": "nej", "label": "Nej"}]),
)
TABLE = (
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="dd" name="d" namespace="n">'
    b'<decision id="d_frist" name="Frist"><decisionTable hitPolicy="FIRST">'
    b'<input id="i1" label="Antal"><inputExpression typeRef="number">'
    b"<text>antal</text></inputExpression></input>"
    b'<output id="o1" name="dage" typeRef="number"/><output id="o2" name="til" typeRef="date"/>'
    b'<rule id="r"><inputEntry><text>-</text></inputEntry><outputEntry><text>3</text></outputEntry>'
    b'<outputEntry><text>date("2026-01-01")</text></outputEntry></rule>'
    b"</decisionTable></decision></definitions>"
)
RULES = b'id: LOV-X\nversion: "1"\nsettings:\n  hoejst: 20\n  tilstand: fronten\n'


def found(*inner, condition="true"):
    """What the type rules say of user task `u` with form F-1, then `inner` in a row, then a condition."""
    steps = [
        '<userTask id="u" name="U"><extensionElements><zeebe:userTask/>'
        '<zeebe:formDefinition formId="F-1"/></extensionElements></userTask>',
        *inner,
    ]
    ids = ["start", *(step.split('id="')[1].split('"')[0] for step in steps), "valg"]
    lines = ['<startEvent id="start"/>', *steps, '<exclusiveGateway id="valg" default="nej"/>']
    lines += [
        f'<sequenceFlow id="f{number}" sourceRef="{one}" targetRef="{other}"/>'
        for number, (one, other) in enumerate(pairwise(ids))
    ]
    lines += [
        '<sequenceFlow id="ja" sourceRef="valg" targetRef="slut"><conditionExpression>='
        f"{condition.replace('<', '&lt;')}</conditionExpression></sequenceFlow>",
        '<sequenceFlow id="nej" sourceRef="valg" targetRef="slut"/>',
        '<endEvent id="slut"/>',
    ]
    files = {
        "a.bpmn": diagram("\n".join(lines)),
        "F-1.form": FORM,
        "d.dmn": TABLE,
        "kode.dmn": TABLE.replace(b"d_frist", b"d_kode").replace(b"<text>antal", b"<text>kode"),
        "rulesets/x.yaml": RULES,
    }
    findings = check_bundle(files, known())
    return [(each.rule, each.element, each.severity.value) for each in findings if each.rule in TYPE_RULES]


@pytest.mark.parametrize(
    ("condition", "rule"),
    [
        ("modtaget < 14", "unlike-types"),
        ('"Den " + modtaget = kode', "unlike-types"),
        ("antal = kode", "unlike-types"),
        ("frist.T04 < antal", "unlike-types"),
        ("indstilling.hoejst = kode", "unlike-types"),
        ("antal", "condition-type"),
        ("kode", "condition-type"),
        ("modtaget", "condition-type"),
    ],
)
def test_a_condition_is_judged_by_the_types_of_the_form(condition, rule):
    assert found(condition=condition) == [(rule, "ja", "error")]


@pytest.mark.parametrize(
    "condition",
    [
        "modtaget < today()", "haster", "antal > indstilling.hoejst", "kode = indstilling.tilstand",
        "frist.T04 < now()", "ukendt", "ukendt < 3", "sag.aabnet < now()", "denne_frist.er_overskredet",
        "indstilling.findes_ikke",
    ],
)  # fmt: skip
def test_a_condition_that_fits_is_left_alone(condition):
    assert found(condition=condition) == []


def decision(name="svar"):
    return (
        f'<businessRuleTask id="t" name="T"><extensionElements><zeebe:calledDecision decisionId="d_frist" '
        f'resultVariable="{name}"/></extensionElements></businessRuleTask>'
    )


def script(expression, name, id="s"):
    return (
        f'<scriptTask id="{id}" name="S"><extensionElements><zeebe:script expression="={expression}" '
        f'resultVariable="{name}"/></extensionElements></scriptTask>'
    )


def test_the_outputs_of_a_table_have_its_types():
    assert found(decision(), condition="svar.dage > 2") == []
    assert found(decision(), condition="svar.til > 2") == [("unlike-types", "ja", "error")]


def test_a_table_that_is_handed_another_type_than_it_asks_for_is_found():
    handed = decision().replace("d_frist", "d_kode")

    assert found(decision()) == []  # asks for the number that the form gives
    assert found(handed) == [("decision-input", "t", "error")]
    assert found(script("&quot;ja&quot;", "antal"), handed) == [("decision-input", "t", "error")]
    assert found(script("3", "kode"), handed) == []  # set as text and as number: nothing is known of it


def test_a_variable_that_a_message_may_bring_too_only_warns():
    signal = '<signalEventDefinition id="sd" signalRef="sig"/>'
    event = f'<intermediateCatchEvent id="m">{signal}</intermediateCatchEvent>'

    assert found(event, condition="modtaget < 14") == [("unlike-types", "ja", "warning")]


def test_a_type_travels_through_scripts_and_mappings():
    one, two = script("modtaget", "dag", "s1"), script("dag + @&quot;P14D&quot;", "senest", "s2")

    assert found(one, two, condition="senest > today()") == []
    assert found(one, two, condition="senest > 14") == [("unlike-types", "ja", "error")]


@pytest.mark.parametrize(
    ("kind", "text", "count"),
    [
        ("timeDate", "=modtaget", 0),
        ("timeDate", "=antal", 1),
        ("timeDate", "=haster", 1),
        ("timeDate", "=frist.T04", 0),
        ("timeDate", "=now() - frist.T04", 1),
        ("timeDuration", "=frist.T04", 1),
        ("timeDuration", "=frist.T04 - now()", 0),
        ("timeDuration", "=ukendt", 0),
    ],
)
def test_a_timer_is_judged_by_what_its_expression_gives(kind, text, count):
    timer = (
        f'<intermediateCatchEvent id="v"><timerEventDefinition id="td"><{kind}>{text}</{kind}>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )

    assert found(timer) == [("timer-type", "v", "error")] * count


def handler(*inputs):
    mapped = "".join(f'<zeebe:input source="{source}" target="{target}"/>' for target, source in inputs)
    return (
        '<serviceTask id="h" name="H"><extensionElements><zeebe:taskDefinition type="frist.aabn"/>'
        f"<zeebe:ioMapping>{mapped}</zeebe:ioMapping></extensionElements></serviceTask>"
    )


def test_a_handler_gets_what_it_asks_for():
    assert found(handler(("frist", "T04"), ("start", "=modtaget"), ("nr", "=antal"))) == []
    assert found(handler(("frist", "T04"), ("start", "=modtaget"), ("nr", "=kode"))) == [
        ("handler-input", "h", "error")
    ]


def test_what_is_mapped_into_a_task_is_known_to_that_task_alone():
    opens = handler(("frist", "T04"), ("start", "=frist.T01"))  # an input named as a fact is

    assert found(opens, condition="frist.T04 < now()") == []
    assert found(opens, condition="frist.T04 < 14") == [("unlike-types", "ja", "error")]


def test_a_required_input_of_a_handler_is_mapped():
    assert found(handler(("frist", "T04"))) == [("handler-input", "h", "error")]


def test_shipped_diagrams_raise_no_alarm():
    from pathlib import Path

    from flowcase.modeling import check_paths

    findings = check_paths([Path(__file__).parents[2] / "processes"], known())

    assert [each for each in findings if each.rule in TYPE_RULES] == []
    assert not any(each.severity is Severity.ERROR for each in findings)
