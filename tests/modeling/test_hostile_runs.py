"""Uploads that hang or kill SpiffWorkflow end soon on the command line: refused, or run and survived."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

import pytest
from click.testing import CliRunner
from diagrams import diagram
from test_hostile_input import chain, parallel_blocks

from flowcase.cli import cli

LIMIT = 10.0  # seconds of computing, whatever else the machine does

TASK = "<userTask {}><extensionElements><zeebe:userTask/></extensionElements></userTask>"


def around(activity: str) -> str:
    return (
        '<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="a"/>'
        f'{activity}<sequenceFlow id="f2" sourceRef="a" targetRef="slut"/><endEvent id="slut"/>'
    )


def loop(inner: str) -> str:
    return around(
        '<scriptTask id="a"><extensionElements><zeebe:script expression="=1" resultVariable="x"/>'
        f"</extensionElements>{inner}</scriptTask>"
    )


DATA_OBJECT = """
<dataObject id="data"/><dataObjectReference id="reference" dataObjectRef="data"/>
<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="ydre"/>
<subProcess id="ydre">
  <startEvent id="y1"/><sequenceFlow id="fy1" sourceRef="y1" targetRef="indre"/>
  <subProcess id="indre">
    <startEvent id="i1"/><sequenceFlow id="fi1" sourceRef="i1" targetRef="opgave"/>
    <manualTask id="opgave">
      <dataOutputAssociation id="ud"><targetRef>reference</targetRef></dataOutputAssociation>
    </manualTask>
    <sequenceFlow id="fi2" sourceRef="opgave" targetRef="i2"/><endEvent id="i2"/>
  </subProcess>
  <sequenceFlow id="fy2" sourceRef="indre" targetRef="y2"/><endEvent id="y2"/>
