"""Start events with timers begin as often, and on the days, as they do in the installation."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest

from flowcase import model
from flowcase.services.simulation.files import FileDefinitions, FileRuleSets
from flowcase.services.simulation.office import Office
from flowcase.services.simulation.staff import LOCAL

OPENS = dt.datetime(2026, 1, 31, 9, tzinfo=LOCAL)
DIAGRAM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
  xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d" targetNamespace="t">
  <bpmn:process id="gang" isExecutable="true">
    <bpmn:startEvent id="tid"><bpmn:outgoing>f</bpmn:outgoing>
      <bpmn:timerEventDefinition id="t"><bpmn:{kind} xsi:type="bpmn:tFormalExpression">{text}</bpmn:{kind}>
      </bpmn:timerEventDefinition></bpmn:startEvent>
    <bpmn:endEvent id="slut"><bpmn:incoming>f</bpmn:incoming></bpmn:endEvent>
    <bpmn:sequenceFlow id="f" sourceRef="tid" targetRef="slut" />
  </bpmn:process>
</bpmn:definitions>"""


@pytest.mark.parametrize(
    ("kind", "text", "days"),
    [
        ("timeCycle", "R3/P1D", ["2026-02-01", "2026-02-02", "2026-02-03"]),
        ("timeCycle", "R2/2026-02-02T08:00:00+01:00/P1W", ["2026-02-02", "2026-02-09"]),
        ("timeCycle", "R3/P1M", ["2026-02-28", "2026-03-31", "2026-04-30"]),
        ("timeCycle", "0 0 7 1 * *", ["2026-02-01", "2026-03-01", "2026-04-01", "2026-05-01"]),
        ("timeDate", "2026-02-05T08:00:00+01:00", ["2026-02-05"]),
        ("timeDate", "2026-01-05T08:00:00+01:00", []),
        ("timeDuration", "P3D", ["2026-02-03"]),
    ],
)
def test_a_flow_that_a_timer_begins_begins_on_its_days(
    shipped: Mapping[str, bytes], kind: str, text: str, days: list[str]
) -> None:
    begun: list[str] = []

    def hear(now: dt.datetime, instance: object, event: model.Event) -> None:
        if isinstance(event, model.ElementEntered) and event.element == "tid":
            begun.append(str(now.astimezone(LOCAL).date()))

    definitions = FileDefinitions({"gang.bpmn": DIAGRAM.format(kind=kind, text=text).encode()})
    office = Office(definitions, FileRuleSets(shipped, settings={}), {}, begins=OPENS, told=hear)
    while (due := office.next_due()) is not None and due < OPENS + dt.timedelta(days=95):
        office.set_clock(due)
        office.fire_next()

    assert begun == days
