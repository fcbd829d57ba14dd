"""Joins, loops and gateways: what the drawing lets happen."""

from __future__ import annotations

import pytest
from diagrams import diagram

from flowcase.modeling import check_bpmn


def flows(*pairs: str) -> str:
    """`a>b` draws a flow; `a>b?x` one with the condition `=x`."""
    lines = []
    for number, pair in enumerate(pairs):
        ends, _, condition = pair.partition("?")
        source, _, target = ends.partition(">")
        body = f"<conditionExpression>={condition}</conditionExpression>" if condition else ""
        lines.append(
            f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{body}</sequenceFlow>'
        )
    return "\n".join(lines)


def elements(**kinds: str) -> str:
    return "\n".join(f'<{kind} id="{name}"/>' for name, kind in kinds.items())


def rules_of(body: str) -> dict[str, set[str | None]]:
    found: dict[str, set[str | None]] = {}
    for finding in check_bpmn(diagram(body), "x.bpmn"):
        if finding.severity == "error":
            found.setdefault(finding.rule, set()).add(finding.element)
    return found


FORK = elements(
    start="startEvent",
    fork="parallelGateway",
    a="userTask",
    b="userTask",
    join="parallelGateway",
    slut="endEvent",
)


def test_a_fork_that_is_joined_is_sound():
    body = FORK + flows("start>fork", "fork>a", "fork>b", "a>join", "b>join", "join>slut")

    assert rules_of(body) == {}


def test_a_branch_of_a_fork_that_may_end_elsewhere_starves_the_join():
    body = (
        FORK
        + '<exclusiveGateway id="valg" default="f5"/><endEvent id="andet"/>'
        + flows(
            "start>fork", "fork>a", "fork>b", "a>join", "b>valg", "valg>join", "valg>andet?x", "join>slut"
        )
    )

    assert rules_of(body) == {"starving-join": {"join"}}


def test_a_branch_that_ends_everything_starves_nobody():
    body = (
        FORK
        + '<exclusiveGateway id="valg" default="f5"/>'
        + '<endEvent id="andet"><terminateEventDefinition id="t"/></endEvent>'
        + flows(
            "start>fork", "fork>a", "fork>b", "a>join", "b>valg", "valg>join", "valg>andet?x", "join>slut"
        )
    )

    assert rules_of(body) == {}


def test_an_interrupting_boundary_event_that_leaves_the_block_starves_the_join():
    body = (
        FORK
        + '<boundaryEvent id="tid" attachedToRef="a"><timerEventDefinition id="t">'
        + '<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="andet"/>'
        + flows("start>fork", "fork>a", "fork>b", "a>join", "b>join", "join>slut", "tid>andet")
    )

    assert rules_of(body) == {"starving-join": {"join"}}


def test_a_non_interrupting_boundary_event_beside_the_block_does_not():
    body = (
        FORK
        + '<boundaryEvent id="tid" attachedToRef="a" cancelActivity="false"><timerEventDefinition id="t">'
        + '<timeDuration>P1D</timeDuration></timerEventDefinition></boundaryEvent><endEvent id="andet"/>'
        + flows("start>fork", "fork>a", "fork>b", "a>join", "b>join", "join>slut", "tid>andet")
    )

    assert rules_of(body) == {}


def test_two_start_events_cannot_feed_one_join():
    body = (
        '<message id="m" name="besked"/>\n'
        + elements(s1="startEvent", join="parallelGateway", slut="endEvent")
        + '<startEvent id="s2"><messageEventDefinition id="d" messageRef="m"/></startEvent>'
        + flows("s1>join", "s2>join", "join>slut")
    )

    assert rules_of(body) == {"starving-join": {"join"}}


def test_a_fork_and_join_inside_a_loop_is_sound():
    body = (
        FORK
        + elements(saml="exclusiveGateway")
        + '<exclusiveGateway id="valg" default="f7"/>'
        + flows(
            "start>saml",
            "saml>fork",
            "fork>a",
            "fork>b",
            "a>join",
            "b>join",
            "join>valg",
            "valg>slut",
            "valg>saml?igen",
        )
    )

    assert rules_of(body) == {}