</subProcess>
<sequenceFlow id="f2" sourceRef="ydre" targetRef="slut"/><endEvent id="slut"/>
"""

CALL = (
    '<callActivity id="a"><extensionElements><zeebe:calledElement processId="{}" '
    'propagateAllChildVariables="true"/></extensionElements></callActivity>'
)
CALLS_EACH_OTHER = f"""
<process id="q" isExecutable="true">{around(CALL.format("p"))}</process>
{around(CALL.format("q"))}
"""

AUTOMATIC_LOOP = """
<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="saml"/>
<exclusiveGateway id="saml"/><sequenceFlow id="f2" sourceRef="saml" targetRef="regn"/>
<scriptTask id="regn"><extensionElements><zeebe:script expression="=1" resultVariable="x"/>
</extensionElements></scriptTask>
<sequenceFlow id="f3" sourceRef="regn" targetRef="valg"/>
<exclusiveGateway id="valg" default="f4"/><sequenceFlow id="f4" sourceRef="valg" targetRef="saml"/>
<sequenceFlow id="f5" sourceRef="valg" targetRef="slut">
<conditionExpression>=x &gt; 1</conditionExpression></sequenceFlow>
<endEvent id="slut"/>
"""

ENDLESS_LOOP = """
<startEvent id="start"/><sequenceFlow id="f1" sourceRef="start" targetRef="saml"/>
<exclusiveGateway id="saml"/><sequenceFlow id="f2" sourceRef="saml" targetRef="opgave"/>
<manualTask id="opgave"/><sequenceFlow id="f3" sourceRef="opgave" targetRef="saml"/>
"""

MESSAGE_LOOP = """
<message id="m" name="igen">
<extensionElements><zeebe:subscription correlationKey="=&quot;1&quot;"/></extensionElements>
</message>
<startEvent id="start"><messageEventDefinition id="d1" messageRef="m"/></startEvent>
<sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
<endEvent id="slut"><messageEventDefinition id="d2" messageRef="m"/></endEvent>
"""


def timer(kind: str, text: str) -> str:
    return around(
        f'<intermediateCatchEvent id="a"><timerEventDefinition id="d"><{kind}>{text}</{kind}>'
        "</timerEventDefinition></intermediateCatchEvent>"
    )


def multiple(collection: str) -> str:
    return loop(
        '<multiInstanceLoopCharacteristics isSequential="true"><extensionElements>'
        f'<zeebe:loopCharacteristics inputCollection="={collection}" inputElement="i"/>'
        "</extensionElements></multiInstanceLoopCharacteristics>"
    )


@dataclass(frozen=True)
class Upload:
    body: str
    refused_by: str = ""  # the rule, or nothing when it deploys
    state: str = "completed"  # of the run, when it deploys
    incident: bool = False


UPLOADS = {
    "a data object two sub-process levels up": Upload(DATA_OBJECT),
    "a process that calls itself": Upload(around(CALL.format("p")), "self-call"),
    "two processes that call each other": Upload(CALLS_EACH_OTHER, "self-call"),
    "a loop maximum of a billion": Upload(
        loop(
            '<standardLoopCharacteristics testBefore="false" loopMaximum="1000000000">'
            "<loopCondition>=true</loopCondition></standardLoopCharacteristics>"
        ),
        "loop-limit",
    ),
    "a cardinality of a billion": Upload(
        loop(
            '<multiInstanceLoopCharacteristics isSequential="false"><loopCardinality>1000000000'
            "</loopCardinality></multiInstanceLoopCharacteristics>"
        ),
        "multi-instance",
    ),
    "a collection of a billion": Upload(multiple("for i in 1..1000000000 return i"), "loop-limit"),
    "a computed collection of a billion": Upload(
        multiple("for i in 1..count([1]) * 1000000000 return i"), state="active", incident=True
    ),
    "a standard loop that never ends": Upload(
        loop(
            '<standardLoopCharacteristics testBefore="false"><loopCondition>=true</loopCondition>'
            "</standardLoopCharacteristics>"
        ),
        state="active",
        incident=True,
    ),
    "a duration of a billion years": Upload(timer("timeDuration", "P1000000000Y"), "timer"),
    "a duration of too many digits": Upload(timer("timeDuration", f"P{'9' * 400}D"), "timer"),
    "a computed duration of a billion days": Upload(
        timer("timeDuration", "=duration(&quot;P1D&quot;) * 1000000000000"), state="active", incident=True
    ),
    "a date far away": Upload(timer("timeDate", "9999-12-31T23:59:59+00:00")),
    "sixteen parallel blocks in a row": Upload(parallel_blocks(16, 3)),
    "a thousand tasks in a row": Upload(chain(1000, TASK)),
    "an automatic loop without a wait": Upload(AUTOMATIC_LOOP, state="active", incident=True),
    "an automatic loop without a way out": Upload(ENDLESS_LOOP, "endless-loop"),
    "a message that starts its own process": Upload(MESSAGE_LOOP, state="stopped"),
}


def called(*arguments: object) -> tuple[int, dict | list, str]:
    """The exit code and JSON of a command, within the limit and without Python's words."""
    begun = time.process_time()

    result = CliRunner().invoke(cli, [*map(str, arguments), "--json"])

    assert time.process_time() - begun < LIMIT
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert "Traceback" not in result.output
    return result.exit_code, json.loads(result.stdout), result.output


@pytest.mark.parametrize("name", UPLOADS)
def test_the_check_answers_in_time(tmp_path, name):
    upload = UPLOADS[name]
    file = tmp_path / "upload.bpmn"
    file.write_bytes(diagram(upload.body))

    code, findings, _ = called("check", file)

    blocking = {finding["rule"] for finding in findings if finding["severity"] == "error"}
    assert "rule-crashed" not in {finding["rule"] for finding in findings}
    assert (code, bool(blocking)) == ((1, True) if upload.refused_by else (0, False)), blocking
    assert not upload.refused_by or upload.refused_by in blocking


@pytest.mark.parametrize("name", UPLOADS)
def test_the_run_ends_in_time(tmp_path, name):
    upload = UPLOADS[name]
    file = tmp_path / "upload.bpmn"
    file.write_bytes(diagram(upload.body))

    code, trace, _ = called("run", file, "--process", "p")

    if upload.refused_by:
        assert (code, trace["state"]) == (1, "refused")
        return
    assert trace["state"] == upload.state
    assert bool(trace["incidents"]) is upload.incident
