"""A process does not call itself.

Each instance would start the next one without end.

Wrong (kald)::

    <process id="opfoelgning" isExecutable="true">
      <startEvent id="start"/>
      <sequenceFlow id="f1" sourceRef="start" targetRef="kald"/>
      <callActivity id="kald">
        <extensionElements><zeebe:calledElement processId="opfoelgning"/></extensionElements>
      </callActivity>
      <sequenceFlow id="f2" sourceRef="kald" targetRef="slut"/>
      <endEvent id="slut"/>
    </process>

Right::

    <process id="opfoelgning" isExecutable="true">
      <startEvent id="start"/>
      <sequenceFlow id="f1" sourceRef="start" targetRef="kald"/>
      <callActivity id="kald">
        <extensionElements><zeebe:calledElement processId="underretning"/></extensionElements>
      </callActivity>
      <sequenceFlow id="f2" sourceRef="kald" targetRef="slut"/>
      <endEvent id="slut"/>
    </process>
"""

from __future__ import annotations

from flowcase.modeling.document import Document, Node, reference, zeebe_child
from flowcase.modeling.report import Report


def check(document: Document, report: Report) -> None:
    calls = {
        process.id: [(node, target) for node in process.nodes if (target := called_process(node))]
        for process in document.relevant_processes()
    }
    for process_id, called in calls.items():
        for node, target in called:
            if target == process_id:
                report(
                    node,
                    f"The process '{process_id}' calls itself here, each instance the next, without end.",
                    "Draw a loop with a gateway instead, or call another process.",
                )
            elif target in calls and comes_back(calls, target, process_id):
                report(
                    node,
                    f"The process '{target}' that is called here leads back to '{process_id}', without end.",
                    "Draw a loop with a gateway instead.",
                )


def called_process(node: Node) -> str | None:
    """The process id that a call activity names plainly; None for an expression."""
    if node.tag != "callActivity":
        return None
    called = zeebe_child(node.xml, "calledElement")
    text = called.get("processId") if called is not None else reference(node.xml.get("calledElement"))
    text = (text or "").strip()
    return text if text and not text.startswith("=") else None


def comes_back(calls: dict[str, list[tuple[Node, str]]], start: str, goal: str) -> bool:
    """Whether calls beginning in the process `start` lead to the process `goal`."""
    seen, waiting = {start}, [start]
    while waiting:
        for _, target in calls.get(waiting.pop(), ()):
            if target == goal:
                return True
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return False
