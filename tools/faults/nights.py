"""Timers fall due while nobody is there: in the morning each fires once, the longest due first."""

from __future__ import annotations

import datetime as dt
import time

from faults.counting import count
from faults.drawing import definitions
from faults.outcome import Outcome
from faults.places import installation
from faults.servers import folder
from flowcase.access.actor import SYSTEM
from flowcase.clock import ManualClock

EVENING = dt.datetime(2026, 3, 2, 21, 0, tzinfo=dt.UTC)
NIGHT = dt.timedelta(hours=9)
TOGETHER = 10  # timers of one case
DRAWN = definitions(
    "night",
    '<startEvent id="s"><outgoing>a</outgoing></startEvent>'
    '<subProcess id="each"><incoming>a</incoming><outgoing>b</outgoing>'
    "<multiInstanceLoopCharacteristics><extensionElements><zeebe:loopCharacteristics "
    'inputCollection="=for i in 1..many return i" inputElement="x"/></extensionElements>'
    "</multiInstanceLoopCharacteristics>"
    '<startEvent id="i"><outgoing>c</outgoing></startEvent>'
    '<intermediateCatchEvent id="w"><incoming>c</incoming><outgoing>d</outgoing>'
    '<timerEventDefinition id="t"><timeDate>=begin + duration("PT1S") * (x * 600 + nr)</timeDate>'
    "</timerEventDefinition></intermediateCatchEvent>"
    '<endEvent id="o"><incoming>d</incoming></endEvent>'
    '<sequenceFlow id="c" sourceRef="i" targetRef="w"/><sequenceFlow id="d" sourceRef="w" targetRef="o"/>'
    '</subProcess><endEvent id="e"><incoming>b</incoming></endEvent>'
    '<sequenceFlow id="a" sourceRef="s" targetRef="each"/>'
    '<sequenceFlow id="b" sourceRef="each" targetRef="e"/>',
)


def downtime(*, timers: int, seed: int) -> Outcome:
    """So many timers all over a night without a worker, on cases with several each."""
    outcome = Outcome("night", f"{timers:,} timers due after a night of downtime")
    outcome.meant = ("timers fired",)
    with folder() as place:
        clock = ManualClock(EVENING)
        with installation(place / "home", "", DRAWN, clock=clock, durable=False) as (flow, _):
            for nr in range(-(-timers // TOGETHER)):
                given = {"many": min(TOGETHER, timers - nr * TOGETHER), "nr": nr % 600, "begin": EVENING}
                flow.instances.start("night", given, actor=SYSTEM)
            clock.advance(NIGHT)
            said_behind = out_of_order = silent = fired = 0
            longest = None
            began = time.monotonic()
            while True:
                due = flow.timers.next_due()
                if due is None:
                    break
                out_of_order += longest is not None and due < longest
                longest = due
                behind = flow.nodes.overview(clock.now()).is_behind
                said_behind, silent = said_behind + behind, silent + (not behind)
                done = flow.timers.fire_due(200)
                fired += done
                if not done:
                    break
            outcome.until_normal.append(time.monotonic() - began)
            outcome.tried = {"timers due": timers, "times said to be behind": said_behind}
            outcome.notes.append(f"{fired / outcome.until_normal[0]:,.0f} a second in one process")
            outcome.add(count(flow, is_done=True))
            outcome.lost += timers - fired
            outcome.wrong["out of order"] = out_of_order
            outcome.wrong["behind and not said"] = silent
            outcome.wrong["behind and not so"] = int(flow.nodes.overview(clock.now()).is_behind)
    return outcome