def test_an_inclusive_split_is_joined_by_an_inclusive_gateway_but_not_by_a_parallel_one():
    def body(kind: str) -> str:
        return (
            elements(start="startEvent", a="userTask", b="userTask", join=kind, slut="endEvent")
            + '<inclusiveGateway id="valg" default="f1"/>'
            + flows("start>valg", "valg>a", "valg>b?x", "a>join", "b>join", "join>slut")
        )

    assert rules_of(body("inclusiveGateway")) == {}
    assert rules_of(body("parallelGateway")) == {"starving-join": {"join"}}


def test_a_loop_with_a_counter_ends():
    script = (
        '<scriptTask id="taeller"><extensionElements>'
        '<zeebe:script expression="=n + 1" resultVariable="n"/></extensionElements></scriptTask>'
    )
    body = (
        elements(start="startEvent", saml="exclusiveGateway", slut="endEvent")
        + script
        + '<exclusiveGateway id="valg" default="f4"/>'
        + flows("start>saml", "saml>taeller", "taeller>valg", "valg>slut?n > 3000", "valg>saml")
    )

    assert rules_of(body) == {}


def test_a_loop_that_no_flow_leaves_never_ends():
    body = elements(start="startEvent", saml="exclusiveGateway", a="task", slut="endEvent") + flows(
        "start>saml", "saml>a", "a>saml"
    )

    assert rules_of(body)["endless-loop"] == {"a"}


def test_a_loop_whose_only_way_out_is_another_branch_of_a_fork_never_ends():
    body = elements(
        start="startEvent", saml="exclusiveGateway", fork="parallelGateway", slut="endEvent"
    ) + flows("start>saml", "saml>fork", "fork>slut", "fork>saml")

    assert "endless-loop" in rules_of(body)


def test_a_retry_after_an_error_may_end_by_success():
    service = (
        '<serviceTask id="a">'
        '<extensionElements><zeebe:taskDefinition type="x"/></extensionElements></serviceTask>'
        '<boundaryEvent id="fejl" attachedToRef="a"><errorEventDefinition id="d"/></boundaryEvent>'
    )
    body = (
        elements(start="startEvent", saml="exclusiveGateway", slut="endEvent")
        + service
        + flows("start>saml", "saml>a", "a>slut", "fejl>saml")
    )

    assert rules_of(body) == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("akut", "not(akut)"),
        ("akut = true", "akut = false"),
        ("akut", "akut = false"),
        ("antal &gt; 5", "antal &lt;= 5"),
        ("antal&lt;5", "antal >= 5"),
        ('udfald = "a b"', 'udfald != "a b"'),
        ("true", "akut"),
    ],
)
def test_opposite_conditions_need_no_default(first, second):
    body = elements(start="startEvent", valg="exclusiveGateway", a="endEvent", b="endEvent") + flows(
        "start>valg", f"valg>a?{first}", f"valg>b?{second}"
    )

    assert rules_of(body) == {}


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("akut", "farlig"),
        ("antal &gt; 5", "antal &lt; 5"),
        ('udfald = "a b"', 'udfald != "ab"'),
        ("a and b", "not(a)"),
        ("antal &gt; 5", "anden &lt;= 5"),
    ],
)
def test_conditions_that_may_all_fail_need_a_default(first, second):
    body = elements(start="startEvent", valg="exclusiveGateway", a="endEvent", b="endEvent") + flows(
        "start>valg", f"valg>a?{first}", f"valg>b?{second}"
    )

    assert rules_of(body) == {"gateway-default": {"valg"}}


def test_a_task_that_two_branches_of_a_fork_lead_to_runs_twice():
    body = elements(
        start="startEvent", fork="parallelGateway", a="userTask", b="userTask", c="userTask", slut="endEvent"
    ) + flows("start>fork", "fork>a", "fork>b", "a>c", "b>c", "c>slut")

    warnings = {(f.rule, f.element) for f in check_bpmn(diagram(body), "x.bpmn") if f.rule == "double-run"}

    assert rules_of(body) == {}
    assert warnings == {("double-run", "c")}


def test_the_ways_of_one_token_that_come_together_again_are_no_double_run():
    body = (
        FORK
        + '<exclusiveGateway id="valg" default="f3"/><exclusiveGateway id="saml"/>'
        + flows("start>fork", "fork>valg", "fork>b", "valg>a", "valg>saml?x", "a>saml", "saml>join", "b>join")
        + '<sequenceFlow id="g" sourceRef="join" targetRef="slut"/>'
    )

    assert "double-run" not in {f.rule for f in check_bpmn(diagram(body), "x.bpmn")}
