"""What the reader makes of constructs, scopes and references."""

from __future__ import annotations

import pytest
from diagrams import diagram, in_a_row

from flowcase.errors import InvalidDefinition
from flowcase.modeling import check_bpmn, read_bpmn
from flowcase.modeling.definition import (
    CatchUp,
    ElementKind,
    MessageEvent,
    SignalEvent,
    StandardLoop,
    TerminateEvent,
)


def read(body: str):
    (process,) = read_bpmn(diagram(body), "x.bpmn").processes
    return process


def test_the_same_content_is_read_once_and_refused_each_time():
    content, broken = diagram(in_a_row("<userTask ID/>")), b"<definitions>"

    assert read_bpmn(content, "x.bpmn") is read_bpmn(bytes(bytearray(content)), "x.bpmn")
    assert read_bpmn(content, "y.bpmn").processes[0].file == "y.bpmn"
    for _ in range(2):
        with pytest.raises(InvalidDefinition):
            read_bpmn(broken, "x.bpmn")


def test_elements_know_their_scope_their_flows_and_their_line():
    process = read(
        in_a_row(
            '<subProcess ID><startEvent id="s"/><sequenceFlow id="g" sourceRef="s" targetRef="e"/>'
            '<endEvent id="e"><terminateEventDefinition id="t"/></endEvent></subProcess>'
        )
    )

    assert process.elements["n1"].kind is ElementKind.SUB_PROCESS
    assert process.elements["e"].parent == "n1"
    assert process.elements["e"].event == TerminateEvent()
    assert [element.id for element in process.children("n1")] == ["s", "e"]
    assert (process.elements["n1"].incoming, process.elements["n1"].outgoing) == (("f0",), ("f1",))
    assert process.elements["start"].line == 4


def test_an_event_sub_process_has_a_kind_of_its_own_and_its_start_says_whether_it_interrupts():
    process = read(
        '<signal id="s" name="ny"/>\n'
        + in_a_row("<userTask ID/>")
        + '<subProcess id="sideloeb" triggeredByEvent="true"><startEvent id="ved" isInterrupting="false">'
        '<signalEventDefinition id="d" signalRef="s"/></startEvent>'
        '<sequenceFlow id="g" sourceRef="ved" targetRef="e"/><endEvent id="e"/></subProcess>'
    )

    assert process.elements["sideloeb"].kind is ElementKind.EVENT_SUB_PROCESS
    assert not process.elements["ved"].is_interrupting
    assert process.elements["ved"].event.name.text == "ny"


@pytest.mark.parametrize("at", ["event", "signal"])
def test_a_signal_is_global_when_its_event_or_the_signal_itself_says_so(at):
    properties = (
        "<extensionElements><zeebe:properties>"
        '<zeebe:property name="flowcase.scope" value="global"/></zeebe:properties></extensionElements>'
    )
    process = read(
        f'<signal id="s" name="skift">{properties if at == "signal" else ""}</signal>\n'
        + in_a_row(
            f"<intermediateThrowEvent ID>{properties if at == 'event' else ''}"
            '<signalEventDefinition id="d" signalRef="s"/></intermediateThrowEvent>'
        )
    )

    event = process.elements["n1"].event
    assert isinstance(event, SignalEvent)
    assert event.is_global


def test_a_task_without_a_type_passes_like_a_manual_task():
    process = read(in_a_row("<task ID/>", "<manualTask ID/>"))

    assert {process.elements[name].kind for name in ("n1", "n2")} == {ElementKind.MANUAL_TASK}


@pytest.mark.parametrize(
    "extension",
    [
        '<zeebe:publishMessage correlationKey="=sag_id" timeToLive="PT0S" messageId="=nr"/>',
        '<zeebe:properties><zeebe:property name="flowcase.correlationKey" value="=sag_id"/>'
        '<zeebe:property name="flowcase.timeToLive" value="PT0S"/>'
        '<zeebe:property name="flowcase.messageId" value="=nr"/></zeebe:properties>',
    ],
)
def test_a_thrown_message_says_whom_it_reaches_and_how_long_it_waits(extension):
    process = read(
        '<message id="m" name="til_familieteam"/>\n'
        + in_a_row(
            f"<intermediateThrowEvent ID><extensionElements>{extension}</extensionElements>"
            '<messageEventDefinition id="d" messageRef="m"/></intermediateThrowEvent>'
        )
    )

    event = process.elements["n1"].event
    assert isinstance(event, MessageEvent)
    assert (event.name.text, event.correlation_key.text) == ("til_familieteam", "sag_id")
    assert (event.time_to_live.text, event.time_to_live.is_static) == ("PT0S", True)
    assert event.message_id.text == "nr"


def test_a_message_start_event_of_a_process_has_no_correlation_key():
    process = read(
        '<message id="m" name="x"><extensionElements><zeebe:subscription correlationKey="=a"/>'
        "</extensionElements></message>\n"
        '<startEvent id="start"><messageEventDefinition id="d" messageRef="m"/></startEvent>'
        '<sequenceFlow id="f" sourceRef="start" targetRef="slut"/><endEvent id="slut"/>'
    )

    assert process.elements["start"].event.correlation_key is None


def test_a_message_event_with_a_job_type_is_a_job():
    process = read(
        in_a_row(
            "<intermediateThrowEvent ID>"
            '<extensionElements><zeebe:taskDefinition type="send"/></extensionElements>'
            '<messageEventDefinition id="d"/></intermediateThrowEvent>'
        )
    )

    assert process.elements["n1"].event is None
    assert process.elements["n1"].job.type.text == "send"
    assert process.elements["n1"].job.retries.text == "3"


