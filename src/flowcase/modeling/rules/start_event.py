"""A process or sub-process has a start event, and at most one without an event definition.

Without one nothing ever begins; of two plain ones nobody could say which is meant.

Wrong (p)::

    <userTask id="vurder"/>
    <sequenceFlow id="f1" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <startEvent id="start"/>
    <sequenceFlow id="f0" sourceRef="start" targetRef="vurder"/>
    <userTask id="vurder"/>
    <sequenceFlow id="f1" sourceRef="vurder" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.modeling.document import Document
from flowcase.modeling.report import Report

BLOCKS_READING = True


def check(document: Document, report: Report) -> None:
    for scope in document.relevant_scopes():
        if scope.tag not in {"process", "subProcess"}:
            continue
        what = "event sub-process" if scope.is_event_sub_process else scope.tag.replace("P", "-p")
        starts = scope.start_events()
        if not starts:
            report(
                scope, f"This {what} has no start event, so nothing in it ever begins.", "Draw a start event."
            )
        elif scope.is_event_sub_process and len(starts) > 1:
            report(
                starts[1],
                f"The event sub-process '{scope.called}' has {len(starts)} start events.",
                "Leave one, and draw an event sub-process for each of the others.",
            )
        else:
            plain = [node for node in starts if node.event_kind() == "none"]
            for node in plain[1:]:
                report(
                    node,
                    f"The {what} '{scope.called}' has a second start event without an event definition.",
                    "Leave one, or give the others a message, timer or signal.",
                )
