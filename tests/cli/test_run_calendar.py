"""`flowcase run` knows the Danish working calendar."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from flowcase.cli import cli

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:zeebe="http://camunda.org/schema/zeebe/1.0" id="d" targetNamespace="http://example.org">
  <bpmn:process id="p" isExecutable="true">
    <bpmn:startEvent id="s" /><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="u" />
    <bpmn:userTask id="u" name="Wait" /><bpmn:sequenceFlow id="f2" sourceRef="u" targetRef="e" />
    <bpmn:endEvent id="e" />
    <bpmn:boundaryEvent id="b" attachedToRef="u" cancelActivity="false">
      <bpmn:extensionElements><zeebe:properties>
        <zeebe:property name="flowcase.calendar" value="arbejdsdage" />
      </zeebe:properties></bpmn:extensionElements>
      <bpmn:timerEventDefinition><bpmn:timeCycle>0 0 9 * * *</bpmn:timeCycle></bpmn:timerEventDefinition>
    </bpmn:boundaryEvent>
    <bpmn:sequenceFlow id="f3" sourceRef="b" targetRef="e2" /><bpmn:endEvent id="e2" />
  </bpmn:process>
</bpmn:definitions>
"""


def test_a_cycle_on_working_days_leaves_out_easter(tmp_path: Path) -> None:
    diagram, answers = tmp_path / "easter.bpmn", tmp_path / "answers.json"
    diagram.write_text(DIAGRAM, "utf-8")
    answers.write_text(json.dumps({"u": {"after": "P8D"}}), "utf-8")

    done = CliRunner().invoke(
        cli,
        ["run", str(diagram), "--answers", str(answers), "--start", "2026-04-01T08:00+02:00", "--json"],
    )

    assert done.exit_code == 0, done.output
    trace = json.loads(done.stdout)
    fired = [entry["due_at"][:10] for entry in trace["entries"] if entry["event"] == "timer_fired"]
    # Maundy Thursday, Good Friday, the weekend and Easter Monday are no working days.
    assert fired == ["2026-04-01", "2026-04-07", "2026-04-08"]
    assert trace["incidents"] == []
