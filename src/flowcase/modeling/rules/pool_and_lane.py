"""Pools and lanes refer to what the file has, and an element lies in one lane (warning).

Lanes do not decide who does a task, but they are shown and counted.

Wrong (bane)::

    <laneSet id="baner">
      <lane id="bane" name="Frontpersonale"><flowNodeRef>forsvundet</flowNodeRef></lane>
    </laneSet>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>

Right::

    <laneSet id="baner">
      <lane id="bane" name="Frontpersonale">
        <flowNodeRef>start</flowNodeRef>
        <flowNodeRef>slut</flowNodeRef>
      </lane>
    </laneSet>
    <startEvent id="start"/>
    <sequenceFlow id="f1" sourceRef="start" targetRef="slut"/>
    <endEvent id="slut"/>
"""

from __future__ import annotations

from flowcase.finding import Severity
from flowcase.modeling.document import BPMN, Document, bpmn_children, local, reference
from flowcase.modeling.report import Report

SEVERITY = Severity.WARNING


def check(document: Document, report: Report) -> None:
    process_ids = {process.id for process in document.processes}
    for participant in document.root.iter(f"{{{BPMN}}}participant"):
        ref = reference(participant.get("processRef"))
        if ref and ref not in process_ids:
            report(
                participant,
                f"This pool refers to the process '{ref[:80]}', which the file does not have.",
                "Draw the pool anew, or remove the reference.",
            )
    for process in document.relevant_processes():
        home: dict[str, str] = {}
        for lane in process.xml.iter(f"{{{BPMN}}}lane"):
            for ref in bpmn_children(lane, "flowNodeRef"):
                node_id = reference(ref.text) or ""
                if node_id not in document.ids:
                    report(
                        ref,
                        f"This lane holds '{node_id[:80]}', which the file does not have.",
                        "Save the diagram again with an editor.",
                    )
                elif node_id in home and not _is_around(document, home[node_id], lane):
                    report(
                        ref,
                        f"'{_called(document, node_id)}' lies in this lane "
                        f"and in '{_called(document, home[node_id])}'.",
                        "Move it into one of the two.",
                    )
                home[node_id] = lane.get("id") or lane.get("name") or ""


def _called(document: Document, id: str) -> str:
    found = document.ids.get(id)
    return (" ".join(found[0].get("name", "").split()) if found else "") or id


def _is_around(document: Document, outer_id: str, lane: object) -> bool:
    """Whether a lane is nested in the lane `outer_id`, so that both may name the same node."""
    around = lane.getparent()  # type: ignore[attr-defined]
    while around is not None:
        if local(around) == "lane" and outer_id in {around.get("id"), around.get("name")}:
            return True
        around = around.getparent()
    return False