def test_one_shot_timers_catch_up_all_and_cycles_once():
    process = read(
        in_a_row("<userTask ID/>")
        + "".join(
            f'<boundaryEvent id="b{kind}" attachedToRef="n1" cancelActivity="false">'
            f'<timerEventDefinition id="t{kind}">'
            f"<{kind}>{text}</{kind}></timerEventDefinition></boundaryEvent>"
            f'<sequenceFlow id="g{kind}" sourceRef="b{kind}" targetRef="slut"/>'
            for kind, text in (("timeDate", "=frist.T04"), ("timeDuration", "PT1H"), ("timeCycle", "R/P1D"))
        )
    )

    assert process.elements["btimeDate"].event.catch_up is CatchUp.ALL
    assert process.elements["btimeDuration"].event.catch_up is CatchUp.ALL
    assert process.elements["btimeCycle"].event.catch_up is CatchUp.ONCE


def test_a_standard_loop_keeps_its_condition_and_maximum():
    process = read(
        in_a_row(
            '<userTask ID><standardLoopCharacteristics loopMaximum="3" testBefore="true">'
            "<loopCondition>=igen</loopCondition></standardLoopCharacteristics></userTask>"
        )
    )

    loop = process.elements["n1"].loop
    assert isinstance(loop, StandardLoop)
    assert (loop.condition.text, loop.test_before, loop.maximum) == ("igen", True, 3)


def test_the_innermost_lane_counts():
    process = read(
        '<laneSet id="ls"><lane id="ydre" name="Kommunen"><flowNodeRef>n1</flowNodeRef><childLaneSet id="cs">'
        '<lane id="indre" name="Frontpersonale"><flowNodeRef>n1</flowNodeRef></lane>'
        "</childLaneSet></lane></laneSet>" + in_a_row("<userTask ID/>")
    )

    assert process.elements["n1"].lane == "Frontpersonale"


def test_several_processes_of_a_file_are_read_and_drawings_left_out():
    def process(name: str, executable: str) -> str:
        return (
            f'<process id="{name}"{executable}><startEvent id="{name}_s"/>'
            f'<sequenceFlow id="{name}_f" sourceRef="{name}_s" targetRef="{name}_e"/>'
            f'<endEvent id="{name}_e"/></process>'
        )

    file = read_bpmn(
        diagram(
            "\n".join(
                [process("a", ' isExecutable="true"'), process("b", ""), process("c", ' isExecutable="1"')]
            )
        ),
        "x.bpmn",
    )

    assert [found.id for found in file.processes] == ["a", "c"]
    assert file.process("c").elements["c_s"].outgoing == ("c_f",)
    with pytest.raises(KeyError):
        file.process("b")


def test_a_prefix_before_a_reference_says_nothing():
    process = read(
        '<error id="e" name="Fejl" errorCode="x"/>\n'
        '<startEvent id="start"/><sequenceFlow id="f" sourceRef="start" targetRef="slut"/>'
        '<endEvent id="slut"><errorEventDefinition id="d" errorRef="tns:e"/></endEvent>'
    )

    assert process.elements["slut"].event.code == "x"


def test_the_content_hash_is_that_of_the_bytes():
    content = diagram(in_a_row("<userTask ID/>"))

    assert read_bpmn(content, "a").content_hash == read_bpmn(content, "b").content_hash
    assert read_bpmn(content + b"\n", "a").content_hash != read_bpmn(content, "a").content_hash


def test_what_cannot_be_read_truthfully_is_refused_with_all_its_reasons():
    body = in_a_row(
        "<complexGateway ID/>",
        '<intermediateThrowEvent ID><linkEventDefinition id="l" name="A"/></intermediateThrowEvent>',
    )

    with pytest.raises(InvalidDefinition) as refusal:
        read(body)

    assert {finding.rule for finding in refusal.value.findings} == {"complex-gateway", "link-event"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "iso-8859-1"])
def test_an_element_whose_tag_runs_over_several_lines_is_found_at_the_first(encoding):
    text = diagram(
        in_a_row('<userTask ID\n   name="Vurdér"\n>\n<documentation>x</documentation></userTask>')
    ).decode()
    content = f'<?xml version="1.0" encoding="{encoding}"?>\n{text}'.encode(encoding)

    (process,) = read_bpmn(content, "x.bpmn").processes

    lines = content.decode(encoding).splitlines()
    assert 'id="n1"' in lines[process.elements["n1"].line - 1]
    assert 'id="slut"' in lines[process.elements["slut"].line - 1]


@pytest.mark.parametrize(
    ("name", "called"), [("", "Timer på »Ring til familien«"), ("Efter en dag", "Efter en dag")]
)
def test_an_event_on_an_edge_without_a_name_is_called_by_what_it_is_attached_to(name, called):
    timer = "<timerEventDefinition id='t'><timeDuration>%s</timeDuration></timerEventDefinition>"
    edge = f'<boundaryEvent id="kant" name="{name}" attachedToRef="n1">{timer}</boundaryEvent>'
    body = in_a_row('<userTask ID name="Ring til familien"/>') + edge

    led_on = '<endEvent id="for_sent"/><sequenceFlow id="ud" sourceRef="kant" targetRef="for_sent"/>'
    process = read(body % "P1D" + led_on)
    found = [each for each in check_bpmn(diagram(body % "P1D"), "x.bpmn") if each.element == "kant"]

    assert process.elements["kant"].name == called
    assert found and {each.element_name for each in found} == {called}
